import { closeSync, openSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import {
  AsyncByteQueue,
  type Data,
  Field,
  List,
  makeData,
  RecordBatch,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Uint32,
} from "apache-arrow";
import type { Observable } from "rxjs";
import { currentScope, type FlowGate } from "../kernels/flow.js";
import type { Lexicon, TokenBatch } from "../schemas/index.js";
import { fromPull } from "../sources/fromPull.js";
import { readChunks } from "../sources/readChunks.js";

const numbers = new List(new Field("item", new Uint32(), false));
const cacheSchema = new Schema([
  new Field("ids", numbers, false),
  new Field("sentenceOffsets", numbers, false),
  new Field("documentOffsets", numbers, false),
]);

/** Bytes read at once: Arrow asks for a few at a time, and each time a thread wakes that has to wait where all cores train. */
const readBytes = 2 ** 20;

/**
 * The tokens of a pass, kept on disk so that text is tokenised once: an Arrow stream with one row a batch, 4 bytes a token.
 * Memory: one batch. The lexicon that the ids belong to stays in memory.
 */
export class TokenCache {
  readonly #writer = new RecordBatchStreamWriter();
  #file: number | undefined;
  #lexicon: Lexicon | undefined;
  #tokens = 0;
  #isWritten = false;

  /** Nothing is there before the first batch is written. */
  constructor(readonly path: string) {}

  /** One that was written in an earlier run. */
  static written(path: string, tokens: number, lexicon: Lexicon | undefined): TokenCache {
    const cache = new TokenCache(path);
    cache.#tokens = tokens;
    cache.#lexicon = lexicon;
    cache.#isWritten = true;
    return cache;
  }

  /** Tokens kept so far. */
  get tokens(): number {
    return this.#tokens;
  }

  get lexicon(): Lexicon | undefined {
    return this.#lexicon;
  }

  /** Nothing can be added any more. */
  get isWritten(): boolean {
    return this.#isWritten;
  }

  /** Begins the file, with nothing in it. */
  open(): void {
    this.#file = openSync(this.path, "wx");
    this.#writer.reset(new FileSink(this.path, this.#file), cacheSchema);
  }

  write({ ids, sentenceOffsets, documentOffsets, lexicon }: TokenBatch): void {
    const children = [ids, sentenceOffsets, documentOffsets].map(oneList);
    const data = makeData({ type: new Struct(cacheSchema.fields), length: 1, nullCount: 0, children });
    this.#writer.write(new RecordBatch(cacheSchema, data));
    this.#lexicon = lexicon;
    this.#tokens += ids.length;
  }

  /** No more batches: it can be read. */
  finish(): void {
    this.close();
    this.#isWritten = true;
  }

  /** The kept batches, as they came; `before` is awaited before each and after the last. */
  read(before: (gate: FlowGate) => Promise<void> = async () => {}): Observable<TokenBatch> {
    return fromPull(() => this.#batches(before, currentScope().gate));
  }

  /** Gives back the file. */
  close(): void {
    if (this.#file === undefined) return;
    const file = this.#file;
    this.#file = undefined;
    try {
      this.#writer.finish();
    } finally {
      closeSync(file);
    }
  }

  async *#batches(before: (gate: FlowGate) => Promise<void>, gate: FlowGate): AsyncGenerator<TokenBatch> {
    const lexicon = this.#lexicon;
    if (!lexicon) return;
    const file = await open(this.path);
    try {
      const reader = await RecordBatchReader.from(readChunks(file, readBytes));
      for await (const batch of reader) {
        const [ids, sentenceOffsets, documentOffsets] = batch.data.children.map(listed);
        await before(gate);
        yield { lexicon, ids: ids!, sentenceOffsets: sentenceOffsets!, documentOffsets: documentOffsets! };
      }
      await before(gate);
    } finally {
      await file.close();
    }
  }
}

/** Arrow's own queue holds everything that is not yet read; this one writes at once. */
class FileSink extends AsyncByteQueue {
  constructor(
    readonly path: string,
    readonly file: number,
  ) {
    super();
  }

  override write(chunk: Uint8Array): void {
    try {
      for (let written = 0; written < chunk.byteLength; ) written += writeSync(this.file, chunk, written);
    } catch (cause) {
      throw new Error(`${this.path}: must be writable, got ${(cause as Error).message}`, { cause });
    }
  }
}

function oneList(values: Uint32Array): Data<List<Uint32>> {
  const child = makeData({ type: new Uint32(), data: values, length: values.length, nullCount: 0 });
  return makeData({ type: numbers, length: 1, nullCount: 0, valueOffsets: Int32Array.of(0, values.length), child });
}

/** The values of a column with one list; Arrow pads them, so the length counts, not the array's. */
function listed(column: Data): Uint32Array {
  const child = column.children[0]!;
  return (child.values as Uint32Array).subarray(0, child.length);
}
