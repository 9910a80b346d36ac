import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { from, of } from "rxjs";
import { expect, it } from "vitest";
import { inspectFile } from "#pipelines";
import type { IdBatch } from "#schemas";
import { writeCooccurrence, writeIds, writeVectors, writeVocabulary } from "#sinks";
import { collect } from "../../support/collect.js";
import { finalCooccurrence } from "../../support/finalCooccurrence.js";
import { twoLanguages, vectorTable, vocabularyOf } from "../../support/tables.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { zstdOf } from "../../support/zstdOf.js";

it("tells every format that is written here, by its content", async () => {
  const folder = await temporaryFolder();
  const at = (name: string) => join(folder, name);
  const table = vectorTable(twoLanguages, 3);
  await collect(
    of(table).pipe(
      writeVectors({ path: at("1"), format: "arrow" }),
      writeVectors({ path: at("2"), format: "parquet" }),
      writeVectors({ path: at("3"), format: "word2vecText" }),
      writeVectors({ path: at("4"), format: "word2vecBinary" }),
      writeVectors({ path: at("5"), format: "gloveText" }),
      writeVectors({ path: at("6"), format: "projector" }),
    ),
  );
  const vocabulary = vocabularyOf(twoLanguages);
  await collect(
    of(vocabulary).pipe(
      writeVocabulary({ path: at("7"), format: "arrow" }),
      writeVocabulary({ path: at("8"), format: "gloveVocabulary" }),
    ),
  );
  const cooccurrence = finalCooccurrence(2, [
    [0, 1, 0.5],
    [1, 0, 0.5],
  ]);
  await collect(
    of(cooccurrence).pipe(
      writeCooccurrence({ path: at("9"), format: "parquet" }),
      writeCooccurrence({ path: at("10"), format: "gloveBinary" }),
    ),
  );
  await collect(from([] as IdBatch[]).pipe(writeIds({ path: at("11"), format: "arrow" })));
  const found = [];
  for (let k = 1; k <= 11; k++) {
    const { format, holds, rows, vectorSize } = await inspectFile(at(String(k)));
    found.push([format, holds, rows, vectorSize]);
  }
  expect(found).toEqual([
    ["arrow", "vectors", 6, 3],
    ["parquet", "vectors", 6, 3],
    ["word2vecText", "vectors", 6, 3],
    ["word2vecBinary", "vectors", 6, 3],
    ["gloveText", "vectors", 6, 3],
    ["projector", "vectors", 6, 3],
    ["arrow", "vocabulary", 6, undefined],
    ["gloveVocabulary", "vocabulary", 6, undefined],
    ["parquet", "cooccurrence", 2, undefined],
    ["gloveBinary", "cooccurrence", 2, undefined],
    ["arrow", "ids", 0, undefined],
  ]);
  expect(await inspectFile(at("4"))).not.toHaveProperty("firstRows"); // of numbers in binary
  expect(await inspectFile(at("9"))).toMatchObject({
    columns: [
      { name: "rowIndex", type: "INT32" },
      { name: "columnIndex", type: "INT32" },
      { name: "weight", type: "DOUBLE" },
    ],
    metadata: { windowSize: "10", weighting: "harmonic", symmetric: "true", unitsPerCount: "2520" },
    firstRows: [
      ["0", "1", "0.5"],
      ["1", "0", "0.5"],
    ],
  });
});

const texts: [format: string, content: string, name?: string][] = [
  ["text", "It was a bright cold day in April, and the clocks were striking.\n第二行\n"],
  ["text", "Chapter 1\nOne, two, three.\nFour.\n"],
  ["jsonl", '{"text": "the cat"}\n{"text": "猫"}\n'],
  ["json", '{\n  "a": 1\n}\n'],
  ["manifest", '{\n  "a": 1\n}\n', "manifest.json"],
  ["csv", 'id,text\n1,"the, cat"\n2,猫\n'],
  ["tsv", "id\ttext\n1\tthe cat\n2\t猫\n"],
  ["gloveVocabulary", "the 5\n猫 3\n"],
  ["empty", ""],
  ["unknown", "\0\x01binary"],
];

it.each(texts)("tells %s", async (format, content, name = "file") => {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, content);
  expect((await inspectFile(path)).format).toBe(format);
  if (content === "") return;
  await writeFile(path, gzipSync(content));
  expect(await inspectFile(path)).toMatchObject({ format, compression: "gzip" });
});

it("counts the lines of a text, with and without a last line end", async () => {
  const path = join(await temporaryFolder(), "file");
  await writeFile(path, "one\n\nthree");
  expect((await inspectFile(path)).rows).toBe(3);
});

it("looks into Zstandard as into gzip, and names what is neither text nor a table", async () => {
  const path = join(await temporaryFolder(), "file");
  await writeFile(path, zstdOf("hello\n猫\n"));
  expect(await inspectFile(path)).toMatchObject({
    format: "text",
    compression: "zstd",
    rows: 2,
    firstRows: [["hello"], ["猫"]],
  });
  await writeFile(path, zstdOf("\ufeff1 2\n猫 0.5 1\n"));
  expect(await inspectFile(path)).toMatchObject({ format: "word2vecText", rows: 1, vectorSize: 2 });
  await writeFile(path, gzipSync("BZh91AY&SY\x1d"));
  expect(await inspectFile(path)).toMatchObject({ format: "bzip2", compression: "gzip" });
});
