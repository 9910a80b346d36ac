import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Ledger } from "#runtime";
import type { Rejection } from "#schemas";
import { type FilesOptions, files } from "#sources";
import { collect } from "../../support/collect.js";
import { documentsOf } from "../../support/readBack.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

/** A record as read, or the line of one that was rejected. */
type Found = string | number;

async function read(name: string, content: string, options: Omit<FilesOptions, "paths"> = {}) {
  const paths = join(await temporaryFolder(), name);
  await writeFile(paths, content);
  const rejections: Rejection[] = [];
  const ledger = new Ledger();
  const events = await collect(files({ paths, maxRejected: 100, ...options }), {
    ledger,
    onRejected: (rejection) => rejections.push(rejection),
  });
  return { documents: documentsOf(events), rejections, ledger };
}

/** Every record of each of these is read or rejected, wherever the text is cut into chunks. */
describe.each<[what: string, name: string, content: string, found: Found[], options?: Omit<FilesOptions, "paths">]>([
  ["lines that end in CR", "a.csv", "text,b\rfoo,x\r猫坐着,y\r", ["foo", "猫坐着"]],
  ["lines that end in CR", "a.tsv", "text\tb\rfoo\tx\r猫坐着\ty", ["foo", "猫坐着"]],
  ["lines that end in CR", "a.jsonl", '{"text":"foo"}\r{"text":"猫"}\r', ["foo", "猫"]],
  [
    "line ends of all kinds",
    "a.csv",
    'text,b\r\n"one\rtwo",x\n"猫\r\n狗",y\rthree,z\r\r\nfour,',
    ["one\ntwo", "猫\n狗", "three", "four"],
  ],
  ["a separator in a text", "a.csv", "id,text\n1,Hello, world\n2,猫,狗\n3,whole\n", [2, 3, "whole"]],
  ["a separator in a text", "a.tsv", "id\ttext\n1\tHello\tworld\n2\t猫\t狗\n3\twhole\n", [2, 3, "whole"]],
  [
    "a separator in a text, no header",
    "a.csv",
    "1,whole\n2,一,二\n3\n",
    ["whole", 2, 3],
    { header: false, field: "2" },
  ],
  ["too few cells, the text there or not", "a.csv", "text,id\nfoo\nbar,2\n", [2, "bar"]],
  ["a separator behind each record", "a.csv", "text,id,\nfoo,1,\nbar,2\n", ["foo", 3]],
  ["a header in quotes behind a byte-order mark", "a.csv", '\uFEFF"text","b"\n"foo, 猫",x\n', ["foo, 猫"]],
  ["only a byte-order mark", "a.csv", "\uFEFF", []],
  ["an inch sign", "a.csv", 'text,b\n5" disk,x\n猫,"y"\nbar,z\n', [2, "猫", "bar"]],
  ["a quote that is never closed", "a.csv", 'text,b\n"foo,x\n猫,y\nbar,z\n', [2, "猫", "bar"]],
  ["a quote that a later one closes", "a.csv", 'text,b\n"foo,x\nbar,y\n猫,"y"\n"z\n",z', [2, "bar", "猫", "z\n"]],
  [
    "a quote that is never closed in the first record",
    "a.csv",
    '"foo,x\nbar,y\n',
    [1, "bar"],
    { header: false, field: "1" },
  ],
  ["JSON lines", "a.json", '{"text":"foo"}\n{oops\n\n{"text":"猫"}\n', ["foo", 2, "猫"]],
  ["JSON lines of which the first is at fault", "a.json", '{oops\n{"text":"猫"}\r\n', [1, "猫"]],
  ["an array of records", "a.json", '\uFEFF[{"text":"a,]}\\""},\n{"text":7}, {"text":"猫"}\n]\n', ['a,]}"', 2, "猫"]],
  [
    "an array over many lines",
    "a.json",
    '[\r\n  {\r\n    "text": "foo"\r\n  },\r\n  {\r\n    "id": [1]\r\n  },,\r\n  null,\r\n  {"text": "猫", "o": {}}\r\n]',
    ["foo", 5, 7, 8, "猫"],
  ],
  ["an empty array", "a.json", "[ ]\n", []],
  ["one record over many lines", "a.json", '{\n  "id": {"n": 1},\n  "text": "猫 {"\n}\n', ["猫 {"]],
  ["records over many lines", "a.json", '{\n"text":"a"\n}\n{\n"text":"b"\n}{"text":\n"猫"}', ["a", "b", "猫"]],
  [
    "a key that a record has twice",
    "a.jsonl",
    '{"text":"a","text":"b"}\n{"o":{"text":"text"},"text":"猫"}\n{"\\u6587":1}',
    [1, "猫", 3],
  ],
  [
    "a key on the way that a record has twice",
    "a.jsonl",
    '{"文":{"t":"a"},"\\u6587":{"t":"b"}}\n{"文":{"t":"a"}}',
    [1, "a"],
    { field: "文.t" },
  ],
  ["a text in a list, an array, a number", "a.jsonl", '{"text":["a"]}\n["a"]\n7\n{"text":"猫"} x\n', [1, 2, 3, 4]],
  [
    "a null on the way to the field",
    "a.jsonl",
    '{"a":null}\n{"a":{"t":"猫"}}\n{"a":{"t":null}}\n{"a":7}\n{}\nnull\n',
    ["", "猫", "", 4, 5, 6],
    { field: "a.t" },
  ],
])("%s in %s", (_, name, content, found, options) => {
  it.each([1, 2, 5, 262_144])("loses no record in chunks of %d bytes", async (chunkSize) => {
    const { documents, rejections, ledger } = await read(name, content, { ...options, chunkSize });
    expect(documents).toEqual(found.filter((one) => typeof one === "string"));
    expect(rejections.map(({ line }) => line)).toEqual(found.filter((one) => typeof one === "number"));
    expect(ledger.get("documents") + ledger.get("rejectedDocuments")).toBe(found.length);
  });
});

