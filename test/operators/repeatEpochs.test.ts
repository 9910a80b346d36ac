import { of, tap } from "rxjs";
import { describe, expect, it } from "vitest";
import { repeatEpochs } from "#operators";
import { fromPull } from "#runtime";
import { collect } from "../support/collect.js";

describe("repeatEpochs", () => {
  it("subscribes to one pass after the other", async () => {
    const passes: string[] = [];
    const stream = repeatEpochs(3, (epoch) =>
      of(epoch).pipe(
        tap({ subscribe: () => passes.push(`begin ${epoch}`), complete: () => passes.push(`end ${epoch}`) }),
      ),
    );
    expect(passes).toEqual([]);
    expect(await collect(stream)).toEqual([0, 1, 2]);
    expect(passes).toEqual(["begin 0", "end 0", "begin 1", "end 1", "begin 2", "end 2"]);
  });

  it("finds the gate in every pass", async () => {
    async function* two() {
      yield 1;
      yield 2;
    }
    expect(await collect(repeatEpochs(3, () => fromPull(two)))).toEqual([1, 2, 1, 2, 1, 2]);
  });

  it("refuses fewer than one epoch", () => {
    expect(() => repeatEpochs(0, () => of(1))).toThrow("repeatEpochs: epochs must be an integer >= 1, got 0");
  });
});
