import type { StageState } from "../../schemas/state.js";
import type { Lexicon } from "../../schemas/tokens.js";
import type { VocabularySnapshot } from "../../schemas/vocabulary.js";
import { joinStates, splitState } from "../numbers/joinStates.js";
import { exp } from "../numbers/logarithm.js";
import { compareCodePoints } from "../text/compareCodePoints.js";
import { joinTexts, splitTexts } from "../text/textColumn.js";
import { SpaceSaving } from "./spaceSaving.js";
import { makeVocabulary } from "./vocabulary.js";

export interface GrowthSettings {
  readonly maxSize: number;
  readonly counters: number;
  readonly minCount: number;
  /** In tokens. */
  readonly halfLife: number | undefined;
  readonly generationSize: number;
}

/** Tokens of the first generation. */
const FIRST_GENERATION = 1024;
const NONE = -1;

/**
 * A vocabulary of a bounded number of rows that follows a stream. Tokens are counted one by one (`SpaceSaving`); who has a row is
 * decided at the edges of generations only, which lie at fixed positions of the stream: after 1024 tokens, whenever their number
 * has doubled, and from `generationSize` on every so many tokens. At an edge the terms that surely occurred `minCount` times, the
 * most frequent first, take the rows that are free, and then the row of the rarest term as long as they surely occurred more often
 * than that may have.
 * State: `counters` of 60 bytes and their terms, `maxSize` rows of 20 bytes and theirs.
 */
export class GrowingVocabulary {
  readonly #settings: GrowthSettings;
  readonly #summary: SpaceSaving;
  /** The row of a counter's term in the snapshot, or NONE. */
  readonly #rows: Int32Array;
  /** Whether a counter's term had occurred often enough at the last edge, and found no row. */
  readonly #isTruncated: Uint8Array;
  /** Where a term was found last: counters by the lexicon's ids, and the other way round. */
  #slots = new Map<number, number>();
  readonly #ids: Float64Array;
  #lexicon: Lexicon | undefined;
  #terms: string[] = [];
  readonly #rowOf = new Map<string, number>();
  readonly #since: Uint32Array;
  #generation = 0;
  /** Tokens so far. */
  #read = 0;
  #edge: number;
  #snapshot: VocabularySnapshot;
  #belowMinCount = 0;
  #truncated = 0;
  #pruned = 0;

  constructor(settings: GrowthSettings) {
    const { counters, maxSize, generationSize } = settings;
    this.#settings = settings;
    this.#summary = new SpaceSaving(counters);
    this.#rows = new Int32Array(counters).fill(NONE);
    this.#isTruncated = new Uint8Array(counters);
    this.#ids = new Float64Array(counters).fill(NONE);
    this.#since = new Uint32Array(maxSize);
    this.#edge = Math.min(FIRST_GENERATION, generationSize);
    this.#snapshot = this.#makeSnapshot(new Float64Array(0));
  }

  get snapshot(): VocabularySnapshot {
    return this.#snapshot;
  }

  /** Tokens that the snapshot is still good for. */
  get untilEdge(): number {
    return this.#edge - this.#read;
  }

