import type { StageState } from "../../schemas/state.js";
import type { MiniBatch } from "./variationalTrainer.js";

export interface QueuedDocuments extends MiniBatch {
  readonly lengths: Uint32Array;
}

/** Whole documents that wait until there are enough for a mini-batch. State: 8 bytes a cell. */
export class DocumentQueue {
  #offsets: number[] = [0];
  /** Tokens of each document, whatever its values are. */
  #lengths: number[] = [];
  #terms = new Uint32Array(1024);
  #counts = new Float32Array(1024);

  get documents(): number {
    return this.#offsets.length - 1;
  }

  /** Of all documents that wait. */
  get tokens(): number {
    return this.#lengths.reduce((sum, length) => sum + length, 0);
  }

  push(terms: Uint32Array, values: Float64Array, length: number): void {
    const from = this.#offsets.at(-1)!;
    const to = from + terms.length;
    if (to > this.#terms.length) this.#makeRoom(to);
    this.#terms.set(terms, from);
    this.#counts.set(values, from);
    this.#offsets.push(to);
    this.#lengths.push(length);
  }

  /** The first documents, at most so many, which leave. */
  take(documents: number): QueuedDocuments {
    const taken = Math.min(documents, this.documents);
    const end = this.#offsets[taken]!;
    const last = this.#offsets.at(-1)!;
    const batch = {
      offsets: Uint32Array.from(this.#offsets.slice(0, taken + 1)),
      terms: this.#terms.slice(0, end),
      counts: this.#counts.slice(0, end),
      lengths: Uint32Array.from(this.#lengths.slice(0, taken)),
    };
    this.#lengths = this.#lengths.slice(taken);
    this.#terms.copyWithin(0, end, last);
    this.#counts.copyWithin(0, end, last);
    this.#offsets = this.#offsets.slice(taken).map((offset) => offset - end);
    return batch;
  }

  /** Leaves out the cells of some terms; tells how many. */
  leaveOut(isGone: (term: number) => boolean): number {
    const offsets = [0];
    let kept = 0;
    for (let d = 0; d < this.documents; d++) {
      for (let at = this.#offsets[d]!; at < this.#offsets[d + 1]!; at++) {
        if (isGone(this.#terms[at]!)) continue;
        this.#terms[kept] = this.#terms[at]!;
        this.#counts[kept++] = this.#counts[at]!;
      }
      offsets.push(kept);
    }
    const gone = this.#offsets.at(-1)! - kept;
    this.#offsets = offsets;
    return gone;
  }

  save(): StageState {
    return { facts: {}, arrays: { ...this.all() } };
  }

  restore({ arrays }: StageState): void {
    this.#offsets = Array.from(arrays.offsets as Uint32Array);
    this.#lengths = Array.from(arrays.lengths as Uint32Array);
    this.#terms = Uint32Array.from(arrays.terms as Uint32Array);
    this.#counts = Float32Array.from(arrays.counts as Float32Array);
  }

  /** All documents, which stay. */
  all(): QueuedDocuments {
    const end = this.#offsets.at(-1)!;
    return {
      offsets: Uint32Array.from(this.#offsets),
      terms: this.#terms.slice(0, end),
      counts: this.#counts.slice(0, end),
      lengths: Uint32Array.from(this.#lengths),
    };
  }

  #makeRoom(cells: number): void {
    const [terms, counts] = [new Uint32Array(2 * cells), new Float32Array(2 * cells)];
    terms.set(this.#terms);
    counts.set(this.#counts);
    this.#terms = terms;
    this.#counts = counts;
  }
}
