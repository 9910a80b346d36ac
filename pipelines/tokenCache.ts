import { closeSync, openSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
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
import type { Lexicon, TokenBatch } from "../schemas/index.js";
import { fromPull } from "../sources/fromPull.js";

const numbers = new List(new Field("item", new Uint32(), false));
const cacheSchema = new Schema([
  new Field("ids", numbers, false),
  new Field("sentenceOffsets", numbers, false),
  new Field("documentOffsets", numbers, false),
]);

/**
 * The tokens of a pass, kept on disk so that text is tokenised once: an Arrow stream with one row a batch, 4 bytes a token.
 * Memory: one batch. The lexicon that the ids belong to stays in memory.
 */
export class TokenCache {
  readonly #path: string;
  readonly #writer = new RecordBatchStreamWriter();
  #file: number | undefined;
  #lexicon: Lexicon | undefined;
  #tokens = 0;

  constructor(folder: string, index: number) {
    this.#path = join(folder, `tokens-${index}.arrow`);
    this.#file = openSync(this.#path, "w");
    this.#writer.reset(new FileSink(this.#file), cacheSchema);
  }

  /** Tokens kept so far. */
  get tokens(): number {
    return this.#tokens;
  }

  write({ ids, sentenceOffsets, documentOffsets, lexicon }: TokenBatch): void {
    const children = [ids, sentenceOffsets, documentOffsets].map(oneList);
    const data = makeData({ type: new Struct(cacheSchema.fields), length: 1, nullCount: 0, children });
    this.#writer.write(new RecordBatch(cacheSchema, data));
    this.#lexicon = lexicon;
    this.#tokens += ids.length;
  }

  /** The kept batches, as they came; writing ends with the first reading. */
  read(): Observable<TokenBatch> {
    this.#finish();
    return fromPull(() => this.#batches());
  }

  close(): void {
    this.#finish();
  }

  async *#batches(): AsyncGenerator<TokenBatch> {
    const lexicon = this.#lexicon;
    if (!lexicon) return;
    const file = await open(this.#path);
    try {
      const reader = await RecordBatchReader.from(file);
      for await (const batch of reader) {
        const [ids, sentenceOffsets, documentOffsets] = batch.data.children.map(listed);
        yield { lexicon, ids: ids!, sentenceOffsets: sentenceOffsets!, documentOffsets: documentOffsets! };
      }
    } finally {
      await file.close();
    }
  }

  #finish(): void {
    if (this.#file === undefined) return;
    this.#writer.finish();
    closeSync(this.#file);
    this.#file = undefined;
  }
}

/** Arrow's own queue holds everything that is not yet read; this one writes at once. */
class FileSink extends AsyncByteQueue {
  constructor(readonly file: number) {
    super();
  }

  override write(chunk: Uint8Array): void {
    let written = 0;
    while (written < chunk.byteLength) written += writeSync(this.file, chunk, written);
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
