import type { OperatorFunction } from "rxjs";
import type { ContextModel } from "../../kernels/neural/contextWords.js";
import { LanguageReader, type Reading } from "../../kernels/neural/languageReader.js";
import { mostProbable, probabilitiesOf, type SamplingOptions } from "../../kernels/neural/sampling.js";
import { idOfTerm } from "../../kernels/vocabulary/idOfTerm.js";
import { openEngine } from "../../models/neural/openEngine.js";
import { type MadeLanguageModel, openNetwork } from "../../models/neural/openNetwork.js";
import { encode } from "../../operators/vocabulary/encode.js";
import { encodeSubwords } from "../../operators/vocabulary/encodeSubwords.js";
import { run } from "../../runtime/run.js";
import {
  type IdBatch,
  isSubwordVocabulary,
  type LanguageModel,
  show,
  type TextStep,
  type TokenBatch,
} from "../../schemas/index.js";
import { fromTexts } from "../../sources/fromTexts.js";
import { networksOf } from "./networksOf.js";
import { shownTerm } from "./spellTermsOf.js";
import { type Known, operatorsOf, textStepsOf, throughSteps, toldSteps, WHITESPACE_STEPS } from "./textSteps.js";

/** A language model that is ready to be asked what comes next. */
export interface OpenLanguageModel extends Pick<MadeLanguageModel, "model" | "vocabulary"> {
  readonly reader: LanguageReader;
  /** What makes tokens of texts as those were made that it learned from. */
  readonly steps: readonly OperatorFunction<unknown, unknown>[];
}

/**
 * Opens a model that predicts what comes next.
 * @throws TypeError as `openLayers`, or if it predicts what is hidden
 */
export async function openLanguageModel(who: string, model: LanguageModel, known: Known): Promise<OpenLanguageModel> {
  const open = await openLayers(who, model, known);
  if (!open.reader.network.readsBothSides) return open;
  open.reader.close();
  throw new TypeError(
    `${who}: the model must predict what comes next, got ${model.architecture}, which predicts what is hidden; fill asks it`,
  );
}

/**
 * Opens a model, whatever it predicts, for what lies inside: layers, attention.
 * @throws TypeError if no unit knows the network, or the model tells no steps that make tokens of texts; RangeError if it has other tensors
 */
export async function openLayers(who: string, model: LanguageModel, known: Known): Promise<OpenLanguageModel> {
  return { ...withReader(who, model, known), steps: await languageModelSteps(who, model, known) };
}

function withReader(who: string, model: LanguageModel, known: Known) {
  const { network, values, vocabulary } = makeLanguageModel(who, model, known);
  return { model, vocabulary, reader: new LanguageReader(network, openEngine(), values) };
}

/**
 * Opens a language model for vectors in context of tokens that are there already: `contextVectors`.
 * @throws TypeError if no unit knows the network, or it tells no layers; RangeError if it has other tensors
 */
export function openModelIn(known: Known, who: string, model: LanguageModel): ContextModel {
  const open = withReader(who, model, known);
  if (open.reader.network.layers) return open;
  throw new TypeError(`${who}: the model must tell its layers, got ${model.architecture}, which does not`);
}

/** Whether the network of a model tells its layers. @throws as `openLayers` */
export const tellsLayers = (who: string, model: LanguageModel, known: Known): boolean =>
  makeLanguageModel(who, model, known).network.layers !== undefined;

/** What makes tokens of texts as those were made that a model learned from; a tokenizer of another program cuts by itself. */
export const languageModelSteps = (who: string, model: LanguageModel, known: Known) =>
  model.tokenizer && !toldSteps(model) ? operatorsOf(who, WHITESPACE_STEPS, known) : textStepsOf(who, model, known);

/**
 * The steps that make tokens for a language model, as a config writes them; undefined if it tells none.
 * @throws TypeError if they need files or values, which a config must name
 */
export function configStepsOf(who: string, model: LanguageModel): readonly TextStep[] | undefined {
  const told = toldSteps(model) ?? (model.tokenizer ? WHITESPACE_STEPS : undefined);
  if (told?.parts.some((part) => Object.keys(part).length > 0))
    throw new TypeError(
      `${who}: the language model's texts were cut with files or values, which a config must name; write one`,
    );
  return told?.steps;
}

