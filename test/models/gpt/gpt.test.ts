import { expect, it } from "vitest";
import { type GptOptions, gpt } from "#models";
import { copyState } from "../../support/copyState.js";
import { sequenceBatches } from "../../support/sequenceBatches.js";
import { batches, bytesOf, documents, learned, small, vocabulary } from "../../support/twoTermsBack.js";

const options: GptOptions = {
  ...{ ...small, layers: 2, heads: 2, vectorSize: 16, positions: 15, dropout: 0, warmup: 4, learningRate: 0.01 },
};

// As rnnlm: whoever looks two terms back comes to 0.35 nats a place, who looks one term back to 0.58.
it("learns what two terms back decide", async () => {
  const { losses, made } = await learned(gpt({ ...options, epochs: 10 }), batches(10));
  expect(losses[0]).toBeGreaterThan(1.6); // ln 6 = 1.79
  expect(losses.at(-1)).toBeLessThan(0.5);
  expect(made.architecture).toBe("gpt");
  expect(made.vectors).toBe("wte.weight");
  expect(made.settings).toEqual({
    ...{ layers: 2, heads: 2, vectorSize: 16, innerSize: 64, positions: 15, dropout: 0 },
    ...{ activation: "geluTanh", epsilon: 1e-5 },
  });
});

it("goes on from its state to the same bytes, wherever it was stopped", async () => {
  const some = { ...options, layers: 1, vectorSize: 8, epochs: 2, dropout: 0.2, holdout: 0.2 };
  const all = batches(2);
  const { made } = await learned(gpt(some), all);
  for (const stop of [1, 6, 8]) {
    const first = gpt(some);
    for (const [k, batch] of all.slice(0, stop).entries()) {
      await first.update(batch);
      if (all[k + 1]?.epoch !== batch.epoch) await first.endPass!();
    }
    const state = copyState((await first.save!())!);
    await first.close();
    const second = gpt(some);
    await second.restore!(state, { vocabulary });
    const { made: again } = await learned(second, all.slice(stop));
    expect(bytesOf(again)).toEqual(bytesOf(made));
  }
});

it("learns on threads what the reference engine learns, but for rounding", async () => {
  const some = { ...options, layers: 1, vectorSize: 8, epochs: 1, dropout: 0.1 };
  const [reference, wasm] = await Promise.all([
    learned(gpt(some), batches(1)),
    learned(gpt({ ...some, engine: "wasm", workers: 1 }), batches(1)),
  ]);
  for (const [step, loss] of reference.losses.entries()) expect(wasm.losses[step]! / loss).toBeCloseTo(1, 4);
});

it("has sizes by name, in the place of which single numbers may stand", async () => {
  const learnedSizes = async (given: GptOptions) => {
    const model = gpt({ engine: "reference", positions: 15, epochs: 1, holdout: 0, ...given });
    await model.update(batches(1)[0]!);
    const { settings } = (await model.snapshot!())!;
    await model.close();
    return settings;
  };
  expect(await learnedSizes({ size: "tiny" })).toMatchObject({ layers: 2, heads: 2, vectorSize: 128, innerSize: 512 });
  expect(await learnedSizes({ size: "tiny", layers: 1, vectorSize: 6, innerSize: 5 })).toMatchObject({
    ...{ layers: 1, heads: 2, vectorSize: 6, innerSize: 5 },
  });
});

it("tells what was wrong in one line", async () => {
  expect(() => gpt({ heads: 3 })).toThrow(new RangeError("gpt: vectorSize must be a multiple of heads, got 128 and 3"));
  expect(() => gpt({ size: "huge" as "tiny" })).toThrow("gpt: size must be one of tiny, small, base");
  const [long] = sequenceBatches(vocabulary, documents, { length: 16, rows: 10, epochs: 1 });
  const model = gpt(options);
  await expect(model.update(long!)).rejects.toThrow(
    new RangeError(
      "gpt: rows must have at most 15 places, as many as positions, got 16; length of packSequences says how many",
    ),
  );
  await model.close();
});
