/*
 * Pairs of texts for next-sentence prediction (Devlin et al. 2019, arXiv:1810.04805, section 3.1 and appendix A.2), as `create_pretraining_data.py` of
 * google-research/bert makes them: sentences are collected until a row is full, cut at a drawn end of a sentence, and the second
 * part is replaced by text of another document half of the time; what was replaced is used again. Where both parts together are too long, ids are
 * taken away one by one from the longer one, at its beginning or its end.
 *
 * There the other document is any of the corpus, here an earlier one that is still held, so that the text can be a stream; and the shorter rows
 * are drawn row by row, there document by document. A sentence that no row can hold is cut, there it is truncated.
 */
import type { StageState } from "../../schemas/state.js";
import { joinStates, splitState } from "../numbers/joinStates.js";
import { drawBelow, drawUniform, type RandomStream, randomStream } from "../numbers/random.js";
import { DocumentReservoir } from "./documentReservoir.js";
import { idsOf, sentencesOfState, sizeOf, stateOfSentences } from "./sentenceLists.js";

export interface PairSettings {
  /** T, with [CLS] and two [SEP]. */
  readonly length: number;
  readonly shortShare: number;
  readonly randomShare: number;
  readonly reservoir: number;
  readonly seed: number;
}

/** Two texts of a row, without special tokens. */
export interface TextPair {
  readonly first: readonly number[];
  readonly second: readonly number[];
  /** The second one is of another document. */
  readonly isRandom: boolean;
}

export interface PairCounts {
  nextPairs: number;
  randomPairs: number;
  /** Of the random ones, those whose first text was one sentence with none behind it. */
  withoutNext: number;
  /** Of the next ones, those that were drawn to be random when no earlier document was held. */
  withoutOther: number;
  /** Sentences that were cut. */
  cutSentences: number;
  /** Ids of single sentences when no earlier document was held: they are in no row. */
  alone: number;
  /** Ids that no row had room for. */
  truncated: number;
  /** Ids of other documents. */
  repeated: number;
}

export const noPairCounts = (): PairCounts => ({
  ...{ nextPairs: 0, randomPairs: 0, withoutNext: 0, withoutOther: 0 },
  ...{ cutSentences: 0, alone: 0, truncated: 0, repeated: 0 },
});

/** [CLS] and two [SEP]. */
export const PAIR_SPECIALS = 3;
/** A held stretch is so many times as long as a row, so that a second text can begin at many of its sentences. */
const STRETCH = 4;
/** Draws of one pair: a counter for each. */
const DRAWS = 6;

/**
 * Makes pairs of the sentences of one pass. Every draw is a function of the seed, the epoch and the number of the pair.
 * State: the sentences of one row, and the held documents.
 */
export class SentencePairer {
  counts: PairCounts = noPairCounts();
  readonly #settings: PairSettings;
  /** Ids of both texts. */
  readonly #room: number;
  readonly #reservoir: DocumentReservoir;
  readonly #draws: RandomStream;
  readonly #cuts: RandomStream;
  #number = 0;
  #open: number[] = [];
  #chunk: Uint32Array[] = [];
  readonly #pairs: TextPair[] = [];

  constructor(settings: PairSettings, epoch: number) {
    const { length, reservoir, seed } = settings;
    this.#settings = settings;
    this.#room = length - PAIR_SPECIALS;
    this.#reservoir = new DocumentReservoir(reservoir, STRETCH * length, seed, epoch);
    this.#draws = randomStream(seed, "sentencePairs", epoch);
    this.#cuts = randomStream(seed, "sentencePairs.truncate", epoch);
  }

