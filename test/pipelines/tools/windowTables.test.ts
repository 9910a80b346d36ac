import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { from, lastValueFrom } from "rxjs";
import { describe, expect, it } from "vitest";
import { accumulateCooccurrence, buildVocab, encode, windowContexts } from "#operators";
import { saveCooccurrence, WindowTables } from "#pipelines";
import { shortOrLong } from "../../support/shortOrLong.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { type Documents, documents, documentsOf, tokenBatches } from "../../support/tokens.js";

const DAY = 86_400_000;

async function count(text: Documents) {
  const vocabulary = await lastValueFrom(from(tokenBatches(text)).pipe(buildVocab({ minCount: 1 })));
  const ids$ = from(tokenBatches(text)).pipe(encode(vocabulary));
  return lastValueFrom(ids$.pipe(windowContexts({ windowSize: 3 }), accumulateCooccurrence()));
}

/** The bytes of a table and of its vocabulary. */
const bytesAt = (table: string) => [table, join(dirname(table), "vocab.arrow")].map((path) => readFileSync(path));

async function freshBytes(text: Documents) {
  const path = join(await temporaryFolder(), "cooccurrence.arrow");
  await saveCooccurrence(await count(text), path);
  return bytesAt(path);
}

const hasWords = (text: Documents) => text.flat(2).length > 0;

describe("WindowTables", () => {
  it("holds the table that counting the window's documents afresh gives, byte for byte", async () => {
    const days = fc.array(documents.filter(hasWords), { minLength: 2, maxLength: 6 });
    const gaps = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 6, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(days, gaps, fc.integer({ min: 1, max: 4 }), async (texts, steps, length) => {
        const windows = new WindowTables({ folder: await temporaryFolder(), window: `${length}d`, every: "1d" });
        let day = 20_000;
        const added: { day: number; text: Documents }[] = [];
        for (const [k, text] of texts.entries()) {
          day += steps[k]!;
          added.push({ day, text });
          const { path, periods } = await windows.add(day * DAY + 12_345, await count(text));
          const inside = added.filter((each) => each.day > day - length);
          expect(periods).toEqual(inside.map((each) => each.day * DAY));
          expect(bytesAt(path)).toEqual(await freshBytes(inside.flatMap((each) => each.text)));
        }
      }),
      { seed: 6, numRuns: shortOrLong(5, 15) },
    );
  });

  it("adds up days whose vocabularies happen to be equal", async () => {
    const text = documentsOf("a b 猫");
    const windows = new WindowTables({ folder: await temporaryFolder(), window: "2d", every: "1d" });
    for (let day = 0; day < 4; day++) await windows.add(day * DAY, await count(text));
    const { table } = (await windows.current())!;
    expect([...table.vocabulary.counts]).toEqual([2, 2, 2]);
  });

  it("keeps the periods of the window and nothing older", async () => {
    const folder = await temporaryFolder();
    const windows = new WindowTables({ folder, window: "12h", every: "6h" });
    for (const hour of [0, 6, 12])
      await windows.add(Date.parse("2026-11-23") + hour * 3_600_000, await count(documentsOf(`hour ${hour}`)));
    expect(readdirSync(join(folder, "periods")).sort()).toEqual(["2026-11-23T0600Z", "2026-11-23T1200Z"]);
    expect(readdirSync(join(folder, "windows"))).toEqual(["2026-11-23T1200Z"]);
  });

  it("makes good what a kill between a period and its window left undone", async () => {
    const folder = await temporaryFolder();
    const options = { folder, window: "2d", every: "1d" };
    const texts = ["a b c", "b c d", "d 中文 e"].map((text) => documentsOf(text));
    for (const day of [0, 1]) await new WindowTables(options).add(day * DAY, await count(texts[day]!));
    // the third period lies there, its window does not
    await saveCooccurrence(await count(texts[2]!), join(folder, "periods", "1970-01-03T0000Z", "cooccurrence.arrow"));
    const { path, periods } = (await new WindowTables(options).current())!;
    expect(periods).toEqual([DAY, 2 * DAY]);
    expect(bytesAt(path)).toEqual(await freshBytes([...texts[1]!, ...texts[2]!]));
  });

  it("takes the last period again, in the place of what it was", async () => {
    const windows = new WindowTables({ folder: await temporaryFolder(), window: "3d", every: "1d" });
    const [first, second, wrong, right] = ["a b c", "b c 猫", "x y", "c 猫 d"].map((text) => documentsOf(text));
    for (const [day, text] of [first!, second!, wrong!].entries()) await windows.add(day * DAY, await count(text));
    for (let time = 0; time < 2; time++) {
      const { path } = await windows.add(2 * DAY, await count(right!));
      expect(bytesAt(path)).toEqual(await freshBytes([...first!, ...second!, ...right!]));
    }
  });

  it("refuses a period that comes late", async () => {
    const windows = new WindowTables({ folder: await temporaryFolder(), window: "2d", every: "1d" });
    await windows.add(5 * DAY, await count(documentsOf("a b")));
    await expect(windows.add(4 * DAY, await count(documentsOf("a b")))).rejects.toThrow(
      "windowTables: periods must come in order, got 1970-01-05T0000Z after 1970-01-06T0000Z",
    );
  });

  it("refuses times that are none, and a window that is no multiple of the period", () => {
    const make = (window: string, every: string) => new WindowTables({ folder: "f", window, every });
    expect(() => make("a week", "1d")).toThrow(
      'windowTables: window must be whole minutes, such as "7d", "12h" or "30min", got "a week"',
    );
    expect(() => make("7d", "0d")).toThrow(
      'windowTables: every must be whole minutes, such as "7d", "12h" or "30min", got "0d"',
    );
    expect(() => make("7d", "90s")).toThrow(
      'windowTables: every must be whole minutes, such as "7d", "12h" or "30min", got "90s"',
    );
    expect(() => make("7d", "2d")).toThrow("windowTables: window must be a multiple of every, got 7d and 2d");
  });
});
