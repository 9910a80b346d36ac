import type { Lexicon } from "../../schemas/tokens.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";

/** Why a token has no id in the vocabulary. */
export type Absence = "belowMinCount" | "truncated" | "pruned";

const unknown = 0;
const belowMinCount = 1;
const truncated = 2;
const pruned = 3;
/** An id of the vocabulary, moved up by as much as there are codes before it. */
const firstId = 4;

/**
 * From the lexicon's provisional ids to the vocabulary's, looked up by text once per term and by index from then on.
 * State: 4 bytes per id given out by the lexicon.
 */
export class IdTable {
  readonly #vocabulary: Vocabulary;
  readonly #unknown: number | undefined;
  #replaced = 0;
  #lexicon: Lexicon | undefined;
  #codes = new Uint32Array(1024);
  #dropped = new Float64Array(firstId);

  /** @param unknown stands for each token that has no id of its own; such tokens are left out without it */
  constructor(vocabulary: Vocabulary, unknown?: number) {
    this.#vocabulary = vocabulary;
    this.#unknown = unknown;
  }

  /** The ids that are in the vocabulary, in order, and each list of positions moved to where it now points. */
  translate(lexicon: Lexicon, ids: Uint32Array, positions: readonly Uint32Array[]): [Uint32Array, Uint32Array[]] {
    this.#reserve(lexicon);
    const kept = new Uint32Array(ids.length);
    const moved = positions.map((list) => new Uint32Array(list.length));
    const next = positions.map(() => 0);
    let length = 0;
    let from = 0;
    while (from <= ids.length) {
      let to = ids.length;
      positions.forEach((list, k) => {
        while (list[next[k]!] === from) moved[k]![next[k]!++] = length;
        to = Math.min(to, list[next[k]!] ?? to);
      });
      length = this.#translateStretch(ids, from, to, kept, length);
      if (from === ids.length) break;
      from = to;
    }
    return [kept.slice(0, length), moved];
  }

  /** What was left out since the last call. */
  takeDropped(): Record<Absence, number> {
    const counts = this.#dropped;
    this.#dropped = new Float64Array(firstId);
    return { belowMinCount: counts[belowMinCount]!, truncated: counts[truncated]!, pruned: counts[pruned]! };
  }

  /** For how many tokens the unknown id has stood since the last call. */
  takeReplaced(): number {
    const replaced = this.#replaced;
    this.#replaced = 0;
    return replaced;
  }

  #translateStretch(ids: Uint32Array, from: number, to: number, kept: Uint32Array, length: number): number {
    const codes = this.#codes;
    const dropped = this.#dropped;
    for (let i = from; i < to; i++) {
      const id = ids[i]!;
      const code = codes[id]! || this.#resolve(id);
      if (code >= firstId) kept[length++] = code - firstId;
      else if (this.#unknown === undefined) dropped[code]!++;
      else {
        kept[length++] = this.#unknown;
        this.#replaced++;
      }
    }
    return length;
  }

  #resolve(id: number): number {
    const code = this.#codeOf(this.#lexicon!.term(id));
    this.#codes[id] = code;
    return code;
  }

  #codeOf(term: string | undefined): number {
    if (term === undefined) return pruned;
    const id = this.#vocabulary.idOf(term);
    if (id !== undefined) return id + firstId;
    return this.#vocabulary.truncated?.has(term) ? truncated : belowMinCount;
  }

  #reserve(lexicon: Lexicon): void {
    if (lexicon !== this.#lexicon) this.#codes.fill(unknown);
    this.#lexicon = lexicon;
    if (lexicon.size <= this.#codes.length) return;
    const grown = new Uint32Array(Math.max(lexicon.size, 2 * this.#codes.length));
    grown.set(this.#codes);
    this.#codes = grown;
  }
}
