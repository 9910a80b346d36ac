import { SLOTS } from "../numbers/slotRing.js";
import { sharedMemory, type WasmMemory } from "../numbers/webAssembly.js";
import { longestList } from "./bagLists.js";
import type { BagSettings } from "./bagTrainer.js";

const LINE = 64;
const FLOATS_PER_LINE = 16;
/** Words of records in a slot. */
export const BAG_SLOT_WORDS = 1 << 18;
export const BAG_SLOT_BYTES = LINE + 4 * BAG_SLOT_WORDS;
const SCORED_BY = { rows: 0, softmax: 1, eachLabel: 2 } as const;

/** The memory that the threads share; `kernels/assembly/bags.ts` says what the addresses stand for. */
export interface BagMemory {
  readonly memory: WasmMemory;
  /** What the exported variables of a thread's kernel must be set to. */
  readonly variables: readonly Readonly<Record<string, number>>[];
  /** Where the state of the ring of slots begins, and slot 0. */
  readonly control: number;
  readonly slots: number;
}

export const bagStride = (vectorSize: number): number => Math.ceil(vectorSize / FLOATS_PER_LINE) * FLOATS_PER_LINE;

const aligned = (bytes: number): number => Math.ceil(bytes / LINE) * LINE;

/** Where a row is cut so that threads can share it: pieces of at least 48 numbers, at most 8, each beginning at a cache line. */
export function bagSlices(vectorSize: number): number[] {
  const lines = bagStride(vectorSize) / FLOATS_PER_LINE;
  const slices = Math.min(8, Math.max(1, Math.floor(lines / 3)));
  return Array.from({ length: slices + 1 }, (_, s) => Math.floor((s * lines) / slices) * LINE);
}

/** Bytes of both matrices, each row padded to whole cache lines. */
export function bagWeightBytes(rows: number, vectorSize: number): number {
  return 4 * rows * bagStride(vectorSize);
}

/** Both matrices and the ring of slots; what each thread has of its own is small beside them. */
export function bagBytes(rows: number, vectorSize: number): number {
  return bagWeightBytes(rows, vectorSize) + SLOTS * BAG_SLOT_BYTES;
}

/**
 * Lays the memory out: rows begin as zeros. `threads` train as one if `together`, each owning some slices of every row; otherwise each
 * trains whole rows, unsynchronised. Pages that nobody touches are not taken, so rows may be reserved.
 * @throws RangeError if the memory cannot be had
 */
export function makeBagMemory(who: string, settings: BagSettings, threads: number, together: boolean): BagMemory {
  const { vectorSize, groupSize, inputRows, outputRows, lists, rates, keptMeans = 0 } = settings;
  const scored = keptMeans > 0 ? 1 : groupSize; // at once
  const rowBytes = 4 * bagStride(vectorSize);
  const edges = together ? bagSlices(vectorSize) : [0, rowBytes];
  const slices = edges.length - 1;
  const maxOutputs = 4 * Math.ceil(settings.maxOutputs / 4);
  const scoreBytes = aligned(4 * scored * maxOutputs);
  let end = LINE;
  const take = (bytes: number): number => {
    const start = end;
    end = aligned(end + bytes);
    return start;
  };
  const common = {
    inputRows: take(inputRows * rowBytes),
    outputRows: take(outputRows * rowBytes),
    listOffsets: take(lists.offsets.byteLength),
    listEntries: take(lists.entries.byteLength),
    rates: take(rates?.rows.byteLength ?? 0),
    nullRow: take(rowBytes),
    sliceEdges: take(4 * edges.length),
    turns: take(LINE * threads),
    ...{ rowBytes, scoreBytes, slices, groupSize, keptMeans, maxOutputs, maxInputs: settings.maxInputs },
    scoredBy: SCORED_BY[settings.scoredBy],
    divides: Number(settings.divides),
    ...{ rated: Number(rates !== undefined), ratedRows: rates?.rows.length ?? 0 },
    workers: together ? threads : 1,
  };
  const jointScores = together ? take(2 * slices * scoreBytes) : undefined;
  const variables = Array.from({ length: threads }, (_, thread) => ({
    ...common,
    worker: together ? thread : 0,
    firstSlice: together ? Math.floor((thread * slices) / threads) : 0,
    endSlice: together ? Math.floor(((thread + 1) * slices) / threads) : 1,
    scores: jointScores ?? take(2 * scoreBytes),
    inputs: take(4 * scored * settings.maxInputs),
    inputCounts: take(settings.divides || keptMeans > 0 ? 4 * scored * settings.maxInputs : 0),
    inputSteps: take(settings.divides ? 4 * scored * settings.maxInputs : 0),
    outputs: take(4 * scored * maxOutputs),
    targets: take(4 * scored * maxOutputs),
    weights: take(4 * scored * maxOutputs),
    sizes: take(16 * scored),
    hiddenRows: take(scored * rowBytes),
    gradients: take(4 * maxOutputs),
    change: take(rowBytes),
    keptRows: take(keptMeans * rowBytes),
    keptFirst: take(keptMeans * rowBytes),
    keptOf: take(8 * keptMeans),
    listed: take(keptMeans > 0 ? 4 * longestList(lists) : 0),
  }));
  const control = take(LINE);
  const slots = take(SLOTS * BAG_SLOT_BYTES);
  const memory = allocate(who, end);
  const uint32 = (start: number, length: number) => new Uint32Array(memory.buffer, start, length);
  uint32(common.sliceEdges, edges.length).set(edges);
  uint32(common.listOffsets, lists.offsets.length).set(lists.offsets);
  uint32(common.listEntries, lists.entries.length).set(lists.entries);
  const made = { memory, variables, control, slots };
  bagRates(made, settings)?.set(rates!.rows);
  return made;
}

function allocate(who: string, bytes: number): WasmMemory {
  const found = `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const refusal = `${who}: training must fit into 4 GiB of memory that can be had, got ${found}; lower buckets or vectorSize, or raise minCount`;
  if (bytes > 2 ** 32 - 2 ** 16) throw new RangeError(refusal);
  try {
    return sharedMemory(bytes);
  } catch (cause) {
    throw new RangeError(refusal, { cause });
  }
}

/** The rates of the first rows, as a view of the memory. */
export function bagRates({ memory, variables }: BagMemory, { rates }: BagSettings): Float32Array | undefined {
  return rates && new Float32Array(memory.buffer, variables[0]!.rates, rates.rows.length);
}

/** Both matrices with their padding, as views of the memory. */
export function bagWeights({ memory, variables }: BagMemory, { vectorSize, inputRows, outputRows }: BagSettings) {
  const stride = bagStride(vectorSize);
  const [first] = variables;
  return {
    input: new Float32Array(memory.buffer, first!.inputRows, inputRows * stride),
    output: new Float32Array(memory.buffer, first!.outputRows, outputRows * stride),
  };
}
