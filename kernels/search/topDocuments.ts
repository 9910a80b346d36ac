import type { Hit } from "../../schemas/hits.js";

/**
 * Keeps the k best of the documents that it is offered: by score descending, equal scores by number ascending, whatever the order of the offers.
 * A heap with the worst of them on top. State: 16 bytes for each of k.
 */
export class TopDocuments {
  readonly #k: number;
  readonly #hits: Hit[] = [];

  /** @param k at least 1 */
  constructor(k: number) {
    this.#k = k;
  }

  /** The score that a document must reach to be among the best; -Infinity as long as there are fewer than k. */
  get least(): number {
    return this.#hits.length < this.#k ? Number.NEGATIVE_INFINITY : this.#hits[0]!.score;
  }

  offer(document: number, score: number): void {
    const hits = this.#hits;
    if (hits.length < this.#k) {
      hits.push({ document, score });
      this.#rise(hits.length - 1);
      return;
    }
    const worst = hits[0]!;
    if (score < worst.score || (score === worst.score && document > worst.document)) return;
    hits[0] = { document, score };
    this.#sink();
  }

  /** The best first. */
  best(): Hit[] {
    return [...this.#hits].sort((a, b) => (isWorse(a, b) ? 1 : -1));
  }

  #rise(from: number): void {
    const hits = this.#hits;
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!isWorse(hits[at]!, hits[parent]!)) return;
      [hits[at], hits[parent]] = [hits[parent]!, hits[at]!];
      at = parent;
    }
  }

  #sink(): void {
    const hits = this.#hits;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let worst = at;
      if (left < hits.length && isWorse(hits[left]!, hits[worst]!)) worst = left;
      if (right < hits.length && isWorse(hits[right]!, hits[worst]!)) worst = right;
      if (worst === at) return;
      [hits[at], hits[worst]] = [hits[worst]!, hits[at]!];
      at = worst;
    }
  }
}

function isWorse(a: Hit, b: Hit): boolean {
  return a.score < b.score || (a.score === b.score && a.document > b.document);
}
