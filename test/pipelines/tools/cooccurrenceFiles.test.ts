import { copyFileSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openCooccurrence, saveCooccurrence, summarise } from "#pipelines";
import { finalCooccurrence } from "../../support/finalCooccurrence.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const table = () =>
  finalCooccurrence(
    ["the", "cat", "猫"],
    [
      [0, 1, 2.5],
      [1, 0, 2.5],
      [1, 2, 1],
      [2, 1, 1],
      [2, 2, 0.5],
    ],
  );

describe("co-occurrence files", () => {
  it.each([
    ["arrow", "vocab.arrow"],
    ["parquet", "vocab.parquet"],
    ["bin", "vocab.txt"],
  ])("are written as .%s with %s beside, and opened with it", async (ending, vocabulary) => {
    const path = join(await temporaryFolder(), `t.${ending}`);
    expect(await saveCooccurrence(table(), path)).toBe(join(path, "..", vocabulary));
    const opened = await openCooccurrence(path);
    expect(opened.vocabulary.terms).toEqual(["the", "cat", "猫"]);
    expect((await summarise(opened)).totalWeight).toBe(7.5);
  });

  it("are written where links lead, and the links stay", async () => {
    const folder = await temporaryFolder();
    symlinkSync("表.arrow", join(folder, "t.arrow"));
    symlinkSync("词.arrow", join(folder, "vocab.arrow"));
    await saveCooccurrence(table(), join(folder, "t.arrow"));
    expect(readdirSync(folder).sort()).toEqual(["t.arrow", "vocab.arrow", "表.arrow", "词.arrow"]);
    expect((await openCooccurrence(join(folder, "t.arrow"))).length).toBe(5);
  });

  it("are summed up with their heaviest cells, ties in the table's order", async () => {
    expect(await summarise(table())).toEqual({
      cells: 5,
      terms: 3,
      windowSize: 10,
      weighting: "harmonic",
      symmetric: true,
      totalWeight: 7.5,
      heaviest: [
        ["the", "cat", 2.5],
        ["cat", "the", 2.5],
        ["cat", "猫", 1],
        ["猫", "cat", 1],
        ["猫", "猫", 0.5],
      ],
    });
  });

  it("are refused without a vocabulary, or with another one", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "t.arrow");
    await saveCooccurrence(table(), path);
    const alone = join(await temporaryFolder(), "t.arrow");
    copyFileSync(path, alone);
    await expect(openCooccurrence(alone)).rejects.toThrow(
      /t\.arrow: its vocabulary must lie beside it as vocab\.arrow/,
    );
    const other = join(await temporaryFolder(), "t.arrow");
    await saveCooccurrence(finalCooccurrence(["a", "b", "c"], [[0, 1, 1]]), other);
    await expect(openCooccurrence(path, join(other, "../vocab.arrow"))).rejects.toThrow(/vocabulary/);
    expect(readFileSync(alone)).toEqual(readFileSync(path));
  });
});
