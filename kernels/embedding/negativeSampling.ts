import { exp, ln } from "../numbers/logarithm.js";
import { drawUint32, type RandomStream, randomStream } from "../numbers/random.js";
import type { OutputLayer, OutputRows } from "./outputRows.js";

/**
 * Negative sampling. A centre c with its contexts is told apart from k noise words n ~ P, P(w) ~ count(w)^exponent:
 *
 *     loss = -ln sigmoid(v . u_c) - sum over n of ln sigmoid(-v . u_n)
 *
 * Mikolov et al. 2013, arXiv:1310.4546, section 2.2 (exponent 3/4). The noise words are drawn once a centre and shared by its
 * whole window (Ji et al. 2016, arXiv:1604.04661, section 3); word2vec.c draws
 * anew for each pair, from a table of 10^8 entries, and skips a draw that hits the centre. Here a centre's noise words differ from it
 * and from each other: a draw that does not is made again.
 */

/** A distribution as an alias table (Walker 1977; Vose 1991): column i gives i if a uniform 32-bit coin is below keep[i], else alias[i]. */
export interface AliasTable {
  readonly keep: Uint32Array;
  readonly alias: Uint32Array;
}

export function makeAliasTable(weights: Float64Array): AliasTable {
  const table = { keep: new Uint32Array(weights.length), alias: new Uint32Array(weights.length) };
  new AliasFiller(weights.length).fill(table, weights, 0, weights.length);
  return table;
}

/** Makes alias tables of at most so many columns, with the same scratch for each. */
class AliasFiller {
  readonly #share: Float64Array;
  readonly #small: Uint32Array;
  readonly #large: Uint32Array;

  constructor(columns: number) {
    this.#share = new Float64Array(columns);
    this.#small = new Uint32Array(columns);
    this.#large = new Uint32Array(columns);
  }

  /** For weights[first .. first + length - 1], into the same columns of the table; aliases are columns of the table. Returns their sum. */
  fill({ keep, alias }: AliasTable, weights: Float64Array, first: number, length: number): number {
    const [share, small, large] = [this.#share, this.#small, this.#large];
    let total = 0;
    for (let i = 0; i < length; i++) total += weights[first + i]!;
    let [poorer, richer] = [0, 0];
    for (let i = 0; i < length; i++) {
      share[i] = (weights[first + i]! * length) / (total || 1);
      if (share[i]! < 1) small[poorer++] = i;
      else large[richer++] = i;
      keep[first + i] = 0xffffffff;
      alias[first + i] = first + i;
    }
    while (poorer > 0 && richer > 0) {
      const poor = small[--poorer]!;
      const rich = large[richer - 1]!;
      keep[first + poor] = Math.floor(share[poor]! * 4294967296);
      alias[first + poor] = first + rich;
      share[rich]! -= 1 - share[poor]!;
      if (share[rich]! < 1) small[poorer++] = large[--richer]!;
    }
    return total;
  }
}

/** Words in a block. */
export const NOISE_BLOCK = 8;

/**
 * P in two steps: a block of eight words whose ids follow each other, then a word of the block. Neighbouring centres share the first
 * step, not the second: they get different words, whose rows lie side by side in memory. Each word is as likely as it should be.
 */
export interface NoiseTable {
  readonly blocks: AliasTable;
  /** For each word, the alias table of its block: aliases are ids of words. */
  readonly words: AliasTable;
}

export function makeNoiseTable(counts: Float64Array, exponent: number): NoiseTable {
  const weights = counts.map((count) => (count > 0 ? exp(exponent * ln(count)) : 0));
  const words = { keep: new Uint32Array(counts.length), alias: new Uint32Array(counts.length) };
  const filler = new AliasFiller(NOISE_BLOCK);
  const sums = Float64Array.from({ length: Math.ceil(counts.length / NOISE_BLOCK) }, (_, block) => {
    const first = block * NOISE_BLOCK;
    return filler.fill(words, weights, first, Math.min(NOISE_BLOCK, counts.length - first));
  });
  return { blocks: makeAliasTable(sums), words };
}

/** Draws for a centre, after which it goes with fewer noise words: a vocabulary may be smaller than what is asked of it. */
const MAX_DRAWS = 64;

/**
 * The noise words of a centre: the first k that differ, from it too, among draws 0 .. 63. The block of draw j is a function of
 * (seed, epoch, group, j), where `share` neighbouring centres, counted from the start of the epoch, are a group; the word in the
 * block is one of (seed, epoch, position, j).
 */
export function negativeSampling(
  counts: Float64Array,
  options: { readonly negative: number; readonly exponent: number; readonly seed: number; readonly share: number },
): OutputLayer {
  const { negative, exponent, seed, share } = options;
  const table = makeNoiseTable(counts, exponent);
  let stream: RandomStream;
  let streamEpoch = -1;
  return {
    size: counts.length,
    capacity: 1 + negative,
    fill(rows, centre, epoch, position) {
      if (epoch !== streamEpoch) stream = randomStream(seed, "noise", epoch);
      streamEpoch = epoch;
      const group = Math.floor(position / share);
      rows.rows[0] = centre;
      rows.labels.fill(0)[0] = 1;
      rows.length = 1;
      for (let draw = 0; draw < MAX_DRAWS && rows.length <= negative; draw++) {
        const noise = drawNoise(table, stream, group * MAX_DRAWS + draw, position * MAX_DRAWS + draw);
        if (!isAmong(rows, noise)) rows.rows[rows.length++] = noise;
      }
    },
  };
}

/** By a loop: a view of so few rows takes longer to make than to look through, and is made for each draw. */
function isAmong({ rows, length }: OutputRows, row: number): boolean {
  for (let k = 0; k < length; k++) if (rows[k] === row) return true;
  return false;
}

/** One word from P. Blocks take the even draws of the stream, words the odd ones. */
export function drawNoise(table: NoiseTable, stream: RandomStream, blockIndex: number, wordIndex: number): number {
  const { blocks, words } = table;
  const first = NOISE_BLOCK * pick(blocks, 0, blocks.keep.length, drawUint32(stream, 2 * blockIndex));
  const length = Math.min(NOISE_BLOCK, words.keep.length - first);
  return pick(words, first, length, drawUint32(stream, 2 * wordIndex + 1));
}

/** Draws from columns `first` .. `first` + `length` - 1: the whole part of draw x length is the column, the fraction its coin. */
function pick({ keep, alias }: AliasTable, first: number, length: number, draw: number): number {
  const product = draw * length; // below 2^53 for any length of a vocabulary
  const column = Math.floor(product / 4294967296);
  const coin = product - column * 4294967296;
  return coin < keep[first + column]! ? first + column : alias[first + column]!;
}
