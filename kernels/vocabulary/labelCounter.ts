import type { LabelSet } from "../../schemas/vocabulary.js";
import { compareCodePoints } from "../text/compareCodePoints.js";

/** Counts the labels of documents. State: the labels. */
export class LabelCounter {
  readonly #counts = new Map<string, number>();

  /** Adds the labels of some documents. */
  add(documents: readonly (readonly string[])[] | undefined): void {
    for (const labels of documents ?? [])
      for (const label of labels) this.#counts.set(label, (this.#counts.get(label) ?? 0) + 1);
  }

  /** Count descending, then by code point; undefined if there were none. */
  set(): LabelSet | undefined {
    if (this.#counts.size === 0) return undefined;
    const sorted = [...this.#counts].sort(([a, x], [b, y]) => y - x || compareCodePoints(a, b));
    return { names: sorted.map(([name]) => name), counts: Float64Array.from(sorted, ([, count]) => count) };
  }
}
