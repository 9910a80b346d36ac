/** A head that is learned over the BERT of the fixtures, and what eval says of it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { command } from "../support/command.js";

const bert = new URL("../fixtures/bert", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "lexstream-test-"));
const at = (name: string) => join(folder, name);
const learning = ["--epochs", "40", "--learning-rate", "0.01", "--dropout", "0", "--holdout", "0", "--workers", "1"];

const pair = (truth: string, first: string, second: string) => {
  const places = [first, second].flatMap((sentence) => [sentence.indexOf("cat"), sentence.indexOf("cat") + 3]);
  return [truth, "cat", "N", ...places, first, second].join("\t");
};

beforeAll(() => {
  const pairs = [
    ...[pair("T", "the cat sat", "a cat sat"), pair("T", "a cat", "the cat")],
    ...[pair("F", "the cat sat", "the dog and the cat"), pair("F", "dog cat", "a cat sat")],
  ];
  writeFileSync(at("pairs.tsv"), `${pairs.join("\n")}\n`);
});

afterAll(() => rmSync(folder, { recursive: true }));

it("learns from pairs, and eval asks what was learned beside the cosines of its language model", async () => {
  const made = await command("word-in-context", at("pairs.tsv"), "--model", bert, "-o", at("head.arrow"), ...learning);
  expect([made.code, made.err]).toEqual([0, ""]);
  expect(made.out).toMatch(/^epoch 1: loss 0\.\d{4}\n/);
  expect(made.out.endsWith(`wrote ${at("head.arrow")}: learned from 4 pairs\n`)).toBe(true);
  const { out } = await command("eval", at("head.arrow"), "--word-in-context", at("pairs.tsv"));
  expect(out).toMatch(/\nlayer 2 +\d+\.\d\d % .*\nmix +.*\nhead +100\.00 % +± 0\.00 *\n$/);
  const { err } = await command("classify", at("head.arrow"), at("pairs.tsv"));
  expect(err).toBe(
    "classify: the classifier must be one of texts, got one of a word in two texts; eval --word-in-context asks it\n",
  );
});

it.each([
  [[], "word-in-context: --model must name a language model, got none\n"],
  [
    ["--model", bert, "-o", "head.bin"],
    "word-in-context: --out must be a file named .arrow or .parquet, got head.bin\n",
  ],
])("says what is missing, %#", async (args, message) => {
  const { code, err } = await command("word-in-context", at("pairs.tsv"), ...args);
  expect([code, err]).toEqual([2, message]);
});
