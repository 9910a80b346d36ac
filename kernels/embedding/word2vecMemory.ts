import type { ContextBatch, WindowSide } from "../../schemas/contexts.js";
import { randomStream } from "../numbers/random.js";
import { SLOTS } from "../numbers/slotRing.js";
import { sharedMemory, type WasmMemory } from "../numbers/webAssembly.js";
import type { VocabularyChange } from "../vocabulary/vocabularyChange.js";
import { makeHuffmanCodes } from "./huffman.js";
import { type AliasTable, makeNoiseTable, NOISE_BLOCK, type NoiseTable } from "./negativeSampling.js";
import { GROUP_SIZE, NOISE_SHARE, type Word2vecSettings } from "./word2vecTrainer.js";

/**
 * The memory that the threads of word2vec share: weights, noise table or Huffman paths, scratch of each thread, and a ring of slots
 * through which the windows come. `kernels/assembly/word2vec.ts` says what the addresses stand for.
 */
export interface Word2vecMemory {
  readonly memory: WasmMemory;
  /** What the exported variables of a thread's kernel must be set to. */
  readonly variables: readonly Readonly<Record<string, number>>[];
  /** int32: slots published, slots taken, whether to stop, and how often the first or third of these changed. */
  readonly control: number;
  /** Where slot 0 begins. */
  readonly slots: number;
}

/** Centres in a slot. */
export const SLOT_CENTRES = 16384;
export const MAX_WINDOW = 50;

/** Nodes nearest to the root of a Huffman tree, of which threads that train unsynchronised have copies of their own. */
const ROOT_NODES = 64;

const LINE = 64;
const FLOATS_PER_LINE = 16;
const SLOT_TOKENS = SLOT_CENTRES + 2 * MAX_WINDOW;
const HEADER_BYTES = LINE;
export const SLOT_BYTES = aligned(HEADER_BYTES + 6 * SLOT_TOKENS);

/** Where the parts of a slot begin. */
export const SLOT = {
  ids: HEADER_BYTES,
  before: HEADER_BYTES + 4 * SLOT_TOKENS,
  after: HEADER_BYTES + 5 * SLOT_TOKENS,
};

function aligned(bytes: number): number {
  return Math.ceil(bytes / LINE) * LINE;
}

const rowFloatsOf = (vectorSize: number): number => Math.ceil(vectorSize / FLOATS_PER_LINE) * FLOATS_PER_LINE;

/** Bytes of both matrices, each row padded to whole cache lines. */
export function weightBytes(terms: number, vectorSize: number): number {
  return 2 * terms * rowFloatsOf(vectorSize) * 4;
}

/** Both matrices, the noise table and the ring of slots; what each thread has of its own is small beside them. */
export function word2vecBytes(terms: number, vectorSize: number): number {
  return weightBytes(terms, vectorSize) + 8 * terms + SLOTS * SLOT_BYTES;
}

/** Where a row is cut so that threads can share it: pieces of at least 48 numbers, at most 8, each beginning at a cache line. */
export function sliceEdgesOf(vectorSize: number, architecture: Word2vecSettings["architecture"]): number[] {
  const lines = Math.ceil(vectorSize / FLOATS_PER_LINE);
  const slices = architecture === "cbow" ? 1 : Math.min(8, Math.max(1, Math.floor(lines / 3)));
  const end = Math.ceil(vectorSize / 4) * 16;
  return Array.from({ length: slices + 1 }, (_, s) => (s === slices ? end : Math.floor((s * lines) / slices) * LINE));
}

/**
 * Lays the memory out; its weights are 0. `threads` train as one if `together`, each owning some slices of every row;
 * otherwise each trains whole rows, unsynchronised.
 * @throws RangeError if the memory cannot be had
 */
