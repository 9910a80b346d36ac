import { ln } from "./logarithm.js";

/**
 * The number below which a share p of a standard normal distribution lies, to 1e-7 of its size, for 0 < p < 1: rational functions of p near the
 * middle and of sqrt(-ln p) in the tails (Wichura 1988, Applied Statistics 37(3), AS 241, PPND7).
 */
export function normalQuantile(p: number): number {
  const middle = p - 0.5;
  if (Math.abs(middle) <= 0.425) {
    const r = 0.180625 - middle * middle;
    const above = ((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179;
    return (middle * above) / (((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1);
  }
  const size = tail(Math.sqrt(-ln(Math.min(p, 1 - p))));
  return middle < 0 ? -size : size;
}

function tail(root: number): number {
  if (root <= 5) {
    const r = root - 1.6;
    const above = ((0.17023821103 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777;
    return above / ((0.12021132975 * r + 0.7370016425) * r + 1);
  }
  const r = root - 5;
  const above = ((0.017337203997 * r + 0.42868294337) * r + 3.081226386) * r + 6.657905115;
  return above / ((0.012258202635 * r + 0.24197894225) * r + 1);
}
