import { expect, it } from "vitest";
import { readWordsInContext } from "../../../pipelines/tools/wordInContextFile.js";

const board = "F\tboard\tN\t9\t14\t10\t16\tRoom and board .\tHe nailed boards across the windows .";

it("reads where the word stands in both sentences", () => {
  const [item] = readWordsInContext(`${board}\r\n\n`, "dev.tsv");
  expect(item).toMatchObject({ target: "board", partOfSpeech: "N", isSameSense: false, line: 1 });
  expect(item!.places.map(({ sentence, start, end }) => sentence.slice(start, end))).toEqual(["board", "boards"]);
});

it("counts places in UTF-16 units", () => {
  const [item] = readWordsInContext("T\t𠮷野\tN\t1\t4\t0\t3\t去𠮷野家\t𠮷野", "dev.tsv");
  expect(item!.places.map(({ sentence, start, end }) => sentence.slice(start, end))).toEqual(["𠮷野", "𠮷野"]);
});

it.each([
  [`${board}\n${board}\tmore`, "dev.tsv line 2: must have 9 columns between tabs, got 10"],
  [board.replace("F", "no"), 'dev.tsv line 1: the first column must be T or F, got "no"'],
  [board.replace("14", "17"), 'dev.tsv line 1: a word must lie in its sentence, 0 to 16, got "9" to "17"'],
  [board.replace("9", "x"), 'dev.tsv line 1: a word must lie in its sentence, 0 to 16, got "x" to "14"'],
  ["\n", "dev.tsv: there must be words in context, got none"],
])("refuses %j", (text, message) => {
  expect(() => readWordsInContext(text, "dev.tsv")).toThrow(message);
});
