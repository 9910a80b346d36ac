import type { RowBatch, SparseRows, SubspaceEngine } from "../../kernels/decomposition/subspace.js";
import {
  fitsRows,
  RowWriter,
  rowRoom,
  STRETCH,
  type SubspaceCall,
  type SubspaceKernel,
  SubspaceMemory,
  subspaceThreads,
} from "../../kernels/decomposition/subspaceMemory.js";
import { startKernel, type WasmMemory, type WasmModule } from "../../kernels/numbers/webAssembly.js";
import { ThreadPool } from "../../runtime/threads.js";
import { loadKernel } from "../trainingKernel.js";

/** What a thread is given. */
export interface SubspaceThreadData {
  readonly module: WasmModule;
  readonly memory: WasmMemory;
  readonly thread: number;
  readonly threads: number;
}

export interface SubspaceQuestion {
  readonly call: SubspaceCall;
  readonly args: readonly number[];
}

export interface SubspaceThreadSettings {
  /** The model, for messages. */
  readonly who: string;
  readonly width: number;
  readonly workers: number;
  /** Bytes for the rows of A; more are read again in each pass. */
  readonly memory: number;
  /** Multiply and add with one rounding, where the engine can. */
  readonly fused: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Rows of A in memory, as the kernel is told of them. */
interface Stretch {
  readonly offsets: number;
  readonly cells: number;
  readonly rows: number;
}

/**
 * The arithmetic of a subspace iteration on threads, each of which owns some columns of X, or some rows of it: no number depends on how many
 * there are.
 * State: the shared memory: two matrices V x m in single precision, the products of 4,096 rows, and A at 8 bytes a cell, or two stretches
 * of 4,096 rows.
 */
export class SubspaceThreads implements SubspaceEngine {
  readonly #rows: SparseRows;
  readonly #settings: SubspaceThreadSettings;
  #memory: SubspaceMemory | undefined;
  #writers: readonly RowWriter[] = [];
  #isResident = true;
  #threads: ThreadPool<SubspaceQuestion, null> | undefined;
  /** Which of the two tall matrices is X. */
  #current = 0;
  /** How products were rounded. */
  arithmetic: "fused" | "plain" = "plain";

  constructor(rows: SparseRows, settings: SubspaceThreadSettings) {
    this.#rows = rows;
    this.#settings = settings;
  }

  async begin(): Promise<number> {
    const { who, width, workers, memory: most } = this.#settings;
    this.#isResident = fitsRows(this.#rows.rows, this.#rows.cells, most);
    const { cells, squares } = this.#isResident ? { cells: this.#rows.cells, squares: 0 } : await this.#measure();
    const places = rowRoom(this.#isResident, this.#rows.rows, cells);
    const threads = subspaceThreads(workers, width);
    const shared = new SubspaceMemory(who, { columns: this.#rows.columns, width, threads, places });
    this.#memory = shared;
    this.#writers = shared.layout.places.map((each) => new RowWriter(shared.memory, each, places[0]!));
    this.#start(shared.memory, threads);
    if (!this.#isResident) return squares;
    let sum = 0;
    this.#writers[0]!.clear();
    for await (const batch of this.#batches()) {
      sum = addedSquares(sum, batch.values);
      this.#writers[0]!.add(batch, 0, batch.offsets.length - 1);
    }
    return sum;
  }

  read(): Float32Array {
    return this.#memory!.read(this.#x);
  }

  write(x: Float32Array): void {
    this.#memory!.write(this.#x, x);
  }

  async iterate(shift: number): Promise<void> {
    const { blocks, blockBytes } = this.#memory!.layout;
    const [x, z] = [this.#x, this.#memory!.layout.tall[1 - this.#current]!];
    await this.#all("shifted", x, z, blocks * blockBytes, shift);
    await this.#eachStretch(this.#stretches(), ({ offsets, cells, rows }) =>
      this.#all("accumulate", offsets, cells, rows, x, z, blockBytes, blocks),
    );
    this.#current = 1 - this.#current;
  }

  async gram(): Promise<Float64Array> {
    const { rows, blockBytes, blocks, gram } = this.#memory!.layout;
    this.#memory!.clearGram();
    await this.#all("gram", this.#x, rows, blockBytes, blocks, gram);
    return this.#memory!.readGram();
  }

  async transform(t: Float64Array): Promise<void> {
    const { rows, blockBytes, blocks, transform, scratch } = this.#memory!.layout;
    this.#memory!.writeTransform(t);
    await this.#all("transform", this.#x, rows, blockBytes, blocks, transform, scratch);
  }

  async energy(): Promise<Float64Array> {
    const { products, productBytes, blocks, gram } = this.#memory!.layout;
    this.#memory!.clearGram();
    await this.#eachStretch(this.#shortStretches(), async (stretch) => {
      await this.#makeProducts(stretch);
      await this.#all("gram", products, stretch.rows, productBytes, blocks, gram);
    });
    return this.#memory!.readGram();
  }

  async products(columns: number): Promise<Float32Array> {
    let out = new Float32Array(this.#rows.rows * columns);
    let first = 0;
    await this.#eachStretch(this.#shortStretches(), async (stretch) => {
      await this.#makeProducts(stretch);
      this.#memory!.readProducts(stretch.rows, columns, out, first);
      first += stretch.rows;
    });
    if (first < this.#rows.rows) out = out.slice(0, first * columns);
    return out;
  }

  async close(): Promise<void> {
    await this.#threads?.close();
  }

  get #x(): number {
    return this.#memory!.layout.tall[this.#current]!;
  }

  #start(memory: WasmMemory, threads: number): void {
    const { who, fused } = this.#settings;
    const module = loadKernel("subspace", fused);
    this.arithmetic = startKernel<SubspaceKernel>(module, memory).fuses(1 + 2 ** -23) === 1 ? "fused" : "plain";
    this.#threads = new ThreadPool<SubspaceQuestion, null>(
      new URL("./subspaceWorker.js", import.meta.url),
      Array.from({ length: threads }, (_, thread) => ({
        workerData: { module, memory, thread, threads } satisfies SubspaceThreadData,
        lost: (found: string) => new Error(`${who}: threads must live until the passes end, got ${found}`),
      })),
    );
  }

