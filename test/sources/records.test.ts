import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ledger } from "lexstream/kernels";
import type { Rejection } from "lexstream/schemas";
import { type FilesOptions, files } from "lexstream/sources";
import { describe, expect, it } from "vitest";
import { collect } from "../support/collect.js";
import { documentsOf } from "../support/readBack.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

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
  ["id;text\n1;a\n", {}, `field must be a column's name or number from 1, got "text"; the columns are id;text`],
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
