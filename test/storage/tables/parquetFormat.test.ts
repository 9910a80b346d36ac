import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { expect, it } from "vitest";
import { vectorsSchema } from "#schemas";
import { parquetFormat, writeTable } from "#storage";
import { shortOrLong } from "../../support/shortOrLong.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

async function writeLists(path: string, rows: number, vectorSize: number, format = parquetFormat): Promise<void> {
  const values = Float32Array.from({ length: rows * vectorSize }, (_, i) => i);
  const terms = Array.from({ length: rows }, (_, i) => `词${i}`);
  await writeTable(path, vectorsSchema(vectorSize), format, (writer) => writer.write([terms, values], rows));
}

it("lays down lists of any length whole, where parquetjs-lite alone loses the last values of some", async () => {
  const path = join(await temporaryFolder(), "lists.parquet");
  for (let vectorSize = 1; vectorSize <= 12; vectorSize++) {
    for (const rows of [1, 2, 3, 5, 9]) {
      await writeLists(path, rows, vectorSize);
      const read = await parquetReadObjects({ file: await asyncBufferFromFile(path), compressors });
      const lists = read.map(({ vector }) => Array.from(vector as Float32Array));
      expect(lists.flat(), `${rows} x ${vectorSize}`).toEqual(Array.from({ length: rows * vectorSize }, (_, i) => i));
      expect(lists.every((list) => list.length === vectorSize)).toBe(true);
    }
  }
});

it("keeps every row where pages and row groups end", async () => {
  const path = join(await temporaryFolder(), "lists.parquet");
  const blockValues = shortOrLong(1 << 17, 1 << 22);
  expect(parquetFormat.blockValues).toBe(1 << 22);
  const group = Math.floor(blockValues / 300); // of pages of 218 rows; 436 or 13,981
  await writeLists(path, group + 519, 300, { ...parquetFormat, blockValues });
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  expect(metadata.row_groups.map((group) => Number(group.num_rows))).toEqual(
    shortOrLong([436, 436, 83], [13_981, 519]),
  );
  const read = await parquetReadObjects({ file, compressors, rowStart: group - 81, rowEnd: group + 119 });
  expect(read.map(({ term }) => term)).toEqual(Array.from({ length: 200 }, (_, i) => `词${group - 81 + i}`));
  expect(
    read.every(({ vector }, i) => vector[0] === (group - 81 + i) * 300 && vector[299] === (group - 81 + i) * 300 + 299),
  ).toBe(true);
});

it("prints no deprecation warning though the library calls new Buffer", async () => {
  const path = join(await temporaryFolder(), "v.parquet");
  const script = `
    import { parquetFormat, writeTable } from "#storage";
    import { vocabularySchema } from "#schemas";
    await writeTable(${JSON.stringify(path)}, vocabularySchema, parquetFormat, (writer) => writer.write([["a"], Float64Array.of(1)], 1));`;
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", `${script}; console.error("end")`], {
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
  });
  expect(output).toBe("");
  expect((await readFile(path)).subarray(0, 4).toString()).toBe("PAR1");
});
