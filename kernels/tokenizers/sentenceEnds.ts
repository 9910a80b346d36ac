import type { StageState } from "../../schemas/state.js";
import type { IdBatch } from "../../schemas/tokens.js";

/** What a batch of ids says of its stretches. */
type Stretches = Pick<IdBatch, "ids" | "sentenceOffsets" | "documentOffsets" | "wordOffsets">;

/**
 * Puts an id behind the last of each sentence; a sentence without ids gets none. A sentence ends where the next begins, so that the id may come
 * in the batch behind. It is a word of its own.
 * State: whether the sentence that has begun has ids.
 */
export class SentenceEnds {
  readonly #id: number;
  #isOpen = false;
  #hasWords = false;
  #added = 0;

  constructor(id: number) {
    this.#id = id;
  }

  push<Batch extends Stretches>(batch: Batch): Batch {
    const { ids, sentenceOffsets, documentOffsets, wordOffsets } = batch;
    const places = this.#placesOf(batch);
    this.#hasWords = wordOffsets !== undefined;
    if (places.length === 0) return batch;
    const ended = new Uint32Array(ids.length + places.length);
    let from = 0;
    places.forEach((place, k) => {
      ended.set(ids.subarray(from, place), from + k);
      ended[place + k] = this.#id;
      from = place;
    });
    ended.set(ids.subarray(from), from + places.length);
    return {
      ...batch,
      ids: ended,
      sentenceOffsets: moved(sentenceOffsets, places),
      documentOffsets: moved(documentOffsets, places),
      ...(wordOffsets ? { wordOffsets: withWords(wordOffsets, places) } : {}),
    };
  }

  /** What ends the last sentence. */
  rest(): Stretches | undefined {
    if (!this.#isOpen) return undefined;
    this.#isOpen = false;
    this.#added++;
    const none = () => new Uint32Array(0);
    const words = this.#hasWords ? { wordOffsets: new Uint32Array(1) } : {};
    return { ids: Uint32Array.of(this.#id), ...words, sentenceOffsets: none(), documentOffsets: none() };
  }

  save(): StageState {
    return { facts: { isOpen: this.#isOpen }, arrays: {} };
  }

  restore({ facts }: StageState): void {
    this.#isOpen = facts.isOpen as boolean;
  }

  /** How many ids were added since the last call. */
  takeAdded(): number {
    const added = this.#added;
    this.#added = 0;
    return added;
  }

  /** The places in front of which the id is put. */
  #placesOf({ ids, sentenceOffsets }: Stretches): number[] {
    const places: number[] = [];
    let from = 0;
    for (const start of sentenceOffsets) {
      if (this.#isOpen || start > from) places.push(start);
      this.#isOpen = false;
      from = start;
    }
    if (ids.length > from) this.#isOpen = true;
    this.#added += places.length;
    return places;
  }
}

/** A start at a place comes behind what is put there. */
function moved(starts: Uint32Array, places: readonly number[]): Uint32Array {
  let put = 0;
  return starts.map((start) => {
    while (put < places.length && places[put]! <= start) put++;
    return start + put;
  });
}

function withWords(offsets: Uint32Array, places: readonly number[]): Uint32Array {
  const ends = places.map((place, k) => place + k);
  return Uint32Array.from([...moved(offsets, places), ...ends]).sort();
}