  /** Counts ids[from, to), which cross no edge, and gives the rows of those that have one. */
  encode(lexicon: Lexicon, ids: Uint32Array, from: number, to: number): Uint32Array {
    if (lexicon !== this.#lexicon) this.#slots.clear();
    this.#lexicon = lexicon;
    const kept = new Uint32Array(to - from);
    let length = 0;
    for (let i = from; i < to; i++) {
      const slot = this.#count(ids[i]!);
      const row = slot === NONE ? NONE : this.#rows[slot]!;
      if (row !== NONE) kept[length++] = row;
      else if (slot === NONE) this.#pruned++;
      else if (this.#isTruncated[slot] === 1) this.#truncated++;
      else this.#belowMinCount++;
    }
    this.#read += to - from;
    return kept.slice(0, length);
  }

  /** Decides anew who has a row. To be called when `untilEdge` is 0. */
  endGeneration(): void {
    const { generationSize, halfLife } = this.#settings;
    const tokens = Math.min(this.#generation === 0 ? FIRST_GENERATION : this.#edge / 2, generationSize);
    this.#generation++;
    if (halfLife !== undefined) this.#summary.scale(exp((-Math.LN2 * tokens) / halfLife));
    this.#giveRows();
    this.#edge += Math.min(this.#edge, generationSize);
    this.#snapshot = this.#makeSnapshot(this.#guaranteedCounts());
  }

  /** What was left out since the last call. */
  takeDropped(): Readonly<Record<"belowMinCount" | "truncated" | "pruned", number>> {
    const dropped = { belowMinCount: this.#belowMinCount, truncated: this.#truncated, pruned: this.#pruned };
    this.#belowMinCount = this.#truncated = this.#pruned = 0;
    return dropped;
  }

  save(): StageState {
    const { counts } = this.#snapshot;
    const facts = { read: this.#read, edge: this.#edge, generation: this.#generation };
    const own = {
      facts,
      arrays: {
        ...joinTexts(this.#terms),
        counts,
        since: this.#since.slice(0, this.#terms.length),
        isTruncated: this.#isTruncated.slice(0, this.#summary.size),
      },
    };
    return joinStates({ own, summary: this.#summary.save() });
  }

  restore(state: StageState): void {
    const { own, summary } = splitState(state);
    const { facts, arrays } = own!;
    this.#summary.restore(summary!);
    this.#read = facts.read as number;
    this.#edge = facts.edge as number;
    this.#generation = facts.generation as number;
    this.#terms = splitTexts(arrays);
    this.#since.set(arrays.since!);
    this.#isTruncated.set(arrays.isTruncated!);
    this.#terms.forEach((term, row) => {
      this.#rowOf.set(term, row);
    });
    for (let slot = 0; slot < this.#summary.size; slot++)
      this.#rows[slot] = this.#rowOf.get(this.#summary.term(slot)) ?? NONE;
    this.#snapshot = this.#makeSnapshot(arrays.counts as Float64Array);
  }

  #count(id: number): number {
    const known = this.#slots.get(id);
    if (known !== undefined) {
      this.#summary.counts[known]!++;
      return known;
    }
    const term = this.#lexicon!.term(id);
    return term === undefined ? NONE : this.#countTerm(term, id);
  }

  /** A term whose id is new, or that lost its counter. */
  #countTerm(term: string, id: number): number {
    const known = this.#summary.slotOf(term);
    const slot = known ?? this.#summary.admit(term);
    if (known !== undefined) this.#summary.counts[known]!++;
    else {
      this.#rows[slot] = this.#rowOf.get(term) ?? NONE;
      this.#isTruncated[slot] = 0;
    }
    this.#slots.delete(this.#ids[slot]!);
    this.#ids[slot] = id;
    this.#slots.set(id, slot);
    return slot;
  }

  #giveRows(): void {
    const summary = this.#summary;
    const { maxSize, minCount } = this.#settings;
    const candidates: number[] = [];
    for (let slot = 0; slot < summary.size; slot++)
      if (this.#rows[slot] === NONE && summary.guaranteed(slot) >= minCount) candidates.push(slot);
    candidates.sort(
      (a, b) => summary.guaranteed(b) - summary.guaranteed(a) || compareCodePoints(summary.term(a), summary.term(b)),
    );
    const free = Math.min(maxSize - this.#terms.length, candidates.length);
    for (const slot of candidates.slice(0, free)) this.#giveRow(this.#terms.length, slot);
    const left = candidates.slice(free);
    let given = 0;
    if (left.length > 0) {
      const upper = this.#upperCounts();
      const rarest = Array.from(upper, (_, row) => row).sort((a, b) => upper[a]! - upper[b]! || a - b);
      for (; given < left.length && given < rarest.length; given++) {
        if (summary.guaranteed(left[given]!) <= upper[rarest[given]!]!) break;
        this.#giveRow(rarest[given]!, left[given]!);
      }
    }
    this.#isTruncated.fill(0);
    for (const slot of left.slice(given)) this.#isTruncated[slot] = 1;
  }

  #giveRow(row: number, slot: number): void {
    const evicted = this.#terms[row];
    if (evicted !== undefined) {
      this.#rowOf.delete(evicted);
      const last = this.#summary.slotOf(evicted);
      if (last !== undefined) this.#rows[last] = NONE;
    }
    const term = this.#summary.term(slot);
    this.#terms[row] = term;
    this.#rowOf.set(term, row);
    this.#rows[slot] = row;
    this.#since[row] = this.#generation;
  }

  /** How often the term of each row may have occurred, at most (V,). */
  #upperCounts(): Float64Array {
    const upper = new Float64Array(this.#terms.length).fill(this.#summary.least);
    this.#forEachCounted((row, slot) => {
      upper[row] = this.#summary.counts[slot]!;
    });
    return upper;
  }

  /** How often the term of each row surely occurred (V,). */
  #guaranteedCounts(): Float64Array {
    const counts = new Float64Array(this.#terms.length);
    this.#forEachCounted((row, slot) => {
      counts[row] = this.#summary.guaranteed(slot);
    });
    return counts;
  }

  #forEachCounted(visit: (row: number, slot: number) => void): void {
    for (let slot = 0; slot < this.#summary.size; slot++) {
      if (this.#rows[slot] !== NONE) visit(this.#rows[slot]!, slot);
    }
  }

  #makeSnapshot(counts: Float64Array): VocabularySnapshot {
    return {
      ...makeVocabulary(this.#terms.slice(), counts),
      maxSize: this.#settings.maxSize,
      generation: this.#generation,
      since: this.#since.slice(0, this.#terms.length),
    };
  }
}
