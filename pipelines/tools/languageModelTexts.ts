import { type Observable, tap } from "rxjs";
import { carriedStates } from "../../kernels/neural/carriedStates.js";
import type { Network } from "../../kernels/neural/network.js";
import { windowStride } from "../../kernels/neural/readWindow.js";
import { type PackSequencesOptions, packSequences } from "../../operators/sequences/packSequences.js";
import { mapAsync } from "../../runtime/mapAsync.js";
import { run } from "../../runtime/run.js";
import {
  fillOptions,
  type IdBatch,
  isSubwordVocabulary,
  type LanguageModel,
  type SequenceBatch,
  type TextBatch,
  type TokenBatch,
} from "../../schemas/index.js";
import { makeUnit } from "../config/makeUnit.js";
import { builtIn } from "../config/registry.js";
import { idsBy, type OpenLanguageModel, type ScoredText, scoreIds } from "./languageModels.js";
import { loadValue } from "./loadValue.js";
import { throughSteps } from "./textSteps.js";

/** Rows that are read side by side, and the places of each. */
const LANES = 16;
const LENGTH = 64;

/** Lanes for networks that keep a state; else rows as long as the network reads, each of which begins with terms of the one before. */
function layoutFor({ longest, stateSize }: Network, across: "document" | "corpus"): PackSequencesOptions {
  if (longest === undefined || stateSize > 0) return { length: LENGTH, across, lanes: across === "corpus" ? 1 : LANES };
  const batchSize = Math.max(1, Math.floor((LANES * LENGTH) / longest));
  return { length: longest, across, stride: windowStride(longest), batchSize };
}

export async function loadLanguageModel(path: string): Promise<LanguageModel> {
  return (await loadValue(builtIn.kinds.get("languageModel")!, path)) as LanguageModel;
}

export interface PerplexityRequest {
  /** The source that reads the texts, and its options. */
  readonly source: "files" | "stdin";
  readonly options: Readonly<Record<string, unknown>>;
  /** Whether what is kept of a text goes on into the next one. */
  readonly across: "document" | "corpus";
  readonly signal?: AbortSignal;
}

/** How probable a text is to a language model. */
export interface Perplexity {
  /** Tokens of the text, unknown ones too. */
  readonly words: number;
  /** Of those, the share that the model does not know, and reads as its unknown term, in parts or whole, or passes over. */
  readonly unknownShare: number;
  /** Places that were predicted: words and ends of sentences, but the first of each stretch. */
  readonly predicted: number;
  /** In nats, summed. */
  readonly loss: number;
  /** e^(loss / predicted). */
  readonly perToken: number;
  /** e^(loss / words). */
  readonly perWord: number;
  /** loss / (ln 2 characters), without those between words. */
  readonly bitsPerCharacter: number;
}

/**
 * Asks a language model how probable a text is. One that keeps no state reads rows of its longest length, each half of which is context alone
 * but in the first row of a stretch: every term is predicted by half of that length of terms before it at least, if there are so many.
 * State: a batch of rows, and what is kept of each.
 * @throws RangeError if there is nothing to predict
 */
export async function perplexityOf(
  who: string,
  open: OpenLanguageModel,
  { source, options, across, signal }: PerplexityRequest,
): Promise<Perplexity> {
  const { reader, vocabulary, steps } = open;
  const unit = builtIn.units.get(source)!;
  const texts = makeUnit(unit, {}, fillOptions(unit, options), { epoch: 0 }) as Observable<TextBatch>;
  const { stateSize } = reader.network;
  let [words, unknown, characters, predicted, loss] = [0, 0, 0, 0, 0];
  let states = new Float32Array(0);
  const count = ({ ids, lexicon }: TokenBatch) => {
    for (const id of ids) {
      const term = lexicon.term(id)!;
      words++;
      characters += [...term].length;
      if (!isSubwordVocabulary(vocabulary) && vocabulary.idOf(term) === undefined) unknown++;
    }
  };
  const countPieces = (batch: IdBatch) => {
    if (isSubwordVocabulary(vocabulary)) unknown += wordsWith(vocabulary.unknownId, batch);
  };
  const score = async (batch: SequenceBatch) => {
    const rows = batch.lengths.length;
    const state = carriedStates(batch.continues, states, stateSize);
    const { ids, targets, lengths, sequenceLength: length } = batch;
    const outcome = await reader.losses({ rows, length, ids, targets, lengths, state });
    states = Float32Array.from(outcome.state);
    for (const each of outcome.losses) loss += each;
    for (const target of targets) if (target >= 0) predicted++;
  };
  const rows = throughSteps(texts, steps).pipe(
    tap(count),
    idsBy(open, open.model.sentenceEnd),
    tap(countPieces),
    packSequences(layoutFor(reader.network, across)),
    mapAsync(score), // one after the other: each goes on from the states behind the one before
  );
  await run(rows, signal ? { signal } : {});
  if (predicted === 0) throw new RangeError(`${who}: there must be a term to predict, got ${words} words without any`);
  return {
    ...{ words, predicted, loss, unknownShare: unknown / words },
    perToken: Math.exp(loss / predicted),
    perWord: Math.exp(loss / words),
    bitsPerCharacter: loss / Math.LN2 / characters,
  };
}

/** Words that have a piece in them. */
function wordsWith(piece: number | undefined, { ids, wordOffsets = new Uint32Array(0) }: IdBatch): number {
  if (piece === undefined) return 0;
  return wordOffsets.reduce(
    (count, from, word) => count + (ids.subarray(from, wordOffsets[word + 1]).includes(piece) ? 1 : 0),
    0,
  );
}

/**
 * Tells how probable each text is, one after the other. The first term is predicted behind the end of a sentence; a model that knows none
 * predicts it by nothing, and it counts as certain.
 */
export async function scoreTexts(
  open: OpenLanguageModel,
  { source, options, signal }: Omit<PerplexityRequest, "across">,
  onText: (text: ScoredText) => void,
): Promise<void> {
  const unit = builtIn.units.get(source)!;
  const texts = makeUnit(unit, {}, fillOptions(unit, options), { epoch: 0 }) as Observable<TextBatch>;
  const documents = new DocumentIds();
  const score = async (ids: readonly (readonly number[])[]) => {
    for (const each of ids) onText(await scoreIds(open, each));
  };
  const scored = throughSteps(texts, open.steps).pipe(
    idsBy(open),
    mapAsync((batch) => score(documents.add(batch))),
  );
  await run(scored, signal ? { signal } : {});
  await score(documents.finish());
}

/** Puts the ids of whole documents together, whatever batches they come in. State: the document that has begun. */
class DocumentIds {
  #open: number[] | undefined;

  /** The documents that end in the batch. */
  add({ ids, documentOffsets }: IdBatch): number[][] {
    const ended: number[][] = [];
    let place = 0;
    for (const offset of [...documentOffsets, ids.length]) {
      const some = ids.subarray(place, offset);
      if (this.#open) this.#open.push(...some);
      place = offset;
      if (offset === ids.length && documentOffsets.at(-1) !== offset) break;
      ended.push(...this.finish());
      this.#open = [];
    }
    return ended;
  }

  /** The document that has begun, if one has. */
  finish(): number[][] {
    const last = this.#open;
    this.#open = undefined;
    return last ? [last] : [];
  }
}
