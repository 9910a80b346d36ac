import { mostStreams, RowCounter, type RowCounterOptions } from "../../kernels/cooccurrence/rowCounter.js";
import type { TextStretch } from "../../kernels/cooccurrence/textBlock.js";
import type { WasmMemory } from "../../kernels/numbers/webAssembly.js";
import { RowStore, type StoredRows } from "../../storage/cooccurrence/rowStore.js";
import type { NewFile } from "../../storage/files/scratchFolder.js";
import { cooccurrenceKernel } from "./cooccurrenceKernel.js";

export interface ShardOptions extends RowCounterOptions {
  /** What the shards share, and where in it the memory of this one begins. */
  readonly memory: WasmMemory;
  readonly place: number;
  /** Bytes of rows that need not go to files, of all stretches and sums together. */
  readonly bytesInMemory: number;
}

/** Rows of a table in order, part after part. */
export interface FinishedRows {
  readonly rows: readonly StoredRows[];
  /** Some pair of a symmetric table counts from one of its ends only. */
  readonly hasHalves: boolean;
}

/** What counts all rows of a table, in this thread or in others. */
export interface CountingShards {
  /** Counts the windows of a stretch of text; a promise that ends when that is done, unless it is. */
  count(stretch: TextStretch): Promise<void> | undefined;
  /** Everything that was counted. */
  finish(): Promise<FinishedRows>;
  /** Ends what is being counted; a promise where that is not at once. */
  close(): Promise<void> | undefined;
}

/**
 * Some rows of a table: counts them in each stretch of text, and at the end adds up what came of the stretches. It works in steps; whoever does
 * not go through all of them calls `return`, which closes its files.
 */
export class CooccurrenceShard {
  readonly #options: ShardOptions;
  readonly #newFile: NewFile;
  readonly #counter: RowCounter;
  #stored: StoredRows[] = [];

  constructor(options: ShardOptions, newFile: NewFile) {
    this.#options = options;
    this.#newFile = newFile;
    this.#counter = new RowCounter(cooccurrenceKernel(), options.memory, options.place, options);
  }

  *count(stretch: TextStretch, counts: Uint32Array): Generator<void, void> {
    yield* this.#store((store) => this.#counter.count(stretch, counts, store.add));
  }

  /** All sums, in order; nothing can be counted any more. */
  *finish(): Generator<void, FinishedRows> {
    while (this.#stored.length > 1) yield* this.#addUp(this.#stored.slice(0, mostStreams));
    return { rows: this.#stored, hasHalves: this.#counter.hasHalves };
  }

  *#addUp(parts: readonly StoredRows[]): Generator<void, void> {
    const readers = parts.map((part) => part.open());
    try {
      yield* this.#store((store) => this.#counter.addUp(readers, store.add));
    } finally {
      for (const reader of readers) reader.close();
    }
    this.#stored.splice(0, parts.length);
    for (const part of parts) part.remove();
  }

  *#store(fill: (store: RowStore) => Generator<void, number>): Generator<void, void> {
    const held = this.#stored.reduce((sum, { bytesInMemory }) => sum + bytesInMemory, 0);
    const store = new RowStore(this.#newFile, this.#options.bytesInMemory - held);
    try {
      this.#stored.push(store.seal(yield* fill(store)));
    } finally {
      store.abandon();
    }
  }
}

/** Goes through steps without a pause. */
export function allSteps<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
