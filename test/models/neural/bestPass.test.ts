import { describe, expect, it } from "vitest";
import { BestPass } from "../../../dist/models/neural/bestPass.js";
import { copyState } from "../../support/copyState.js";

/** Weights that tell the pass they are of. */
const weightsOf = (pass: number) => () => Float32Array.of(pass);

async function seen(losses: readonly number[], patience: number, best = new BestPass(patience), from = 0) {
  for (const [k, loss] of losses.entries()) await best.see(from + k + 1, loss, weightsOf(from + k + 1));
  return best;
}

describe("the best pass", () => {
  it.each([
    // losses, patience, over, best
    [[3, 2, 1], 1, false, 3],
    [[3, 2, 2.5], 1, true, 2],
    [[3, 2, 2.5], 2, false, 2],
    [[3, 2, 2.5, 2.5], 2, true, 2],
    [[3, 3], 1, true, 1], // of equal ones the first
    [[3, 4, 2.9], 2, false, 3],
    [[3, Number.NaN], 1, true, 1],
  ])("of %j with patience %i: over is %s, the best is pass %i", async (losses, patience, isOver, pass) => {
    const best = await seen(losses, patience);
    expect(best.isOver).toBe(isOver);
    expect(best.values).toEqual(Float32Array.of(pass));
    expect(best.told).toEqual({ bestPass: pass });
  });

  it("keeps nothing and never ends without patience, or before a pass", async () => {
    for (const best of [await seen([3, 4, 5], 0), new BestPass(2)]) {
      expect([best.isOver, best.values, best.told]).toEqual([false, undefined, {}]);
    }
  });

  it("has a copy of the weights, which go on changing", async () => {
    const weights = Float32Array.of(1, 2);
    const best = new BestPass(1);
    await best.see(1, 3, () => weights);
    weights.fill(9);
    expect(best.values).toEqual(Float32Array.of(1, 2));
  });

  it("goes on from its state, wherever it was stopped", async () => {
    const losses = [3, 2, 2.5, 1.5, 1.6, 1.7];
    for (let stop = 0; stop < losses.length; stop++) {
      const goesOn = new BestPass(2);
      goesOn.restore(copyState((await seen(losses.slice(0, stop), 2)).save()));
      await seen(losses.slice(stop), 2, goesOn, stop);
      expect([goesOn.isOver, goesOn.values, goesOn.told]).toEqual([true, Float32Array.of(4), { bestPass: 4 }]);
    }
  });
});
