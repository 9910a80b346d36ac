import { expect, it } from "vitest";
import { readWordSenses } from "#pipelines";

const lines = ["bank\ttrain\tmoney\t1\tthe bank lends .", "bank\ttest\triver\t2\ton the bank ."].join("\r\n");

it("reads where words stand, by the numbers of their tokens", () => {
  const items = readWordSenses(`${lines}\n\n`, "senses.tsv");
  expect(items.map(({ word, isTest, sense }) => [word, isTest, sense])).toEqual([
    ["bank", false, "money"],
    ["bank", true, "river"],
  ]);
  expect(items.map(({ place: { sentence, start, end } }) => [sentence.slice(start, end), start])).toEqual([
    ["bank", 4],
    ["bank", 7],
  ]);
});

it.each([
  ["bank\ttrain\tmoney\t1", "senses.tsv line 1: must have 5 columns between tabs, got 4"],
  [lines.replace("train", "dev"), 'senses.tsv line 1: the second column must be train or test, got "dev"'],
  [lines.replace("2\ton", "4\ton"), 'senses.tsv line 2: a word must be one of 4 tokens, 0 the first, got "4"'],
  [lines.replace("1\tthe", "x\tthe"), 'senses.tsv line 1: a word must be one of 4 tokens, 0 the first, got "x"'],
  [lines.replace("test", "train"), "senses.tsv: there must be sentences to test on, got none"],
  [
    lines.replace("bank\ttrain", "bow\ttrain"),
    'senses.tsv: a word that is tested must have sentences to train on, got none of "bank"',
  ],
])("refuses %j", (text, message) => {
  expect(() => readWordSenses(text, "senses.tsv")).toThrow(message);
});
