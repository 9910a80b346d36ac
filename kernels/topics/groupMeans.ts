import { compareGroups } from "../documents/documentGroups.js";

/** Means of the vectors of groups of documents. Sums go in the order of the documents, whatever their batches. State: 8 D bytes a group. */
export class GroupMeans {
  readonly #groups = new Map<string, { documents: number; readonly sums: Float64Array }>();

  add(name: string, vector: Float32Array): void {
    let group = this.#groups.get(name);
    if (!group) {
      group = { documents: 0, sums: new Float64Array(vector.length) };
      this.#groups.set(name, group);
    }
    group.documents++;
    for (let k = 0; k < vector.length; k++) group.sums[k]! += vector[k]!;
  }

  /** The groups, numbers by size before texts. */
  means(): { name: string; documents: number; mean: Float64Array }[] {
    const names = [...this.#groups.keys()].sort(compareGroups);
    return names.map((name) => {
      const { documents, sums } = this.#groups.get(name)!;
      return { name, documents, mean: sums.map((sum) => sum / documents) };
    });
  }
}
