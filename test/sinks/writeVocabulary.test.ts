import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { of } from "rxjs";
import { expect, it } from "vitest";
import { makeVocabulary } from "#kernels";
import { Ledger } from "#runtime";
import { writeVocabulary } from "#sinks";
import { readVocabulary } from "#storage";
import { collect } from "../support/collect.js";
import { twoLanguages, vocabularyOf } from "../support/tables.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { zstdOf } from "../support/zstdOf.js";

const names = ["vocab.arrow", "vocab.parquet", "vocab.txt"];
const vocabulary = vocabularyOf(twoLanguages);

it("writes GloVe's vocab.txt: a term and its count a line", async () => {
  const path = join(await temporaryFolder(), "vocab.txt");
  await collect(of(makeVocabulary(["the", "猫", "unk"], Float64Array.of(12, 3, 0))).pipe(writeVocabulary({ path })));
  expect(await readFile(path, "utf8")).toBe("the 12\n猫 3\nunk 0\n");
});

it.each(names)("reads back what it wrote, in order, with equal bytes twice: %s", async (name) => {
  const folder = await temporaryFolder();
  const [path, again] = [join(folder, name), join(folder, `again.${name}`)];
  const ledger = new Ledger();
  const events = await collect(of(vocabulary).pipe(writeVocabulary({ path }), writeVocabulary({ path: again })), {
    ledger,
  });
  expect(events).toEqual([vocabulary]);
  expect(ledger.child(path).get("rows")).toBe(6);
  expect(await readFile(again)).toEqual(await readFile(path));
  const read = await readVocabulary(path);
  expect([read.terms, read.counts, read.tokens]).toEqual([vocabulary.terms, vocabulary.counts, vocabulary.tokens]);
  expect(read.idOf("𠮷")).toBe(4);
});

it.each(names)("refuses a file cut short at any byte but a line end of vocab.txt: %s", async (name) => {
  const path = join(await temporaryFolder(), name);
  await collect(of(vocabulary).pipe(writeVocabulary({ path })));
  const whole = await readFile(path);
  const accepted: number[] = [];
  for (let length = 1; length < whole.length; length++) {
    await writeFile(path, whole.subarray(0, length));
    await readVocabulary(path).then(
      () => accepted.push(length),
      () => {},
    );
  }
  expect(accepted.filter((length) => whole[length - 1] !== 10 || !name.endsWith("txt"))).toEqual([]);
});

it("refuses a term that would break a line, and leaves nothing behind", async () => {
  const folder = await temporaryFolder();
  const write = collect(of(vocabularyOf(["New York"])).pipe(writeVocabulary({ path: join(folder, "vocab.txt") })));
  await expect(write).rejects.toThrow(
    'writeVocabulary: a term must not be empty or hold a space, tab or line end in format gloveVocabulary, got "New York" in row 0',
  );
  expect(await readdir(folder)).toEqual([]);
});

it("reads vocab.txt behind a byte-order mark, packed or not, and writes none that would be one", async () => {
  const path = join(await temporaryFolder(), "vocab.txt");
  for (const pack of [Buffer.from, gzipSync, zstdOf]) {
    await writeFile(path, pack("\ufeff猫 3\r\nthe 2\r\n"));
    expect((await readVocabulary(path)).terms).toEqual(["猫", "the"]);
  }
  const write = collect(of(vocabularyOf(["\ufeffthe", "the"])).pipe(writeVocabulary({ path })));
  await expect(write).rejects.toThrow("writeVocabulary: the first term must not begin with U+FEFF");
});

it("says what is no vocabulary", async () => {
  const path = join(await temporaryFolder(), "vocab.txt");
  await writeFile(path, "BZh91AY&SY\n");
  await expect(readVocabulary(path)).rejects.toThrow(
    `${path}: must be a vocabulary, got bzip2; bzip2 -dc makes text of it`,
  );
});

it("refuses lines that are no term and count, and terms twice", async () => {
  const path = join(await temporaryFolder(), "vocab.txt");
  const faults: [string | Uint8Array, string][] = [
    ["the 3\nthe 2\n", 'terms must differ, got "the" in line 1 and line 2'],
    ["the 3\ncat\n", 'line 2 must be a term and its count, got "cat"'],
    ["the -3\n", "line 1 must be a term and its count"],
    ["the 1.5\n", "line 1 must be a term and its count"],
    [gzipSync("the x\n"), "line 1 must be a term and its count"],
  ];
  for (const [content, message] of faults) {
    await writeFile(path, content);
    await expect(readVocabulary(path)).rejects.toThrow(`${path}: ${message}`);
  }
});
