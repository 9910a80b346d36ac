/** Steps of an LSTM: Hochreiter and Schmidhuber 1997 with forget gates (Gers et al. 2000). */
import { madd } from "../common/training";
import { loadSome, sigmoidAt, splat, storeSome, tanhAt } from "./functions";

// @ts-ignore: decorator
@inline
const LANES: usize = 16; // bytes of four floats

/** `kept` (rows x 5H): gates of input, forget, cell and output behind their functions, and tanh of the new cell. */
export function lstmStep(
  gates: usize, cell: usize, hidden: usize, cellAfter: usize, kept: usize, rows: u32, size: u32,
): void {
  const bytes = <usize>size << 2;
  for (; rows > 0; rows--) {
    for (let at: usize = 0; at < bytes; at += LANES) {
      const left = (bytes - at) >> 2;
      const input = sigmoidAt(loadSome(gates + at, left, 0));
      const forget = sigmoidAt(loadSome(gates + bytes + at, left, 0));
      const candidate = tanhAt(loadSome(gates + 2 * bytes + at, left, 0));
      const output = sigmoidAt(loadSome(gates + 3 * bytes + at, left, 0));
      const next = madd(forget, loadSome(cell + at, left, 0), f32x4.mul(input, candidate));
      const squashed = tanhAt(next);
      storeSome(cellAfter + at, next, left);
      storeSome(hidden + at, f32x4.mul(output, squashed), left);
      storeSome(kept + at, input, left);
      storeSome(kept + bytes + at, forget, left);
      storeSome(kept + 2 * bytes + at, candidate, left);
      storeSome(kept + 3 * bytes + at, output, left);
      storeSome(kept + 4 * bytes + at, squashed, left);
    }
    gates += 4 * bytes;
    kept += 5 * bytes;
    cell += bytes;
    cellAfter += bytes;
    hidden += bytes;
  }
}

export function lstmStepBackward(
  kept: usize, cellBefore: usize, hiddenGradient: usize, cellGradient: usize,
  gatesOut: usize, cellOut: usize, rows: u32, size: u32,
): void {
  const bytes = <usize>size << 2;
  const one = splat(1);
  for (; rows > 0; rows--) {
    for (let at: usize = 0; at < bytes; at += LANES) {
      const left = (bytes - at) >> 2;
      const input = loadSome(kept + at, left, 0);
      const forget = loadSome(kept + bytes + at, left, 0);
      const candidate = loadSome(kept + 2 * bytes + at, left, 0);
      const output = loadSome(kept + 3 * bytes + at, left, 0);
      const squashed = loadSome(kept + 4 * bytes + at, left, 0);
      const ofHidden = loadSome(hiddenGradient + at, left, 0);
      const inward = f32x4.mul(f32x4.mul(ofHidden, output), f32x4.sub(one, f32x4.mul(squashed, squashed)));
      const ofCell = f32x4.add(loadSome(cellGradient + at, left, 0), inward);
      storeSome(cellOut + at, f32x4.mul(ofCell, forget), left);
      storeSome(gatesOut + at, ofSigmoid(f32x4.mul(ofCell, candidate), input), left);
      const before = f32x4.mul(ofCell, loadSome(cellBefore + at, left, 0));
      storeSome(gatesOut + bytes + at, ofSigmoid(before, forget), left);
      const ofCandidate = f32x4.mul(f32x4.mul(ofCell, input), f32x4.sub(one, f32x4.mul(candidate, candidate)));
      storeSome(gatesOut + 2 * bytes + at, ofCandidate, left);
      storeSome(gatesOut + 3 * bytes + at, ofSigmoid(f32x4.mul(ofHidden, squashed), output), left);
    }
    kept += 5 * bytes;
    gatesOut += 4 * bytes;
    cellBefore += bytes;
    hiddenGradient += bytes;
    cellGradient += bytes;
    cellOut += bytes;
  }
}

// @ts-ignore: decorator
@inline
function ofSigmoid(gradient: v128, y: v128): v128 {
  return f32x4.mul(gradient, f32x4.mul(y, f32x4.sub(splat(1), y)));
}
