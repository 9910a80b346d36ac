/** One of the threads that train GloVe's tiles on weights in shared memory. */

import { ln } from "../numbers/logarithm.js";
import { passTurn, waitForTurn } from "../numbers/turns.js";
import { FirstValues, type GloveParameters, type GloveSide } from "./glove.js";
import { type CellStore, type GloveTiles, gloveRounds } from "./gloveTiles.js";

/** What `kernels/assembly/glove.ts` exports. */
export interface GloveKernel {
  readonly brokenCell: { readonly value: number };
  importance(cells: number, count: number, exponent: number, logMax: number, out: number): void;
  steps(
    cells: number,
    importances: number,
    count: number,
    words: number,
    contexts: number,
    rowBytes: number,
    vectorBytes: number,
    learningRate: number,
  ): number;
}

/** Where things lie in the memory of the kernel, in bytes. */
export interface GloveLayout {
  readonly terms: number;
  readonly vectorSize: number;
  /** A vector, filled up to whole groups of four floats. */
  readonly vectorBytes: number;
  /** A term's row: vector, rates (inverse roots of the sums of squares), bias, its sum of squares, and two unused floats. */
  readonly rowBytes: number;
  readonly words: number;
  readonly contexts: number;
  /** From here each thread has `SCRATCH` bytes of its own. */
  readonly scratch: number;
  readonly bytes: number;
}

/** Cells copied into a thread's scratch at a time: 8 bytes and 4 of importance each, within a first-level cache. */
const CHUNK = 2048;
const SCRATCH = 12 * CHUNK;
/** The compiler may keep constants of its own below. */
const FIRST_BYTE = 1024;
const MAX_BYTES = 2 ** 32;

/** @throws RangeError if the weights outgrow the 4 GiB that a kernel can address */
export function gloveLayout(terms: number, vectorSize: number, threads: number): GloveLayout {
  const vectorBytes = 16 * Math.ceil(vectorSize / 4);
  const rowBytes = 2 * vectorBytes + 16;
  const contexts = FIRST_BYTE + terms * rowBytes;
  const scratch = contexts + terms * rowBytes;
  const bytes = scratch + threads * SCRATCH;
  if (bytes > MAX_BYTES) {
    const most = Math.floor((MAX_BYTES - FIRST_BYTE - threads * SCRATCH) / (2 * rowBytes));
    throw new RangeError(`glove: there must be at most ${most} terms at vectorSize ${vectorSize}, got ${terms}`);
  }
  return { terms, vectorSize, vectorBytes, rowBytes, words: FIRST_BYTE, contexts, scratch, bytes };
}

/** Writes what training begins with where it lies: the same numbers as those of `initialGlove`. */
export function writeFirstParameters(memory: ArrayBufferLike, layout: GloveLayout, seed: number): void {
  const { terms, vectorSize, vectorBytes, rowBytes, words, contexts } = layout;
  const [padded, rowFloats] = [vectorBytes / 4, rowBytes / 4];
  const numbers = new Float64Array(vectorSize);
  for (const [side, start] of [["word", words] as const, ["context", contexts] as const]) {
    const first = new FirstValues(seed, side, vectorSize);
    const rows = new Float32Array(memory, start, terms * rowFloats);
    rows.fill(1); // sums of squares, and their inverse roots
    for (let term = 0, at = 0; term < terms; term++, at += rowFloats) {
      first.vector(term, numbers);
      rows.set(numbers, at);
      rows.fill(0, at + vectorSize, at + padded); // stays 0, since its steps are
      rows[at + 2 * padded] = first.bias(term);
    }
  }
}

/** A term's row on both sides, as views of the memory: the vector is its first D numbers. */
export function rowsOfTerm(memory: ArrayBufferLike, { rowBytes, words, contexts }: GloveLayout, term: number) {
  const row = (start: number) => new Float32Array(memory, start + term * rowBytes, rowBytes / 4);
  return { word: row(words), context: row(contexts) };
}

/** The place of the bias in a row. */
export const biasAt = ({ vectorBytes }: GloveLayout): number => vectorBytes / 2;

/** All parameters without what lies between them, for whoever computes in TypeScript. */
export function readParameters(memory: ArrayBufferLike, layout: GloveLayout): GloveParameters {
  const { terms, vectorSize } = layout;
  const padded = layout.vectorBytes / 4;
  const side = (name: "word" | "context"): GloveSide => {
    const vectors = new Float32Array(terms * vectorSize);
    const vectorSquares = new Float32Array(terms * vectorSize);
    const [biases, biasSquares] = [new Float32Array(terms), new Float32Array(terms)];
    for (let term = 0; term < terms; term++) {
      const row = rowsOfTerm(memory, layout, term)[name];
      vectors.set(row.subarray(0, vectorSize), term * vectorSize);
      for (let d = 0; d < vectorSize; d++) vectorSquares[term * vectorSize + d] = row[padded + d]! ** -2;
      biases[term] = row[2 * padded]!;
      biasSquares[term] = row[2 * padded + 1]!;
    }
    return { vectors, vectorSquares, biases, biasSquares };
  };
  return { vectorSize, word: side("word"), context: side("context") };
}

