import type { ContextBatch } from "../../schemas/contexts.js";
import { forEachWindow } from "../embedding/contextWindow.js";
import { makeHuffmanCodes } from "../embedding/huffman.js";
import { type LearningRate, learningRateAt } from "../embedding/learningRate.js";
import { negativeSampling } from "../embedding/negativeSampling.js";
import { makeOutputRows } from "../embedding/outputRows.js";
import type { BagRecords } from "./bagRecords.js";

/**
 * What windows teach vectors with subwords. skip-gram: the mean over the rows of the centre's subwords is scored against all its contexts at
 * once, and against noise words that the whole window shares, each weighted so that together they count `negative` times as much as the
 * contexts. CBOW: the mean over the rows of all contexts' subwords is scored against the centre and `negative` noise words; the
 * means of places are kept while windows hold them (`KeptMeans`). With
 * hierarchicalSoftmax the turns of a word's path take the place of the word and its noise.
 *
 * fastText (`fasttext.cc`, `skipgram`, `cbow`) makes a step of each pair, with noise words of its own; Bojanowski et al. 2017,
 * arXiv:1607.04606, section 3.
 */
export interface WindowExampleSettings {
  readonly architecture: "skipGram" | "cbow";
  readonly loss: "negativeSampling" | "hierarchicalSoftmax";
  readonly negative: number;
  readonly exponent: number;
  readonly seed: number;
}

/** Noise words that the contexts of a centre share, at the least: fewer would tell the centre from too few others at a time. */
const SHARED_NOISE = 10;
/** How many neighbouring centres draw their noise words from the same blocks. */
const NOISE_SHARE = 4;

/** Writes the outputs of a centre's record, given its contexts. */
type WriteOutputs = (
  records: BagRecords,
  batch: ContextBatch,
  centre: number,
  position: number,
  window: readonly [start: number, end: number],
) => void;

export interface WindowOutputs {
  readonly write: WriteOutputs;
  /** Output rows there are, and at most in a record, for windows of that size. */
  readonly rows: number;
  most(windowSize: number): number;
}

/** Contexts of a window. */
const lengthOf = ([start, end]: readonly [number, number]): number => end - 1 - start;

export function windowOutputs(settings: WindowExampleSettings, counts: Float64Array): WindowOutputs {
  if (settings.loss === "hierarchicalSoftmax") return pathOutputs(settings, counts);
  return settings.architecture === "skipGram" ? sharedNoise(settings, counts) : ownNoise(settings, counts);
}

/** skip-gram: the words of a window, and noise words that they share. */
function sharedNoise(settings: WindowExampleSettings, counts: Float64Array): WindowOutputs {
  const drawn = Math.max(settings.negative, SHARED_NOISE);
  const layer = negativeSampling(counts, { ...settings, negative: drawn, share: NOISE_SHARE });
  const noise = makeOutputRows(layer.capacity);
  const tally = new Tally(counts.length);
  const write: WriteOutputs = (records, { ids, epoch }, centre, position, window) => {
    layer.fill(noise, ids[centre]!, epoch, position);
    tally.clear();
    forEachContext(window, centre, (place) => tally.add(ids[place]!, 1));
    let others = 0;
    for (let k = 1; k < noise.length; k++) if (!tally.has(noise.rows[k]!)) others++;
    tally.write(records);
    const weight = (lengthOf(window) * settings.negative) / others;
    for (let k = 1; k < noise.length; k++) if (!tally.has(noise.rows[k]!)) records.output(noise.rows[k]!, 0, weight);
  };
  return { write, rows: counts.length, most: (size) => 2 * size + drawn };
}

/** CBOW: the centre, and noise words, all of which differ. */
function ownNoise(settings: WindowExampleSettings, counts: Float64Array): WindowOutputs {
  const layer = negativeSampling(counts, { ...settings, share: NOISE_SHARE });
  const drawn = makeOutputRows(layer.capacity);
  const write: WriteOutputs = (records, { ids, epoch }, centre, position) => {
    layer.fill(drawn, ids[centre]!, epoch, position);
    for (let k = 0; k < drawn.length; k++) records.output(drawn.rows[k]!, drawn.labels[k]!, 1);
  };
  return { write, rows: counts.length, most: () => layer.capacity };
}

