/**
 * The random numbers of fastText's program on one thread: std::minstd_rand, and the distributions of libstdc++ (`bits/uniform_int_dist.h`,
 * `bits/random.tcc`), in the order in which `densematrix.cc`, `dictionary.cc`, `fasttext.cc` and `loss.cc` take them.
 */
const MODULUS = 2 ** 31 - 1;
const FACTOR = 48271;
/** Numbers that the engine can give: 1 .. MODULUS - 1. */
const RANGE = MODULUS - 1;

export class MinstdRand {
  #state: number;

  constructor(seed: number) {
    this.#state = seed % MODULUS || 1;
  }

  next(): number {
    this.#state = (this.#state * FACTOR) % MODULUS; // below 2^53
    return this.#state;
  }

  /** std::uniform_int_distribution, low .. high. */
  integer(low: number, high: number): number {
    const wanted = high - low + 1;
    const scaling = Math.floor((RANGE - 1) / wanted);
    for (;;) {
      const drawn = this.next() - 1;
      if (drawn < wanted * scaling) return low + Math.floor(drawn / scaling);
    }
  }

  /** std::uniform_real_distribution<double>, low .. high: two numbers of the engine make one of 53 bits. */
  real(low: number, high: number): number {
    const [first, second] = [this.next() - 1, this.next() - 1];
    return ((first + second * RANGE) / (RANGE * RANGE)) * (high - low) + low;
  }
}

/** The input matrix before training: one thread fills the first tenth, the rest stays zeros. */
export function firstInput(rows: number, columns: number, seed = 0): Float32Array {
  const values = new Float32Array(rows * columns);
  const draws = new MinstdRand(seed);
  const end = Math.fround(1 / columns);
  for (let i = 0; i < Math.floor((rows * columns) / 10); i++) values[i] = draws.real(-end, end);
  return values;
}

const TABLE_SIZE = 10_000_000;

/** Draws of noise words in proportion to the root of their counts, by a table in which each has its part. */
export function noiseDraws(counts: Float64Array, draws: MinstdRand): (target: number) => number {
  const roots = Float32Array.from(counts, Math.sqrt);
  let sum = 0;
  for (const count of counts) sum = Math.fround(sum + Math.sqrt(count));
  const ends: number[] = [];
  roots.forEach((root, i) => {
    const places = Math.ceil(Math.fround(Math.fround(root * TABLE_SIZE) / sum));
    ends.push((ends[i - 1] ?? 0) + places);
  });
  return (target) => {
    for (;;) {
      const place = draws.integer(0, ends.at(-1)! - 1);
      const word = ends.findIndex((end) => place < end);
      if (word !== target) return word;
    }
  };
}

export interface Line {
  readonly ids: Uint32Array;
  readonly rate: number;
}

interface Reading {
  readonly counts: Float64Array;
  readonly epochs: number;
  readonly learningRate: number;
  /** The threshold of subsampling. */
  readonly sample: number;
}

/** Words after which fastText's threads tell each other how far they are, so that the rate changes. */
const UPDATE_RATE = 100;

/** The lines that are learned from, one after the other: words that subsampling leaves, and the rate. The draws go on with each line. */
export function* linesOf(lines: readonly Uint32Array[], draws: MinstdRand, reading: Reading): Generator<Line> {
  const { counts, epochs, learningRate, sample } = reading;
  const tokens = counts.reduce((sum, count) => sum + count, 0);
  const kept = Float32Array.from(counts, (count) => {
    const share = Math.fround(count / tokens);
    return Math.sqrt(sample / share) + sample / share;
  });
  let [told, since] = [0, 0];
  for (let next = 0; told < epochs * tokens; next++) {
    const line = lines[next % lines.length]!;
    const progress = Math.fround(told / (epochs * tokens));
    const rate = Math.fround(learningRate * (1 - progress));
    yield { ids: line.filter((id) => Math.fround(draws.real(0, 1)) <= kept[id]!), rate };
    since += line.length;
    if (since <= UPDATE_RATE) continue;
    told += since;
    since = 0;
  }
}
