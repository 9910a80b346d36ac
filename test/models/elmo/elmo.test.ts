import { describe, expect, it } from "vitest";
import { type ElmoOptions, elmo } from "#models";
import { copyState } from "../../support/copyState.js";
import { batches, bytesOf, learned, small, vocabulary } from "../../support/twoTermsBack.js";

const tiny = {
  ...small,
  engine: "wasm",
  workers: 1,
  hiddenSize: 12,
  characterSize: 3,
  filters: "1:6 2:6",
  dropout: 0,
} as const;

describe("elmo", () => {
  // Forward: ln 2 of one place in three is certain to who looks two terms back, and what begins a piece is not: 0.35 a place. Backward alike: before
  // c and e the pieces are known, and the term before a or d is not. One letter is one character, so that terms differ by their spelling alone.
  it("learns what two terms on either side decide", async () => {
    const { losses } = await learned(elmo({ ...tiny, epochs: 16, learningRate: 0.04 }), batches(16));
    expect(losses[0]).toBeGreaterThan(1.5); // ln 6 = 1.79
    expect(losses.at(-1)).toBeLessThan(0.6);
  });

  it.each<[string, ElmoOptions]>([
    ["classes, no highway, one layer", { output: "classes", classes: 3, highways: 0, layers: 1 }],
    ["a sample of terms and dropout", { output: "sampled", candidates: 4, dropout: 0.1 }],
  ])("learns with %s", async (_, options) => {
    const { losses } = await learned(elmo({ ...tiny, ...options, epochs: 8, learningRate: 0.04 }), batches(8));
    expect(losses.at(-1)!).toBeLessThan(0.7 * losses[0]!);
  });

  it("makes the same bytes on one thread and on two, and wherever it was stopped", async () => {
    const options = { ...tiny, epochs: 1, dropout: 0.2, parts: 2 } as const;
    const all = batches(1);
    const { made } = await learned(elmo({ ...options, workers: 2 }), all);
    const first = elmo({ ...options, workers: 1 });
    for (const batch of all.slice(0, 3)) await first.update(batch);
    const state = copyState((await first.save!())!);
    await first.close();
    const second = elmo({ ...options, workers: 1 });
    await second.restore!(state, { vocabulary });
    const { made: again } = await learned(second, all.slice(3));
    expect(bytesOf(again)).toEqual(bytesOf(made));
    expect(again.vectors).toBe("output.weight");
  });

  it("tells what was wrong in one line", () => {
    expect(() => elmo({ filters: "1:2 1:3" })).toThrow(
      'elmo: filters must be width:count between spaces, each width once, as 1:32 2:64, got "1:2 1:3"',
    );
    expect(() => elmo({ filters: "0:2" })).toThrow("elmo: filters must be width:count");
    expect(() => elmo({ filters: "7:2", maxCharacters: 5 })).toThrow(
      "elmo: maxCharacters must be at least the widest filter, 7, got 5",
    );
  });
});
