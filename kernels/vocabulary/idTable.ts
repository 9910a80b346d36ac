import type { Lexicon } from "../../schemas/tokens.js";
import type { OutsideDocuments, Vocabulary } from "../../schemas/vocabulary.js";
import { TermCodes } from "./termCodes.js";
import type { TermCounter } from "./termCounter.js";
import { movedStarts } from "./tokensAt.js";

/** Why a token has no id in the vocabulary. */
export type Absence = "belowMinCount" | "truncated" | "pruned" | OutsideDocuments;

const belowMinCount = 1;
const truncated = 2;
const pruned = 3;
const outside = { belowMinDocuments: 4, aboveMaxDocuments: 5 } as const;
/** An id of the vocabulary, moved up by as much as there are codes before it. */
const firstId = 6;

/** Codes of the terms that were looked up in vocabularies that stay the same, so that later passes find them by index. */
const codesIn = new WeakMap<Vocabulary, TermCodes>();

function codesOf(vocabulary: Vocabulary): TermCodes {
  const codes = codesIn.get(vocabulary) ?? new TermCodes();
  if (!("generation" in vocabulary)) codesIn.set(vocabulary, codes);
  return codes;
}

/** Spares the tables of a vocabulary to look up the text of terms that are known to be too rare to be in it. */
export function noteRareTerms(vocabulary: Vocabulary, counter: TermCounter, minCount: number): void {
  const codes = codesOf(vocabulary);
  counter.forEachRare(minCount, (lexicon, id) => {
    codes.of(lexicon)[id] = belowMinCount;
  });
}

/**
 * From the lexicon's provisional ids to the vocabulary's, looked up by text once per term and by index from then on, also by other tables of
 * the same vocabulary. State: 4 bytes per id given out by the lexicon, 8 per token of a batch.
 */
export class IdTable {
  readonly #vocabulary: Vocabulary;
  readonly #unknown: number | undefined;
  #replaced = 0;
  readonly #codes: TermCodes;
  #dropped = new Float64Array(firstId);
  /** Of the batch in hand: the ids that are kept, and where each stood. */
  #kept = new Uint32Array(0);
  #places = new Uint32Array(0);

  /** @param unknown stands for each token that has no id of its own; such tokens are left out without it */
  constructor(vocabulary: Vocabulary, unknown?: number) {
    this.#vocabulary = vocabulary;
    this.#unknown = unknown;
    this.#codes = codesOf(vocabulary);
  }

  /** The ids that are in the vocabulary, in order, and each list of positions moved to where it now points. */
  translate(lexicon: Lexicon, ids: Uint32Array, positions: readonly Uint32Array[]): [Uint32Array, Uint32Array[]] {
    const codes = this.#codes.of(lexicon);
    const dropped = this.#dropped;
    const unknown = this.#unknown;
    let replaced = 0;
    if (this.#kept.length < ids.length)
      [this.#kept, this.#places] = [new Uint32Array(ids.length), new Uint32Array(ids.length)];
    const [kept, places] = [this.#kept, this.#places];
    let length = 0;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      let code = codes[id]!;
      if (code < firstId) {
        if (code === 0) code = this.#codeOf(lexicon.term(id));
        codes[id] = code;
        if (code < firstId && unknown === undefined) {
          dropped[code]!++;
          continue;
        }
        if (code < firstId) {
          replaced++;
          code = unknown! + firstId;
        }
      }
      places[length] = i;
      kept[length++] = code - firstId;
    }
    this.#replaced += replaced;
    const taken = places.subarray(0, length);
    return [kept.slice(0, length), positions.map((starts) => movedStarts(starts, taken))];
  }

  /** What was left out since the last call; by documents only if something was. */
  takeDropped(): Partial<Record<Absence, number>> {
    const counts = this.#dropped;
    this.#dropped = new Float64Array(firstId);
    const byDocuments = Object.entries(outside).flatMap(([why, code]) =>
      counts[code]! > 0 ? [[why, counts[code]!]] : [],
    );
    return {
      ...{ belowMinCount: counts[belowMinCount]!, truncated: counts[truncated]!, pruned: counts[pruned]! },
      ...Object.fromEntries(byDocuments),
    };
  }

  /** For how many tokens the unknown id has stood since the last call. */
  takeReplaced(): number {
    const replaced = this.#replaced;
    this.#replaced = 0;
    return replaced;
  }

  #codeOf(term: string | undefined): number {
    if (term === undefined) return pruned;
    const id = this.#vocabulary.idOf(term);
    if (id !== undefined) return id + firstId;
    const why = this.#vocabulary.outsideDocuments?.get(term);
    if (why) return outside[why];
    return this.#vocabulary.truncated?.has(term) ? truncated : belowMinCount;
  }
}