  async #all(call: SubspaceCall, ...args: number[]): Promise<void> {
    await this.#threads!.askAll({ call, args });
  }

  #makeProducts({ offsets, cells, rows }: Stretch): Promise<void> {
    const { blockBytes, products, productBytes, blocks } = this.#memory!.layout;
    return this.#all("products", offsets, cells, rows, this.#x, blockBytes, products, productBytes, blocks);
  }

  /** Works on a stretch while the next one is read. */
  async #eachStretch(stretches: AsyncIterable<Stretch>, work: (stretch: Stretch) => Promise<void>): Promise<void> {
    let underWay = Promise.resolve();
    for await (const stretch of stretches) {
      await underWay;
      this.#settings.signal?.throwIfAborted();
      underWay = work(stretch);
      underWay.catch(() => {}); // thrown where it is awaited
    }
    await underWay;
  }

  /** All of A at once where it is in memory, else as it is read again. */
  async *#stretches(): AsyncGenerator<Stretch> {
    const { places } = this.#memory!.layout;
    if (this.#isResident) yield { ...places[0]!, rows: this.#writers[0]!.rows };
    else yield* this.#reread();
  }

  /** Stretches of 4,096 rows. */
  async *#shortStretches(): AsyncGenerator<Stretch> {
    for await (const { offsets, cells, rows } of this.#stretches())
      for (let first = 0; first < rows; first += STRETCH)
        yield { offsets: offsets + 4 * first, cells, rows: Math.min(STRETCH, rows - first) };
  }

  /** Fills the two places in turn. */
  async *#reread(): AsyncGenerator<Stretch> {
    const { places } = this.#memory!.layout;
    let turn = 0;
    const writer = () => this.#writers[turn]!;
    writer().clear();
    for await (const batch of this.#batches()) {
      for (const [from, to] of stretchParts(batch, () => writer().rows)) {
        writer().add(batch, from, to);
        if (writer().rows < STRETCH) continue;
        yield { ...places[turn]!, rows: STRETCH };
        turn = 1 - turn;
        writer().clear();
      }
    }
    if (writer().rows > 0) yield { ...places[turn]!, rows: writer().rows };
  }

  /** Cells of the fullest stretch, and the sum of squares. */
  async #measure(): Promise<{ cells: number; squares: number }> {
    let [most, cells, rows, squares] = [0, 0, 0, 0];
    for await (const batch of this.#batches()) {
      squares = addedSquares(squares, batch.values);
      for (const [from, to] of stretchParts(batch, () => rows)) {
        cells += batch.offsets[to]! - batch.offsets[from]!;
        rows += to - from;
        most = Math.max(most, cells);
        if (rows === STRETCH) [cells, rows] = [0, 0];
      }
    }
    return { cells: most, squares };
  }

  async *#batches(): AsyncGenerator<RowBatch> {
    for await (const batch of this.#rows.batches()) {
      this.#settings.signal?.throwIfAborted();
      yield batch;
    }
  }
}

/** A batch's rows as parts that end where stretches do; `filled` tells the rows of the stretch so far. */
function* stretchParts({ offsets }: RowBatch, filled: () => number): Generator<readonly [number, number]> {
  for (let from = 0; from < offsets.length - 1; ) {
    const to = Math.min(offsets.length - 1, from + STRETCH - filled());
    yield [from, to];
    from = to;
  }
}

/** Of the values as they are computed with, in single precision. */
function addedSquares(sum: number, values: Float64Array): number {
  let squares = sum;
  for (const value of values) squares += Math.fround(value) ** 2;
  return squares;
}
