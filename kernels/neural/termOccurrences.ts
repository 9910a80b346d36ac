import { type ContextVectorBatch, contextVectorOf } from "../../schemas/contextVectors.js";
import { drawBelow, type RandomStream, randomStream } from "../numbers/random.js";
import { spellTerms } from "../text/spellTerms.js";

/** Words that are shown on each side of a term. */
const SHOWN_WORDS = 8;

/** A place where a term stands. */
export interface Occurrence {
  readonly vector: Float32Array;
  /** What stands around it. */
  readonly sentence: string;
}

export interface FoundOccurrences {
  /** Drawn where there are more than are kept. */
  readonly kept: readonly Occurrence[];
  /** In the text, kept or not. */
  readonly seen: number;
}

/** Finds the places where a term stands, in batches in their order. State: the words of a sentence, and `most` occurrences. */
export class TermOccurrences {
  readonly #term: string;
  readonly #most: number;
  readonly #layer: number;
  readonly #draws: RandomStream;
  readonly #kept: Occurrence[] = [];
  #seen = 0;
  #sentence = -1;
  #words: string[] = [];
  #vectors = new Map<number, Float32Array>();

  /** @param layer its place among those of the batches */
  constructor(term: string, { most, seed, layer = 0 }: { most: number; seed: number; layer?: number }) {
    this.#term = term;
    this.#most = most;
    this.#layer = layer;
    this.#draws = randomStream(seed, "occurrences");
  }

  add(batch: ContextVectorBatch): void {
    batch.terms.forEach((word, k) => {
      if (batch.sentences[k] !== this.#sentence) this.#endSentence();
      this.#sentence = batch.sentences[k]!;
      if (word === this.#term) this.#vectors.set(this.#words.length, contextVectorOf(batch, k, this.#layer));
      this.#words.push(word);
    });
  }

  finish(): FoundOccurrences {
    this.#endSentence();
    return { kept: this.#kept, seen: this.#seen };
  }

  #endSentence(): void {
    for (const [place, vector] of this.#vectors) this.#keep({ vector, sentence: this.#around(place) });
    this.#words = [];
    this.#vectors.clear();
  }

  #keep(occurrence: Occurrence): void {
    const seen = this.#seen++;
    const place = seen < this.#most ? seen : drawBelow(this.#draws, seen, seen + 1);
    if (place < this.#most) this.#kept[place] = occurrence;
  }

  #around(place: number): string {
    const [from, to] = [Math.max(0, place - SHOWN_WORDS), place + SHOWN_WORDS + 1];
    const text = spellTerms(this.#words.slice(from, to));
    return `${from > 0 ? "... " : ""}${text}${to < this.#words.length ? " ..." : ""}`;
  }
}
