import { exp, ln } from "./logarithm.js";
import type { OutputLayer } from "./outputRows.js";
import { drawUint32, type RandomStream, randomStream } from "./random.js";

/**
 * Negative sampling. A centre c with its contexts is told apart from k noise words n ~ P, P(w) ~ count(w)^exponent:
 *
 *     loss = -ln sigmoid(v . u_c) - sum over n of ln sigmoid(-v . u_n)
 *
 * Mikolov et al. 2013, arXiv:1310.4546, section 2.2 (exponent 3/4). The noise words are drawn once a centre and shared by its
 * whole window (Ji et al. 2016, arXiv:1604.04661, section 3), and may be shared by several neighbouring centres; word2vec.c draws
 * anew for each pair, from a table of 10^8 entries, and skips a draw that hits the centre. Here a centre's noise words differ from it
 * and from each other: a draw that does not is made again.
 */

/** P as an alias table (Walker 1977; Vose 1991): column i keeps i if a uniform 32-bit draw is below keep[i], else gives alias[i]. */
export interface NoiseTable {
  readonly keep: Uint32Array;
  readonly alias: Uint32Array;
}

export function makeNoiseTable(counts: Float64Array, exponent: number): NoiseTable {
  const weights = counts.map((count) => (count > 0 ? exp(exponent * ln(count)) : 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const share = weights.map((weight) => (weight * counts.length) / total);
  const keep = new Uint32Array(counts.length).fill(0xffffffff);
  const alias = Uint32Array.from(counts, (_, id) => id);
  const small: number[] = [];
  const large: number[] = [];
  share.forEach((value, id) => {
    (value < 1 ? small : large).push(id);
  });
  while (small.length > 0 && large.length > 0) {
    const poor = small.pop()!;
    const rich = large.at(-1)!;
    keep[poor] = Math.floor(share[poor]! * 4294967296);
    alias[poor] = rich;
    share[rich]! -= 1 - share[poor]!;
    if (share[rich]! < 1) small.push(large.pop()!);
  }
  return { keep, alias };
}

/** Draws for a centre, after which it goes with fewer noise words: a vocabulary may be smaller than what is asked of it. */
const MAX_DRAWS = 64;

/**
 * The noise words of a centre: the first k that differ, from it too, among draws 0 .. 63 of its group of `share` neighbouring centres.
 * Draw j of group g is a function of (seed, epoch, g, j); groups are counted from the start of the epoch.
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
      const group = Math.floor(position / share) * MAX_DRAWS;
      rows.rows[0] = centre;
      rows.labels.fill(0)[0] = 1;
      rows.length = 1;
      for (let draw = 0; draw < MAX_DRAWS && rows.length <= negative; draw++) {
        const noise = drawNoise(table, stream, group + draw);
        if (!rows.rows.subarray(0, rows.length).includes(noise)) rows.rows[rows.length++] = noise;
      }
    },
  };
}

/** One word from P: a column, then its coin. */
export function drawNoise({ keep, alias }: NoiseTable, stream: RandomStream, index: number): number {
  const column = Math.floor((drawUint32(stream, 2 * index) / 4294967296) * keep.length);
  return drawUint32(stream, 2 * index + 1) < keep[column]! ? column : alias[column]!;
}