  /** The sentence goes on; one that fills a row is cut as if sentences ended there, so that a row can have two. */
  push(ids: Uint32Array): void {
    const half = Math.ceil(this.#room / 2);
    for (const id of ids) {
      this.#open.push(id);
      if (this.#open.length <= this.#room) continue;
      this.counts.cutSentences++;
      this.#take(Uint32Array.from(this.#open.splice(0, half)));
    }
  }

  endSentence(): void {
    if (this.#open.length > 0) this.#take(Uint32Array.from(this.#open));
    this.#open = [];
  }

  endDocument(): void {
    this.endSentence();
    while (this.#chunk.length > 0) this.#close();
    this.#reservoir.endDocument();
  }

  /** The pairs that were made since this was last asked. */
  takePairs(): TextPair[] {
    return this.#pairs.splice(0);
  }

  save(): StageState {
    return joinStates({
      pairer: { facts: { number: this.#number }, arrays: { open: Uint32Array.from(this.#open) } },
      chunk: stateOfSentences([this.#chunk]),
      reservoir: this.#reservoir.save(),
    });
  }

  restore(state: StageState): void {
    const { pairer, chunk, reservoir } = splitState(state);
    this.#number = pairer!.facts.number as number;
    this.#open = [...(pairer!.arrays.open as Uint32Array)];
    this.#chunk = sentencesOfState(chunk!)[0]!;
    this.#reservoir.restore(reservoir!);
  }

  #take(sentence: Uint32Array): void {
    this.#reservoir.add(sentence);
    this.#fill([sentence]);
  }

  #fill(sentences: readonly Uint32Array[]): void {
    for (const sentence of sentences) {
      this.#chunk.push(sentence);
      if (sizeOf(this.#chunk) >= this.#wanted()) this.#close();
    }
  }

  /** Ids that the row which is being filled should have: all that there is room for, of some any number from 2. */
  #wanted(): number {
    const isShort = drawUniform(this.#draws, this.#counter(0)) < this.#settings.shortShare;
    return isShort ? 2 + drawBelow(this.#draws, this.#counter(1), this.#room - 1) : this.#room;
  }

  #counter(draw: number): number {
    return this.#number * DRAWS + draw;
  }

  /** A row of the sentences that were collected; those that it leaves begin the next one. */
  #close(): void {
    const sentences = this.#chunk;
    const wanted = this.#wanted();
    const end = sentences.length > 1 ? 1 + drawBelow(this.#draws, this.#counter(2), sentences.length - 1) : 1;
    const first = idsOf(sentences.slice(0, end));
    const hasNext = sentences.length > end;
    const isDrawn = drawUniform(this.#draws, this.#counter(3)) < this.#settings.randomShare;
    const isRandom = (isDrawn || !hasNext) && this.#reservoir.length > 0;
    const second = isRandom ? this.#other(wanted - first.length) : idsOf(sentences.slice(end));
    const left = isRandom ? sentences.slice(end) : [];
    this.#chunk = [];
    if (second.length > 0) this.#pairs.push(this.#cut(first, second, isRandom));
    else this.counts.alone += first.length;
    if (isRandom && !hasNext) this.counts.withoutNext++;
    if (isDrawn && hasNext && !isRandom) this.counts.withoutOther++;
    this.#number++;
    this.#fill(left);
  }

  /** Text of an earlier document from the beginning of a sentence on, as long as is wanted if one has so much behind it. */
  #other(wanted: number): number[] {
    const place = drawBelow(this.#draws, this.#counter(4), this.#reservoir.length);
    const sentences = this.#reservoir.document(place);
    let [from, behind] = [sentences.length - 1, sentences.at(-1)!.length];
    while (from > 0 && behind < wanted) behind += sentences[--from]!.length;
    let at = drawBelow(this.#draws, this.#counter(5), from + 1);
    const second: number[] = [];
    do second.push(...sentences[at++]!);
    while (at < sentences.length && second.length < wanted);
    return second;
  }

  /** The two texts with no more ids than there is room for. */
  #cut(first: number[], second: number[], isRandom: boolean): TextPair {
    const { counts } = this;
    let draw = this.#number * STRETCH * this.#settings.length;
    while (first.length + second.length > this.#room) {
      const isFirst = first.length > second.length;
      const longer = isFirst ? first : second;
      if (drawUniform(this.#cuts, draw++) < 0.5) longer.shift();
      else longer.pop();
      if (isFirst || !isRandom) counts.truncated++;
    }
    counts[isRandom ? "randomPairs" : "nextPairs"]++;
    if (isRandom) counts.repeated += second.length;
    return { first, second, isRandom };
  }
}