/** What the threads of a training share; everything in it may be sent to a thread. */
export interface GloveJob {
  readonly memory: ArrayBufferLike;
  readonly layout: GloveLayout;
  readonly tiles: GloveTiles;
  readonly seed: number;
  readonly xMax: number;
  readonly exponent: number;
  readonly learningRate: number;
  readonly deterministic: boolean;
  /** The place of the next strip in the epoch's order, and 1 once a cell was broken (2,). */
  readonly control: Int32Array;
  /** Tiles of this epoch done in each block of rows and, behind them, in each block of columns (2 B,). */
  readonly turns: Int32Array;
  /** Loss of each tile in this epoch (B * B,). */
  readonly losses: Float64Array;
  /** Cells of each tile that were trained in this epoch (B * B,). */
  readonly trained: Float64Array;
  /** For each tile the cell at which it stopped because its difference was not finite, from the tile's first; or -1 (B * B,). */
  readonly brokenCells: Int32Array;
}

const NEXT_STRIP = 0;
const BROKEN = 1;

export function gloveJob(job: Omit<GloveJob, "control" | "turns" | "losses" | "trained" | "brokenCells">): GloveJob {
  const { blocks } = job.tiles;
  return {
    ...job,
    control: new Int32Array(new SharedArrayBuffer(8)),
    turns: new Int32Array(new SharedArrayBuffer(8 * blocks)),
    losses: new Float64Array(new SharedArrayBuffer(8 * blocks ** 2)),
    trained: new Float64Array(new SharedArrayBuffer(8 * blocks ** 2)),
    brokenCells: new Int32Array(new SharedArrayBuffer(4 * blocks ** 2)).fill(-1),
  };
}

/** To be called before the threads of a job train an epoch. */
export function startEpoch(job: GloveJob): void {
  job.control.fill(0);
  job.turns.fill(0);
  job.losses.fill(0);
  job.trained.fill(0);
}

/**
 * One thread's part of an epoch. Threads take tiles in the epoch's order. A tile waits until the tiles before it in its block of rows
 * and in its block of columns are done: so every weight sees the same steps in the same order, however many threads there are and
 * however far one runs ahead.
 */
export function trainEpoch(job: GloveJob, kernel: GloveKernel, store: CellStore, thread: number, epoch: number): void {
  const { blocks } = job.tiles;
  const strips = [...gloveRounds(job.tiles, job.seed, epoch)].flat();
  const turnsOf = turnsOfStrips(strips, blocks);
  while (Atomics.load(job.control, BROKEN) === 0) {
    const place = Atomics.add(job.control, NEXT_STRIP, 1);
    const strip = strips[place];
    if (!strip) return;
    strip.forEach((tile, i) => {
      const row = Math.floor(tile / blocks);
      const column = blocks + (tile % blocks);
      if (job.deterministic) {
        waitForTurn(job.turns, row, turnsOf[place]![2 * i]!);
        waitForTurn(job.turns, column, turnsOf[place]![2 * i + 1]!);
      }
      trainTile(job, kernel, store, job.layout.scratch + thread * SCRATCH, tile);
      passTurn(job.turns, row);
      passTurn(job.turns, column);
    });
  }
}

/** For each tile of each strip in order, how many before it share its block of rows, and how many its block of columns. */
function turnsOfStrips(strips: readonly Uint32Array[], blocks: number): Int32Array[] {
  const seen = new Int32Array(2 * blocks);
  return strips.map((strip) => {
    const turns = new Int32Array(2 * strip.length);
    strip.forEach((tile, i) => {
      turns[2 * i] = seen[Math.floor(tile / blocks)]!++;
      turns[2 * i + 1] = seen[blocks + (tile % blocks)]!++;
    });
    return turns;
  });
}

function trainTile(job: GloveJob, kernel: GloveKernel, store: CellStore, scratch: number, tile: number): void {
  const { blocks, size, starts } = job.tiles;
  const { words, contexts, rowBytes, vectorBytes } = job.layout;
  const firstWord = words + Math.floor(tile / blocks) * size * rowBytes;
  const firstContext = contexts + (tile % blocks) * size * rowBytes;
  const importances = scratch + 8 * CHUNK;
  const copy = new Uint32Array(job.memory, scratch, 2 * CHUNK);
  const logMax = ln(job.xMax);
  const end = starts[tile + 1]!;
  let loss = 0;
  for (let start = starts[tile]!; start < end; start += CHUNK) {
    const count = Math.min(CHUNK, end - start);
    store.read(start, copy.subarray(0, 2 * count));
    kernel.importance(scratch, count, job.exponent, logMax, importances);
    loss += kernel.steps(scratch, importances, count, firstWord, firstContext, rowBytes, vectorBytes, job.learningRate);
    job.trained[tile]! += count;
    if (kernel.brokenCell.value < 0) continue;
    job.brokenCells[tile] = start - starts[tile]! + kernel.brokenCell.value;
    Atomics.store(job.control, BROKEN, 1);
    break;
  }
  job.losses[tile] = loss;
}
