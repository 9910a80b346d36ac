/** What eval says of words in context, by hand: static vectors whose cosines are known, of six words. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { of } from "rxjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "#runtime";
import { writeVectors } from "#sinks";
import { characterVectors } from "../support/characterVectors.js";
import { command } from "../support/command.js";

const fixture = (name: string) => new URL(`../fixtures/${name}`, import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "lexstream-test-"));
const at = (name: string) => join(folder, name);

const pair = (truth: string, first: string, second: string) => {
  const places = [first, second].flatMap((sentence) => [sentence.indexOf("bank"), sentence.indexOf("bank") + 4]);
  return [truth, "bank", "N", ...places, first, second].join("\t");
};
const money = "the bank lends money";
const cash = "a bank has cash";
const river = "the bank of a river";
const water = "water at the bank";

beforeAll(async () => {
  const rows = { bank: [1, 1], money: [1, 0], lends: [1, 0], cash: [4, 3], river: [0, 1], water: [3, 4] };
  await run(of(characterVectors(rows, {})).pipe(writeVectors({ path: at("static.vec") })));
  // by their contexts: 0.8 of money and cash, 0.8 of river and water, 0.6 of money and water, 0 of money and river
  const pairs = [pair("T", money, cash), pair("F", money, river), pair("T", river, water), pair("F", water, money)];
  writeFileSync(at("pairs.tsv"), `${pairs.join("\n")}\n`);
  writeFileSync(at("other.tsv"), `${[pair("T", river, water), pair("F", river, cash)].join("\n")}\n`);
  const senses = [
    `bank\ttrain\tmoney\t1\t${money}`,
    `bank\ttrain\tmoney\t1\t${money}`,
    `bank\ttrain\triver\t1\t${river}`,
    `bank\ttest\tmoney\t1\t${cash}`,
    `bank\ttest\triver\t3\t${water}`,
    `bank\ttest\triver\t1\t${river}`,
  ];
  writeFileSync(at("senses.tsv.gz"), gzipSync(`${senses.join("\n")}\n`));
});

afterAll(() => rmSync(folder, { recursive: true }));

const said = async (...args: string[]) => {
  const { code, out, err } = await command("eval", ...args);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return out;
};

describe("eval --word-in-context", () => {
  it("judges pairs of sentences by a threshold of other pairs", async () => {
    // the other pairs have cosines 0.8 and 0.6; the word itself always has 1, and so nobody can tell
    const args = [at("static.vec"), "--word-in-context", at("pairs.tsv"), "--train", at("other.tsv")];
    expect(await said(...args)).toBe(`4 pairs, thresholds chosen on 2 other pairs
             right  standard error  threshold
majority   50.00 %         ± 25.00
word       50.00 %         ± 25.00     0.0000
context   100.00 %          ± 0.00     0.7000
`);
    expect(JSON.parse(await said(...args, "--json"))).toEqual({
      ...{ pairs: 4, learned: 2, majority: { accuracy: 0.5, standardError: 0.25 } },
      ways: {
        word: { accuracy: 0.5, standardError: 0.25, threshold: 0, withoutVectors: 0 },
        context: { accuracy: 1, standardError: 0, threshold: 0.7, withoutVectors: 0 },
      },
    });
  });

  it("judges each tenth by the others without any, and by all layers of a language model", async () => {
    const found = JSON.parse(await said(fixture("bert"), "--word-in-context", at("pairs.tsv"), "--json"));
    expect(found).toMatchObject({ pairs: 4, learned: 0 });
    expect(Object.keys(found.ways)).toEqual(["layer 0", "layer 1", "layer 2", "mix"]);
    const one = await said(fixture("gpt2"), "--word-in-context", at("pairs.tsv"), "--layer", "1");
    expect(one).toMatch(/^4 pairs, thresholds chosen on nine tenths of them, in turn for each tenth\n/);
    expect(one).toMatch(/\nlayer 1 +\d+\.\d\d % /);
  });
});

describe("eval --word-senses", () => {
  it("tells the sense whose sentences are nearest", async () => {
    const args = [at("static.vec"), "--word-senses", at("senses.tsv.gz")];
    const found = JSON.parse(await said(...args, "--json"));
    expect(found).toMatchObject({
      ...{ train: 3, test: 3, senses: 2 },
      majority: { accuracy: { score: expect.closeTo(1 / 3, 12) }, macroF1: { score: 0.25 } },
      ways: {
        context: { accuracy: { score: 1, low: 1, high: 1 }, macroF1: { score: 1 }, withoutVectors: 0 },
        word: { accuracy: { score: expect.closeTo(1 / 3, 12) }, aboveMajority: { score: 0 } },
      },
      words: { bank: { train: 3, test: 3, senses: 2 } },
    });
    const table = await said(...args);
    expect(table).toMatch(/^1 word, 2 senses: 3 sentences tested, by 3 others; in %\n/);
    expect(table).toMatch(/\ncontext +100\.00 +100\.00 to 100\.00 +100\.00 +100\.00 to 100\.00\n/);
    expect(table).toMatch(/\nbank +2 +3 +33\.33 +100\.00 +100\.00 to 100\.00 +100\.00\n$/);
  });

  it("takes so many sentences of each sense at most", async () => {
    const found = JSON.parse(
      await said(fixture("bert"), "--word-senses", at("senses.tsv.gz"), "--per-sense", "1", "--json"),
    );
    expect(found).toMatchObject({ train: 2, test: 2 });
    // of the whole file: "money" comes twice among the sentences to train on
    const { majority } = JSON.parse(
      await said(at("static.vec"), "--word-senses", at("senses.tsv.gz"), "--per-sense", "1", "--json"),
    );
    expect(majority.accuracy.score).toBeLessThanOrEqual(0.5);
  });

  it("says what is wrong in one line", async () => {
    const { code, err } = await command("eval", at("static.vec"), "--word-senses", at("pairs.tsv"));
    expect(code).toBe(1);
    expect(err).toMatch(/pairs\.tsv line 1: must have 5 columns between tabs, got 9\n$/);
  });
});
