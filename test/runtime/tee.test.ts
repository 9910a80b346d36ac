import { EMPTY, map, of, pipe, take, tap } from "rxjs";
import { describe, expect, it } from "vitest";
import { drain, mapAsync, run, tee } from "#runtime";
import { collect } from "../support/collect.js";
import { counting, turns } from "../support/counting.js";
import { marbles } from "../support/marbles.js";

const both = tee<string, string>(
  map((x) => x),
  map((x) => x.toUpperCase()),
);

describe("tee", () => {
  it(
    "feeds every branch from one subscription and merges what they emit",
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold("-a-----b-----|");
      expectObservable(source.pipe(both)).toBe("-(aA)--(bB)--|");
      expectSubscriptions(source.subscriptions).toBe("^------------!");
    }),
  );

  it(
    "passes on an error of the source, and unsubscribes from it early",
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const failing = cold("-a-----#");
      expectObservable(failing.pipe(both)).toBe("-(aA)--#");
      const source = cold("-a-----b-----|");
      expectObservable(source.pipe(both), "---!").toBe("-(aA)");
      expectSubscriptions(source.subscriptions).toBe("^--!");
    }),
  );

  it("completes with its source, with its branches, and without any", async () => {
    expect(await collect(EMPTY.pipe(both))).toEqual([]);
    expect(await collect(of("a", "b").pipe(both))).toEqual(["a", "A", "b", "B"]);
    expect(await collect(of("a").pipe(tee()))).toEqual([]);
  });

  it("lets the slower of two sinks govern, and gives both everything", async () => {
    const { numbers } = counting(200);
    let [fast, slow, apart] = [0, 0, 0];
    await run(
      numbers.pipe(
        tee(
          drain(
            () => {
              fast++;
              apart = Math.max(apart, fast - slow);
            },
            { highWater: 4 },
          ),
          drain(
            async () => {
              await turns(3);
              slow++;
            },
            { highWater: 4 },
          ),
        ),
      ),
    );
    expect([fast, slow]).toEqual([200, 200]);
    expect(apart).toBeLessThanOrEqual(4);
  });

  it("goes on with the other branch when one has had enough", async () => {
    const { numbers } = counting(50);
    const slow = mapAsync(async (value: number) => {
      await turns(2);
      return -value;
    });
    const events = await collect(
      numbers.pipe(
        tee(
          pipe(slow, take(2)),
          mapAsync(async (value) => value),
        ),
      ),
    );
    expect(events.filter((value) => value < 0 || Object.is(value, -0))).toEqual([-0, -1]);
    expect(events.length).toBe(52);
  });

  it("stops the source when every branch has had enough", async () => {
    const { numbers, seen } = counting();
    expect(await collect(numbers.pipe(tee(take(1), take(2))))).toEqual([0, 0, 1]);
    expect(seen).toEqual({ read: 2, opened: 1, closed: 1 });
  });

  it("ends every branch with the error of one, and abandons what the others were writing", async () => {
    const { numbers, seen } = counting();
    const ended: string[] = [];
    const failing = tap((value: number) => {
      if (value === 3) throw new Error("branch failed");
    });
    const writing = drain<number>(() => turns(), {
      finish: () => void ended.push("finish"),
      abandon: () => void ended.push("abandon"),
    });
    await expect(run(numbers.pipe(tee<number, number>(writing, failing)))).rejects.toThrow("branch failed");
    expect(ended).toEqual(["abandon"]);
    expect(seen.closed).toBe(1);
  });
});
