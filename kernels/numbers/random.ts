/**
 * Counter-based random numbers: every draw is a function of (seed, purpose, epoch, index) and never of call order, so neither
 * batch edges nor threads nor a restart can change it. The index is an absolute position in the corpus, up to 2^53.
 *
 * The mixing function is two rounds of a 32-bit finaliser with low bias (constants: Chris Wellons, "hash-prospector", 2022),
 * keyed before each round.
 */
export interface RandomStream {
  readonly key0: number;
  readonly key1: number;
}

export function randomStream(seed: number, purpose: string, epoch = 0): RandomStream {
  let hash = mix32(seed | 0);
  hash = mix32(hash ^ Math.floor(seed / 2 ** 32));
  for (let i = 0; i < purpose.length; i++) hash = mix32(hash ^ purpose.charCodeAt(i));
  const key0 = mix32(hash ^ epoch);
  return { key0, key1: mix32(key0 ^ 0x9e3779b9) };
}

/** A uniform integer in 0 .. 2^32 - 1. */
export function drawUint32(stream: RandomStream, index: number): number {
  return drawUint32Of(stream.key0, index | 0, upperHalf(stream, index));
}

/** What the upper half of an index contributes to its draws, and of all indices with the same one: for loops, which then mix the lower half alone. */
export function upperHalf({ key1 }: RandomStream, index: number): number {
  return mix32(((index / 4294967296) | 0) + key1);
}

/** The draw of `drawUint32` by the first key, the lower half of the index and what the upper one contributes. */
export function drawUint32Of(key0: number, low: number, high: number): number {
  return mix32(mix32(low ^ key0) ^ high) >>> 0;
}

/** A uniform number in [0, 1), with 32 bits. */
export function drawUniform(stream: RandomStream, index: number): number {
  return drawUint32(stream, index) / 4294967296;
}

/** The draws of `drawUniform` at indices from `first` on, end to end; below 2^32 half of the mixing is the same for all. */
export function fillUniform(stream: RandomStream, first: number, out: Float64Array): void {
  if (first + out.length > 4294967296) {
    for (let i = 0; i < out.length; i++) out[i] = drawUniform(stream, first + i);
    return;
  }
  const { key0 } = stream;
  const low = first | 0;
  const high = upperHalf(stream, first);
  for (let i = 0; i < out.length; i++) out[i] = drawUint32Of(key0, (low + i) | 0, high) / 4294967296;
}

/** A uniform integer in 0 .. bound - 1, by multiplication; the bias is below bound / 2^32. */
export function drawBelow(stream: RandomStream, index: number, bound: number): number {
  return belowOf(drawUint32(stream, index), bound);
}

/** What `drawBelow` makes of a draw. */
export function belowOf(drawn: number, bound: number): number {
  return Math.floor((drawn / 4294967296) * bound);
}

/** 32-bit finaliser; a bijection. */
function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return h ^ (h >>> 15);
}
