import { describe, expect, it } from "vitest";
import { type RnnlmOptions, rnnlm } from "#models";
import { copyState } from "../../support/copyState.js";
import { batches, bytesOf, learned, small, vocabulary } from "../../support/twoTermsBack.js";

describe("rnnlm", () => {
  // Of three places two are certain to whoever looks two terms back; behind a piece come a, d and f with shares .4, .4, .2, which is 1.05 nats
  // of 3 places, 0.35 a place (less for who counts pieces). Who looks one term back does not know c from e either: ln 2 of 3 places more, 0.58.
  it.each([
    ["lstm", 1],
    ["lstm", 2],
    ["simple", 3],
  ] as const)("learns what two terms back decide, with cells of %s, seed %i", async (cell, seed) => {
    const { losses } = await learned(
      rnnlm({ ...small, cell, seed, hiddenSize: 16, epochs: 20, learningRate: 0.03 }),
      batches(20),
    );
    expect(losses[0]).toBeGreaterThan(1.6); // ln 6 = 1.79
    expect(losses.at(-1)).toBeLessThan(0.5);
  });

  it.each<[string, RnnlmOptions]>([
    ["tied tables", { tied: true }],
    ["classes", { output: "classes", classes: 3 }],
    ["a sample of terms", { output: "sampled", candidates: 4 }],
    ["dropout and two layers", { dropout: 0.1, layers: 2, learningRate: 0.05 }],
    ["plain descent", { optimizer: "sgd", learningRate: 4, schedule: "steps", decayAfter: 8, minLearningRate: 0 }],
  ])("learns with %s", async (_, options) => {
    const { losses } = await learned(rnnlm({ ...small, ...options }), batches(12));
    expect(losses.at(-1)!).toBeLessThan(0.6 * losses[0]!);
  });

  it("goes on from its state to the same bytes, wherever it was stopped", async () => {
    const options = { ...small, epochs: 2, dropout: 0.2, holdout: 0.2, patience: 2, schedule: "plateau" } as const;
    const all = batches(2);
    const { made } = await learned(rnnlm(options), all);
    for (const stop of [1, 3, 6, 7, 11]) {
      const first = rnnlm(options);
      for (const [k, batch] of all.slice(0, stop).entries()) {
        await first.update(batch);
        if (all[k + 1]?.epoch !== batch.epoch) await first.endPass!();
      }
      const state = copyState((await first.save!())!);
      await first.close();
      const second = rnnlm(options);
      await second.restore!(state, { vocabulary });
      const { made: again } = await learned(second, all.slice(stop));
      expect(bytesOf(again)).toEqual(bytesOf(made));
      expect(again.metadata.get("learned")).toBe(made.metadata.get("learned"));
    }
  });

  it("ends early and keeps the weights of the best pass", async () => {
    const options = {
      ...small,
      epochs: 40,
      holdout: 0.3,
      patience: 1,
      learningRate: 0.2,
      schedule: "constant",
    } as const;
    const { made, losses } = await learned(rnnlm(options), batches(40));
    const told = JSON.parse(made.metadata.get("learned")!);
    expect(losses.length).toBeLessThan(40 * 6);
    expect(told.bestPass).toBe(told.passes - 1);
    expect(Math.min(...told.heldOutLosses)).toBe(told.heldOutLosses[told.bestPass - 1]);
  });

  it("tells what was wrong in one line", async () => {
    const [first] = batches(1);
    expect(() => rnnlm({ tied: true, vectorSize: 8, hiddenSize: 9 })).toThrow(
      "rnnlm: hiddenSize must be vectorSize where tables are tied, got 9 and 8",
    );
    expect(() => rnnlm({ patience: 1, holdout: 0 })).toThrow("rnnlm: patience must have documents kept aside");
    expect(() => rnnlm({ minLearningRate: 1, learningRate: 0.5 })).toThrow("rnnlm: minLearningRate must be at most");
    await expect(rnnlm(small).result()).rejects.toThrow(
      "there must be sequences to learn from before a result, got none",
    );
    const short = rnnlm(small);
    await short.update(first!);
    await expect(short.result()).rejects.toThrow("must be fed as many passes over the text as its epochs, 12, got 1");
    const wild = rnnlm({ ...small, optimizer: "sgd", learningRate: 1e300, clip: 0, minLearningRate: 0 });
    await expect(
      (async () => {
        for (const batch of batches(1)) await wild.update(batch);
      })(),
    ).rejects.toThrow(/^rnnlm: the loss must stay finite, got .* in step \d, epoch 1; lower learningRate or clip/);
    const lone = rnnlm({ ...small, epochs: 1 });
    await lone.update({ ...first!, targets: new Int32Array(first!.targets.length).fill(-1) });
    await expect(lone.result()).rejects.toThrow("there must be places where a term is to be predicted, got 150 tokens");
  });
});

it("learns about the same on compiled kernels as on the reference", async () => {
  const options = { ...small, epochs: 1, holdout: 0 } as const;
  const reference = await learned(rnnlm(options), batches(1));
  const compiled = await learned(rnnlm({ ...options, engine: "wasm", workers: 1 }), batches(1));
  compiled.losses.forEach((loss, step) => {
    expect(loss).toBeCloseTo(reference.losses[step]!, 4);
  });
  expect(compiled.made.metadata.get("engine")).toBe("wasm");
});
