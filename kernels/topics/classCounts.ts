import type { StageState } from "../../schemas/state.js";
import { compareGroups } from "../documents/documentGroups.js";

/** How often each term occurs in each class of documents. Exact: any order of the documents gives the same. State: 8 V bytes a class. */
export class ClassCounts {
  readonly #counts = new Map<string, Float64Array>();
  readonly #terms: number;

  constructor(terms: number) {
    this.#terms = terms;
  }

  /** A document of a class, by its terms and how often each occurs. */
  add(name: string, terms: Uint32Array, values: Float64Array): void {
    let counts = this.#counts.get(name);
    if (!counts) {
      counts = new Float64Array(this.#terms);
      this.#counts.set(name, counts);
    }
    for (let cell = 0; cell < terms.length; cell++) counts[terms[cell]!]! += values[cell]!;
  }

  /** The classes, numbers first, and a row a term with its counts in them (V x K). */
  table(): { names: string[]; weights: Float32Array } {
    const names = [...this.#counts.keys()].sort(compareGroups);
    const weights = new Float32Array(this.#terms * names.length);
    names.forEach((name, k) => {
      this.#counts.get(name)!.forEach((count, term) => {
        weights[term * names.length + k] = count;
      });
    });
    return { names, weights };
  }

  save(): StageState {
    const counts = new Float64Array(this.#counts.size * this.#terms);
    [...this.#counts.values()].forEach((row, k) => {
      counts.set(row, k * this.#terms);
    });
    return { facts: { names: JSON.stringify([...this.#counts.keys()]) }, arrays: { counts } };
  }

  restore({ facts, arrays }: StageState): void {
    (JSON.parse(facts.names as string) as string[]).forEach((name, k) => {
      const row = (arrays.counts as Float64Array).slice(k * this.#terms, (k + 1) * this.#terms);
      this.#counts.set(name, row);
    });
  }
}
