import type { OperatorFunction } from "rxjs";
import { MaskedReader } from "../../kernels/neural/maskedReader.js";
import { mostProbable, probabilitiesOf } from "../../kernels/neural/sampling.js";
import { spellTerms } from "../../kernels/text/spellTerms.js";
import { idOfTerm } from "../../kernels/vocabulary/idOfTerm.js";
import { requireSpecial, specialIdsOf } from "../../kernels/vocabulary/specialIds.js";
import { openEngine } from "../../models/neural/openEngine.js";
import { isSubwordVocabulary, type LanguageModel, show, type Vocabulary } from "../../schemas/index.js";
import { makeLanguageModel } from "./languageModels.js";
import { shownTerm } from "./spellTermsOf.js";
import { type Known, textStepsOf, tokensOfTexts } from "./textSteps.js";

const MASK = "[MASK]";
/** What stands around a row where the vocabulary has it. */
const FRAME = ["[CLS]", "[SEP]"] as const;

/** A model that predicts what is hidden, ready to be asked. */
export interface OpenMaskedModel {
  readonly model: LanguageModel;
  readonly reader: MaskedReader;
  readonly vocabulary: Vocabulary;
  readonly maskId: number;
  /** What makes tokens of texts; none where a tokenizer does. */
  readonly steps: readonly OperatorFunction<unknown, unknown>[];
}

/** A term for a hidden place. */
export interface FilledTerm {
  readonly term: string;
  /** The term as people read it. */
  readonly shown: string;
  readonly probability: number;
  /** The text with it in that place, its pieces put together. */
  readonly text: string;
}

/**
 * @throws TypeError if no unit knows the network, it predicts what comes next or nothing, or a model of words tells no steps that make them of texts;
 *   RangeError if its vocabulary has no [MASK]
 */
export async function openMaskedModel(who: string, model: LanguageModel, known: Known): Promise<OpenMaskedModel> {
  const { network, values, vocabulary } = makeLanguageModel(who, model, known);
  if (!network.readsBothSides)
    throw new TypeError(
      `${who}: the model must predict what is hidden, got ${model.architecture}, which predicts what comes next; next and generate ask it`,
    );
  if (network.predictsTerms === false)
    throw new TypeError(
      `${who}: the model must have an output for terms, got ${model.architecture} with its encoder alone; vectors --in-context reads its layers`,
    );
  return {
    ...{ model, vocabulary, maskId: requireSpecial(who, vocabulary, MASK) },
    reader: new MaskedReader(network, openEngine(), values),
    steps: isSubwordVocabulary(vocabulary) ? [] : await textStepsOf(who, model, known),
  };
}

/**
 * The most probable terms of each [MASK] of a text, each predicted with the others hidden. Special terms are passed over.
 * @throws RangeError if the text has no [MASK], or more places than the network reads
 */
export async function fillMasks(who: string, open: OpenMaskedModel, text: string, k: number): Promise<FilledTerm[][]> {
  const { reader, vocabulary, maskId } = open;
  const ids = await framedIds(open, text);
  const places = [...ids.keys()].filter((place) => ids[place] === maskId);
  if (places.length === 0) throw new RangeError(`${who}: the text must have a ${MASK}, got ${show(text)}`);
  const { longest = ids.length } = reader.network;
  if (ids.length > longest)
    throw new RangeError(`${who}: the text must have at most ${longest} places, got ${ids.length}; give a shorter one`);
  const logits = await reader.logits({ ids }, places);
  const specials = specialIdsOf(vocabulary);
  return places.map((place, mask) => {
    const likely = mostProbable(probabilitiesOf(logits[mask]!), k + specials.size).filter(
      ({ id }) => !specials.has(id),
    );
    return likely.slice(0, k).map(({ id, probability }) => ({
      ...{ term: vocabulary.terms[id]!, shown: shownTerm(open, vocabulary.terms[id]!), probability },
      text: spelled(open, ids.with(place, id)),
    }));
  });
}

/** [CLS], the terms of the text, and [SEP], as far as the vocabulary has them. */
async function framedIds({ model, vocabulary, maskId, steps }: OpenMaskedModel, text: string): Promise<Uint32Array> {
  if (isSubwordVocabulary(vocabulary)) return vocabulary.encode(text, { specials: true });
  const parts = text.split(MASK);
  const tokens = await tokensOfTexts(parts, steps);
  const unknown = idOfTerm(vocabulary, model.unknown);
  const ids = parts.flatMap((_, part) => [
    ...(part > 0 ? [maskId] : []),
    ...(tokens[part] ?? []).flatMap((term) => vocabulary.idOf(term) ?? unknown ?? []),
  ]);
  const [first, last] = FRAME.map((term) => vocabulary.idOf(term) ?? []);
  return Uint32Array.from([first, ids, last].flat() as number[]);
}

/** The text without its frame. */
function spelled({ vocabulary }: OpenMaskedModel, ids: Uint32Array): string {
  const frame = new Set(FRAME.map((term) => vocabulary.idOf(term)));
  const text = ids.filter((id) => !frame.has(id));
  if (isSubwordVocabulary(vocabulary)) return vocabulary.decode(text, { specials: true });
  return spellTerms(Array.from(text, (id) => vocabulary.terms[id]!));
}