export function makeWord2vecMemory(
  settings: Word2vecSettings,
  counts: Float64Array,
  threads: number,
  together: boolean,
): Word2vecMemory {
  const { architecture, vectorSize, negative } = settings;
  const terms = counts.length;
  const cbow = architecture === "cbow";
  const huffman = settings.loss === "hierarchicalSoftmax" ? makeHuffmanCodes(counts) : undefined;
  const edges = together ? sliceEdgesOf(vectorSize, architecture) : [0, Math.ceil(vectorSize / 4) * 16];
  const slices = edges.length - 1;
  const groupSize = GROUP_SIZE[architecture];
  const copiedNodes = huffman && threads > 1 && !together ? Math.min(ROOT_NODES, terms - 1) : 0;
  const maxContexts = 2 * MAX_WINDOW;
  const maxRows = 4 * Math.ceil((huffman ? longestPath(huffman.offsets) : 1 + negative) / 4);
  const rowFloats = rowFloatsOf(vectorSize);
  const rowBytes = 4 * rowFloats;
  const scoreRows = cbow ? 1 : maxContexts;
  const scoreBytes = aligned(groupSize * (4 * scoreRows * maxRows + 16) + 16);

  let end = LINE;
  const take = (bytes: number): number => {
    const start = end;
    end = aligned(end + bytes);
    return start;
  };
  const common = {
    inputRows: take(terms * rowBytes),
    outputRows: take(terms * rowBytes),
    noiseBlocks: take(huffman ? 0 : 8 * Math.ceil(terms / NOISE_BLOCK)),
    noiseWords: take(huffman ? 0 : 8 * terms),
    pathOffsets: take(huffman ? huffman.offsets.byteLength : 0),
    pathEntries: take(huffman ? huffman.nodes.byteLength : 0),
    nullRow: take(rowBytes),
    sliceEdges: take(4 * edges.length),
    turns: take(LINE * threads),
    ...{ rowBytes, scoreBytes, slices, groupSize, terms, negative, maxContexts, maxRows },
    cbow: Number(cbow),
    cbowMean: Number(settings.cbowMean),
    huffman: Number(huffman !== undefined),
    noiseShare: NOISE_SHARE,
    firstCopied: terms - 1 - copiedNodes,
    share: 1 / threads,
    workers: together ? threads : 1,
    learningRate: settings.learningRate,
    inverse: Number(settings.schedule === "inverse"),
    minLearningRate: settings.schedule === "constant" ? settings.learningRate : settings.minLearningRate,
  };
  const jointScores = together ? take(2 * slices * scoreBytes) : undefined;
  const variables = Array.from({ length: threads }, (_, thread) => ({
    ...common,
    worker: together ? thread : 0,
    firstSlice: together ? Math.floor((thread * slices) / threads) : 0,
    endSlice: together ? Math.floor(((thread + 1) * slices) / threads) : 1,
    scores: jointScores ?? take(2 * scoreBytes),
    rootCopies: take(copiedNodes * rowBytes),
    mixedCopies: take(copiedNodes * rowBytes),
    records: take(groupSize * (16 + 4 * (maxContexts + maxRows))),
    signs: take(4 * maxRows + 16),
    pads: take(4 * maxRows + 16),
    hiddenRows: take(groupSize * rowBytes),
    sigmoids: take(scoreBytes),
    steps: take((cbow || huffman ? 1 : maxContexts) * rowBytes),
  }));
  const control = take(LINE);
  const slots = take(SLOTS * SLOT_BYTES);

  const memory = allocate(end);
  const uint32 = (start: number, length: number) => new Uint32Array(memory.buffer, start, length);
  uint32(common.sliceEdges, edges.length).set(edges);
  if (huffman) {
    uint32(common.pathOffsets, huffman.offsets.length).set(huffman.offsets);
    const entries = uint32(common.pathEntries, huffman.nodes.length);
    huffman.nodes.forEach((node, i) => {
      entries[i] = 2 * node + huffman.bits[i]!;
    });
  } else {
    writeNoise({ memory, variables }, makeNoiseTable(counts, settings.exponent));
  }
  return { memory, variables, control, slots };
}

function writeNoise(
  { memory, variables }: Pick<Word2vecMemory, "memory" | "variables">,
  { blocks, words }: NoiseTable,
): void {
  const { noiseBlocks, noiseWords } = variables[0]!;
  interleave(blocks, new Uint32Array(memory.buffer, noiseBlocks, 2 * blocks.keep.length));
  interleave(words, new Uint32Array(memory.buffer, noiseWords, 2 * words.keep.length));
}

/** Takes in another vocabulary, while no thread is at work and none holds a centre that was not applied. */
export function changeVocabulary(
  shared: Word2vecMemory,
  { counts, rows, values }: VocabularyChange,
  noise: NoiseTable,
  vectorSize: number,
): void {
  const { input, output } = weightsOf(shared, counts.length, vectorSize);
  const stride = rowFloatsOf(vectorSize);
  rows.forEach((row, i) => {
    input.set(values.subarray(i * vectorSize, (i + 1) * vectorSize), row * stride);
    output.fill(0, row * stride, (row + 1) * stride);
  });
  writeNoise(shared, noise);
}

