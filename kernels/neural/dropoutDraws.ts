import { drawUint32, type RandomStream, randomStream } from "../numbers/random.js";
import type { Draw } from "./engine.js";

/** The draws of a layer in a step. That of row i and column j of a tensor has the index `(firstRow + i) columns + j`. */
export function dropoutStream({ seed, purpose, step }: Draw): RandomStream {
  return randomStream(seed, `dropout ${purpose}`, step);
}

/** Draws below this drop their number. */
export function dropoutThreshold(rate: number): number {
  if (!(rate >= 0 && rate < 1)) throw new RangeError(`dropout: rate must be >= 0 and < 1, got ${rate}`);
  return Math.round(rate * 2 ** 32);
}

/** 1 for each number of a tensor that is kept, and then divided by 1 - rate (Srivastava et al. 2014, inverted), 0 for one that is dropped. */
export function dropoutMask(count: number, columns: number, rate: number, draw: Draw): Uint8Array {
  const stream = dropoutStream(draw);
  const threshold = dropoutThreshold(rate);
  const first = draw.firstRow * columns;
  const mask = new Uint8Array(count);
  for (let i = 0; i < count; i++) mask[i] = drawUint32(stream, first + i) < threshold ? 0 : 1;
  return mask;
}
