import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandIn } from "../support/command.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const CONFIG = `
source: { files: { paths: day.txt } }
steps: [tokenize, buildVocab: { minCount: 1 }, writeVocabulary: { path: vocab.arrow }, encode, windowContexts, accumulateCooccurrence, writeCooccurrence: { path: t.arrow }]`;

const days: Record<string, string> = {
  0: "a rose is a rose\n",
  1: "a daisy is 一 朵 花\n",
  2: "a tulip is 一 朵 花 too\n",
};

describe("lexstream cooccurrence slide", () => {
  it("keeps the table of the last days, as if their text alone had been counted, and its vectors", async () => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, "c.yaml"), CONFIG);
    for (const [name, text] of Object.entries({ ...days, whole: `${days[1]}${days[2]}` })) {
      writeFileSync(join(folder, `${name}.txt`), text);
      await commandIn(folder, "run", "c.yaml", "--out", name, "--set", `source.files.paths=${name}.txt`);
    }
    const slide = (day: number) =>
      commandIn(
        folder,
        ...["cooccurrence", "slide", `${day}/t.arrow`, "--into", "week", "--window", "2d", "--at", `2026-11-2${day}`],
        ...["--glove", '{"vectorSize":4,"epochs":2}', "--terms", "5"],
      );
    for (const day of [0, 1]) expect((await slide(day)).code).toBe(0);
    const { code, out } = await slide(2);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^wrote week\/windows\/2026-11-22T0000Z\/cooccurrence\.arrow: \d+ cells of 8 terms, 2 periods\nepoch 0: loss [\d.]+\nepoch 1: loss [\d.]+\nwrote week\/vectors\/2026-11-22T0000Z\.arrow\n$/,
    );
    for (const [file, fresh] of Object.entries({ "cooccurrence.arrow": "t.arrow", "vocab.arrow": "vocab.arrow" }))
      expect(readFileSync(join(folder, "week/windows/2026-11-22T0000Z", file))).toEqual(
        readFileSync(join(folder, "whole", fresh)),
      );
    const near = await commandIn(folder, "neighbors", "week/vectors/latest.arrow", "一", "-k", "10");
    expect(near.out.trim().split("\n").length).toBe(5); // the term, and the four others
  });

  it.each([
    [[], "--into must be given, got nothing"],
    [
      ["--into", "w", "--window", "soon"],
      'windowTables: window must be whole minutes, such as "7d", "12h" or "30min", got "soon"',
    ],
    [["--into", "w", "--window", "7d", "--at", "noon"], '--at must be a date such as 2026-11-23, got "noon"'],
    [["--into", "w", "--window", "7d", "--glove", '{"epoch":3}'], /^--glove: .*epoch/],
    [
      ["--into", "w", "--window", "7d", "--glove", "[]"],
      "--glove must hold options besides initialVectors, as JSON, got []",
    ],
    [
      ["--into", "w", "--window", "7d", "--glove", '{"initialVectors":"v.arrow"}'],
      '--glove must hold options besides initialVectors, as JSON, got {"initialVectors":"v.arrow"}',
    ],
  ])("refuses %j before it reads", async (options, error) => {
    const { code, err } = await commandIn(await temporaryFolder(), "cooccurrence", "slide", "t.arrow", ...options);
    expect(code).toBe(2);
    const said = /^cooccurrence slide: (.*)\n$/.exec(err)?.[1];
    expect(said).toEqual(typeof error === "string" ? error : expect.stringMatching(error));
  });
});