it("counts a null on the way to the field as a null", async () => {
  const { ledger } = await read("a.jsonl", '{"a":null}\n{"a":{"t":null}}\n{"a":{"t":"x"}}\n', { field: "a.t" });
  expect(ledger.get("nulls")).toBe(2);
});

it.each<[content: string, options: Omit<FilesOptions, "paths">, message: string]>([
  [
    "text,text\na,b\n",
    {},
    'field must name one column, got "text", as columns 1 and 2 are called; a number tells them apart',
  ],
  [
    "id;text\n1;a\n",
    {},
    `field must be a column's name or number from 1, got none, and no column is called text; the columns are id;text`,
  ],
  [
    "a,b\n",
    { header: false, field: "3" },
    `field must be a column's number from 1 to 2, since header is false, got "3"`,
  ],
  [
    `text\n"${"x\n".repeat(9)}`,
    { maxRecordLength: 8 },
    "line 2: must close the quote of a record, got the end of the input",
  ],
])("refuses a file whose columns cannot be told apart: %j", async (content, options, message) => {
  await expect(read("a.csv", content, options)).rejects.toThrow(message);
});

it.each<[content: string, message: string]>([
  ['[{"text":"a"},\n{"text":"b"}', "line 2: must be a whole JSON array, got the end of the input inside it"],
  ['{\n"text":"a"', "line 1: must be a whole JSON object, got the end of the input inside it"],
  ['[{"text":"a"}]\n{"text":"b"}', "line 2: must be one JSON array, got something behind it"],
  ['{\n"text":"a"\n}, {\n"text":"b"\n}', 'line 3: must be one JSON object after the other, got "," between them'],
  ['{\n"data":[{"text":"a"}]\n}', 'line 1: must have a text in "text" (option field), got an object with data'],
])("says what is the matter with JSON that holds no records: %j", async (content, message) => {
  await expect(read("a.json", content, { maxRejected: 0 })).rejects.toThrow(message);
});

describe("a first record that nobody calls a header", () => {
  it.each([
    ["a.tsv", "sport\tthe cat\n新闻\t猫\n", { field: "2", labels: "1" }, 1, ["猫"]],
    ["a.csv", "label,words\nsport,the cat\n", { field: "words", labels: "1" }, 0, ["the cat"]],
    ["a.tsv", "sport\tthe cat\n新闻\t猫\n", { field: "2", labels: "1", header: false }, 0, ["the cat", "猫"]],
  ])("is counted where columns are told by number alone: %s %j %j", async (name, content, options, counted, texts) => {
    const { documents, ledger } = await read(name, content, options);
    expect(documents).toEqual(texts);
    expect(ledger.get("unnamedHeaders")).toBe(counted);
  });

  it("leaves names that it lacks to an error that lists its cells", async () => {
    await expect(read("a.tsv", "sport\tthe cat\n", { field: "text", labels: "label" })).rejects.toThrow(
      /a\.tsv: field must be a column's name or number from 1, got none, and no column is called text; the columns are sport, the cat$/,
    );
  });
});