function interleave({ keep, alias }: AliasTable, entries: Uint32Array): void {
  keep.forEach((threshold, column) => {
    entries[2 * column] = threshold;
    entries[2 * column + 1] = alias[column]!;
  });
}

function longestPath(offsets: Uint32Array): number {
  let longest = 1;
  for (let word = 0; word + 1 < offsets.length; word++)
    longest = Math.max(longest, offsets[word + 1]! - offsets[word]!);
  return longest;
}

function allocate(bytes: number): WasmMemory {
  const found = `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const refusal = `word2vec: training must fit into 4 GiB of memory that can be had, got ${found}; raise minCount or lower vectorSize`;
  if (bytes > 2 ** 32) throw new RangeError(refusal);
  try {
    return sharedMemory(bytes);
  } catch (cause) {
    throw new RangeError(refusal, { cause });
  }
}

/** Both matrices with their padding, as views of the memory. */
export function weightsOf(
  { memory, variables }: Word2vecMemory,
  terms: number,
  vectorSize: number,
): Record<"input" | "output", Float32Array> {
  const { inputRows, outputRows } = variables[0]!;
  const length = terms * rowFloatsOf(vectorSize);
  return {
    input: new Float32Array(memory.buffer, inputRows, length),
    output: new Float32Array(memory.buffer, outputRows, length),
  };
}

/** The input rows without their padding (V, D). */
export function inputRowsOf({ memory, variables }: Word2vecMemory, terms: number, vectorSize: number): Float32Array {
  const rowFloats = rowFloatsOf(vectorSize);
  const rows = new Float32Array(memory.buffer, variables[0]!.inputRows, terms * rowFloats);
  const packed = new Float32Array(terms * vectorSize);
  for (let id = 0; id < terms; id++)
    packed.set(rows.subarray(id * rowFloats, id * rowFloats + vectorSize), id * vectorSize);
  return packed;
}

/** No centre has this position: a slot that bears it, and none, only has a thread apply what it holds. */
const NO_POSITION = 2 ** 52;

/** Writes a slot without centres, and so without examples, which ends the group under way. */
export function writeEndOfGroup({ memory, slots }: Word2vecMemory, slot: number): number {
  new Float64Array(memory.buffer, slots + slot * SLOT_BYTES, 7).set([0, 0, NO_POSITION, 0, 1, 0, 0]);
  return 0;
}

/** Lays the windows of a slot over its tokens, `count` of which from the `first` on are centres, and tells how many examples they are. */
export type LayWindows = (
  slot: number,
  tokens: { readonly length: number; readonly first: number; readonly count: number },
  side: WindowSide,
) => number;

/** Stands in a slot beside how far the window of a token may reach: windows do not cross its beginning. */
const STARTS = 128;

/** Writes the windows of a batch's centres `from` .. `to` - 1, at most SLOT_CENTRES, into a slot, and tells how many examples they are. */
export function writeSlot(
  { memory, slots }: Word2vecMemory,
  slot: number,
  batch: ContextBatch,
  [from, to]: readonly [number, number],
  { seed, epochs, schedule, decayCentres }: Word2vecSettings,
  layWindows: LayWindows,
): number {
  const start = slots + slot * SLOT_BYTES;
  const begin = Math.max(0, from - batch.windowSize);
  const end = Math.min(batch.ids.length, to + batch.windowSize);
  const [length, first, count] = [end - begin, from - begin, to - from];
  new Uint32Array(memory.buffer, start + SLOT.ids, length).set(batch.ids.subarray(begin, end));
  const reach = new Uint8Array(memory.buffer, start + SLOT.after, length);
  reach.set(batch.radius.subarray(begin, end));
  for (const offset of batch.sentenceOffsets) if (offset >= begin && offset < end) reach[offset - begin]! |= STARTS;
  const position = batch.position + from - batch.firstCentre;
  const { key0, key1 } = randomStream(seed, "noise", batch.epoch);
  const step = batch.epoch * batch.expectedCentres + position;
  const centres = schedule === "inverse" ? decayCentres : epochs * batch.expectedCentres;
  const header = [first, count, position, step, centres, key0, key1];
  new Float64Array(memory.buffer, start, header.length).set(header);
  return layWindows(slot, { length, first, count }, batch.side);
}