function pathOutputs({ architecture }: WindowExampleSettings, counts: Float64Array): WindowOutputs {
  const { offsets, nodes, bits } = makeHuffmanCodes(counts);
  const tally = new Tally(Math.max(1, counts.length - 1));
  let longest = 1;
  for (let word = 0; word < counts.length; word++) longest = Math.max(longest, offsets[word + 1]! - offsets[word]!);
  const follow = (word: number) => {
    for (let entry = offsets[word]!; entry < offsets[word + 1]!; entry++) tally.add(nodes[entry]!, bits[entry]!);
  };
  const write: WriteOutputs = (records, { ids }, centre, _, window) => {
    tally.clear();
    if (architecture === "skipGram") forEachContext(window, centre, (place) => follow(ids[place]!));
    else follow(ids[centre]!);
    tally.write(records);
  };
  const words = (size: number) => (architecture === "skipGram" ? 2 * size : 1);
  return { write, rows: counts.length, most: (size) => words(size) * longest };
}

export function forEachContext(
  [start, end]: readonly [number, number],
  centre: number,
  visit: (place: number) => void,
): void {
  for (let place = start; place < end; place++) if (place !== centre) visit(place);
}

/** Rows with how often each is named, and with what target on average: a row stands in a record once. */
class Tally {
  readonly #place: Int32Array;
  readonly #rows: number[] = [];
  readonly #targets: number[] = [];
  readonly #weights: number[] = [];

  constructor(rows: number) {
    this.#place = new Int32Array(rows).fill(-1);
  }

  clear(): void {
    for (const row of this.#rows) this.#place[row] = -1;
    this.#rows.length = 0;
  }

  has(row: number): boolean {
    return this.#place[row]! >= 0;
  }

  add(row: number, target: number): void {
    const known = this.#place[row]!;
    const place = known >= 0 ? known : this.#rows.length;
    if (known < 0) {
      this.#place[row] = place;
      this.#rows.push(row);
      this.#targets[place] = 0;
      this.#weights[place] = 0;
    }
    this.#targets[place]! += target;
    this.#weights[place]!++;
  }

  write(records: BagRecords): void {
    for (let k = 0; k < this.#rows.length; k++)
      records.output(this.#rows[k]!, this.#targets[k]! / this.#weights[k]!, this.#weights[k]!);
  }
}

export interface WindowWriting {
  readonly architecture: "skipGram" | "cbow";
  readonly outputs: WindowOutputs;
  readonly schedule: LearningRate;
  /** Writes the rows, or the list of rows, of a term. */
  readonly writeInputs: (term: number, to: BagRecords) => void;
  /** CBOW: whether a record tells the places of its lists, whose means are kept. */
  readonly keepsMeans: boolean;
}

/** Places that the windows over one hold: as many means are kept. */
export const placesIn = (windowSize: number): number => 2 * windowSize + 1;

/** Places are counted up to a multiple of those of a window, below 2^32. */
const numberedPlaces = (windowSize: number): number => 2 ** 32 - (2 ** 32 % placesIn(windowSize));

/** The records of a batch's centres, in order; tells how many centres it went through. */
export function writeWindowExamples(
  records: BagRecords,
  batch: ContextBatch,
  { architecture, outputs, schedule, writeInputs, keepsMeans }: WindowWriting,
): number {
  const { ids, epoch, expectedCentres } = batch;
  const places = numberedPlaces(batch.windowSize);
  let taken = 0;
  forEachWindow(batch, (centre, start, end) => {
    const position = batch.position + centre - batch.firstCentre;
    taken++;
    if (end - start < 2) return;
    records.begin(learningRateAt(schedule, epoch * expectedCentres + position));
    if (architecture === "skipGram") writeInputs(ids[centre]!, records);
    else forEachContext([start, end], centre, (place) => writeInputs(ids[place]!, records));
    if (keepsMeans) forEachContext([start, end], centre, (place) => records.row((position + place - centre) % places));
    outputs.write(records, batch, centre, position, [start, end]);
  });
  return taken;
}