/** @throws TypeError if no unit knows the network, RangeError if it has other tensors */
export const makeLanguageModel = (who: string, model: LanguageModel, known: Known): MadeLanguageModel =>
  openNetwork(who, model, networksOf(known));

/**
 * Ids of tokens as the model reads them.
 * @param sentenceEnd stands behind each sentence; nothing does if left out
 */
export function idsBy(
  { model: { unknown }, vocabulary }: OpenLanguageModel,
  sentenceEnd?: string,
): OperatorFunction<TokenBatch, IdBatch> {
  const ends = sentenceEnd === undefined ? {} : { sentenceEnd };
  if (isSubwordVocabulary(vocabulary)) return encodeSubwords(vocabulary, ends);
  return encode(vocabulary, { ...ends, ...(unknown === undefined ? {} : { unknown }) });
}

/** The ids of a text alone, without what ends its sentences. */
async function idsOfText(open: OpenLanguageModel, text: string): Promise<number[]> {
  const ids: number[] = [];
  if (text === "") return ids;
  const batches = throughSteps(fromTexts([text]), open.steps).pipe(idsBy(open));
  await run(batches, {
    onEvent(batch) {
      for (const id of batch.ids) ids.push(id);
    },
  });
  return ids;
}

/** The id of a special term, if the model has it. */
function idsOf({ vocabulary }: OpenLanguageModel, special: string | undefined): number[] {
  return special === undefined ? [] : [vocabulary.idOf(special)!];
}

/** What is read of a text before the model goes on with it. */
async function readPrompt(who: string, open: OpenLanguageModel, prompt: string): Promise<Reading> {
  const { reader, model } = open;
  const ids = await idsOfText(open, prompt);
  const all = [...idsOf(open, model.beginning), ...ids];
  if (all.length > 0) return reader.read(Uint32Array.from(all));
  throw new RangeError(
    `${who}: the prompt must have a term that the model knows, since it has read no text from its beginning, got ${show(prompt)}`,
  );
}

export interface GenerateRequest extends SamplingOptions {
  readonly prompt: string;
  /** Terms at most. */
  readonly length: number;
  readonly seed: number;
  /** End with the first sentence. */
  readonly oneSentence?: boolean;
}

/** Goes on with a text, term by term; the unknown term is never drawn. */
export async function* generateTerms(
  who: string,
  open: OpenLanguageModel,
  { prompt, oneSentence = false, ...options }: GenerateRequest,
): AsyncGenerator<string> {
  const { reader, model, vocabulary } = open;
  const reading = await readPrompt(who, open, prompt);
  const unknownId = idOfTerm(vocabulary, model.unknown);
  const excluded = unknownId === undefined ? [] : [unknownId];
  // One that has read nothing behind an end of a sentence has nothing to say there.
  const end = oneSentence || model.beginning === undefined ? idOfTerm(vocabulary, model.sentenceEnd) : undefined;
  for await (const id of reader.generate(reading, { ...options, excluded, end })) yield model.terms[id]!;
}

export interface NextTerm {
  readonly term: string;
  /** The term as people read it: pieces of a tokenizer as the characters that they are, `␣` for a space. */
  readonly shown: string;
  readonly probability: number;
}

/** The most probable terms behind a text. */
export async function nextTerms(who: string, open: OpenLanguageModel, prompt: string, k: number): Promise<NextTerm[]> {
  const { logits } = await readPrompt(who, open, prompt);
  return mostProbable(probabilitiesOf(logits), k).map(({ id, probability }) => {
    const term = open.model.terms[id]!;
    return { term, shown: shownTerm(open, term), probability };
  });
}

export interface ScoredText {
  /** The terms of the text, as the model reads them. */
  readonly terms: readonly string[];
  /** ln p of all terms, each by those before it, and of the end of the sentence if the model knows one. */
  readonly logProbability: number;
}

/** How probable one text is. */
export async function scoreText(open: OpenLanguageModel, text: string): Promise<ScoredText> {
  return scoreIds(open, await idsOfText(open, text));
}

export async function scoreIds(open: OpenLanguageModel, ids: readonly number[]): Promise<ScoredText> {
  const { reader, model } = open;
  const all = Uint32Array.from([...idsOf(open, model.beginning), ...ids, ...idsOf(open, model.sentenceEnd)]);
  const terms = ids.map((id) => model.terms[id]!);
  if (all.length < 2) return { terms, logProbability: 0 };
  return { terms, logProbability: -(await reader.textLoss(all)) };
}
