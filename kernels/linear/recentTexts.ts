import type { StageState } from "../../schemas/state.js";
import { joinIds } from "../numbers/joinIds.js";

export interface RecentText {
  /** Ids in the vocabulary of its generation. */
  readonly ids: Uint32Array;
  readonly labels: readonly number[];
  readonly weight: number;
  readonly generation: number;
}

/**
 * The most recent texts of a stream, oldest first. One that would not fit alone is not kept.
 * State: at most `maxTexts` texts of `maxWords` words together, 4 bytes a word.
 */
export class RecentTexts {
  readonly #maxTexts: number;
  readonly #maxWords: number;
  readonly #ring: RecentText[] = [];
  #first = 0;
  #size = 0;
  #words = 0;

  constructor(maxTexts: number, maxWords: number) {
    this.#maxTexts = maxTexts;
    this.#maxWords = maxWords;
  }

  get size(): number {
    return this.#size;
  }

  /** The text of that age, 0 for the oldest. */
  at(place: number): RecentText {
    return this.#ring[(this.#first + place) % this.#maxTexts]!;
  }

  add(text: RecentText): void {
    if (text.ids.length > this.#maxWords || this.#maxTexts === 0) return;
    while (this.#size === this.#maxTexts || this.#words + text.ids.length > this.#maxWords) this.#dropOldest();
    this.#ring[(this.#first + this.#size++) % this.#maxTexts] = text;
    this.#words += text.ids.length;
  }

  all(): RecentText[] {
    return Array.from({ length: this.#size }, (_, place) => this.at(place));
  }

  save(): StageState {
    const texts = this.all();
    const arrays = {
      lengths: Uint32Array.from(texts, ({ ids }) => ids.length),
      ids: joinIds(texts.map(({ ids }) => ids)),
      labelCounts: Uint32Array.from(texts, ({ labels }) => labels.length),
      labels: Uint32Array.from(texts.flatMap(({ labels }) => labels)),
      weights: Float64Array.from(texts, ({ weight }) => weight),
      generations: Float64Array.from(texts, ({ generation }) => generation),
    };
    return { facts: {}, arrays };
  }

  /** Goes on from a state; there is no text yet. */
  restore({ arrays }: StageState): void {
    let [word, label] = [0, 0];
    arrays.lengths!.forEach((length: number, k: number) => {
      const labels = arrays.labelCounts![k]!;
      this.add({
        ids: (arrays.ids as Uint32Array).slice(word, word + length),
        labels: [...arrays.labels!.slice(label, label + labels)],
        weight: arrays.weights![k]!,
        generation: arrays.generations![k]!,
      });
      word += length;
      label += labels;
    });
  }

  #dropOldest(): void {
    this.#words -= this.at(0).ids.length;
    this.#first = (this.#first + 1) % this.#maxTexts;
    this.#size--;
  }
}
