import { exp, ln } from "./logarithm.js";

/** 1 / (1 + e^-x), to rounding at any x; word2vec.c reads a table of 1,000 steps between -6 and 6. */
export function sigmoid(x: number): number {
  const e = exp(-Math.min(Math.abs(x), 700));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

/** ln(1 + e^x) = -ln sigmoid(-x): the loss, in nats, of label 0 at score x. */
export function softplus(x: number): number {
  return Math.max(x, 0) + ln(1 + exp(-Math.min(Math.abs(x), 700)));
}
