import type { StageState } from "../../schemas/state.js";
import { drawUniform, type RandomStream, randomStream } from "../numbers/random.js";
import type { HeldDocument } from "./calibrate.js";

/** How many documents are kept aside at most, but for the luck of the draw. */
const MOST_HELD = 10_000;

/** Documents that are kept aside as one, where there are many: neighbours are often made from one another, as the phrases of a sentence. */
const LONGEST_BLOCK = 64;

/** How many blocks are kept aside at the least, where they are of several documents. */
const LEAST_BLOCKS = 32;

/**
 * Documents that are kept aside, drawn by their numbers in blocks of neighbours, in the order of the numbers. State: their terms' ids and
 * their labels, of some 10,000 documents at most.
 */
export class HeldDocuments {
  readonly #stream: RandomStream;
  readonly #share: number;
  readonly #block: number;
  #documents: { readonly ids: Uint32Array; readonly labels: readonly number[] }[] = [];

  /** @param share of `documents` to be kept aside */
  constructor(share: number, documents: number, seed: number) {
    this.#share = Math.min(share, MOST_HELD / documents);
    this.#block = Math.min(LONGEST_BLOCK, Math.max(1, Math.floor((this.#share * documents) / LEAST_BLOCKS)));
    this.#stream = randomStream(seed, "holdout");
  }

  get count(): number {
    return this.#documents.length;
  }

  /** Whether the document with this number is one of them, in every pass. */
  has(number: number): boolean {
    if (this.#share === 0) return false;
    return drawUniform(this.#stream, Math.floor(number / this.#block)) < this.#share;
  }

  push(ids: Uint32Array, labels: readonly number[]): void {
    this.#documents.push({ ids, labels });
  }

  /** Their words, as a classifier is asked. */
  inWords(terms: readonly string[]): HeldDocument[] {
    return this.#documents.map(({ ids, labels }) => ({ tokens: Array.from(ids, (id) => terms[id]!), labels }));
  }

  save(): StageState {
    return {
      facts: { labels: JSON.stringify(this.#documents.map(({ labels }) => labels)) },
      arrays: {
        lengths: Uint32Array.from(this.#documents, ({ ids }) => ids.length),
        ids: Uint32Array.from(this.#documents.flatMap(({ ids }) => [...ids])),
      },
    };
  }

  restore({ facts, arrays }: StageState): void {
    const ids = arrays.ids as Uint32Array;
    let at = 0;
    this.#documents = (JSON.parse(facts.labels as string) as number[][]).map((labels, k) => {
      const from = at;
      at += arrays.lengths![k]!;
      return { ids: ids.slice(from, at), labels };
    });
  }
}
