import { expect, it } from "vitest";
import { neural } from "#kernels";

const BEGIN = 256;
const END = 257;
const PADDING = 258;

it("spells terms in UTF-8 between marks, all in as many places as the longest", () => {
  const { length, characters } = neural.termSpellings(["ab", "猫", "a"], 50, 1);
  expect(length).toBe(5);
  expect([...characters]).toEqual([
    ...[BEGIN, 97, 98, END, PADDING],
    ...[BEGIN, 0xe7, 0x8c, 0xab, END],
    ...[BEGIN, 97, END, PADDING, PADDING],
  ]);
});

it("reads the beginning of a long term, and has room for the widest filter", () => {
  expect([...neural.termSpellings(["abcdef"], 5, 1).characters]).toEqual([BEGIN, 97, 98, 99, END]);
  expect([...neural.termSpellings(["a"], 50, 5).characters]).toEqual([BEGIN, 97, END, PADDING, PADDING]);
});
