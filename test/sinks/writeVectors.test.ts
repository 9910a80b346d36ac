import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { NEVER, of, throwError } from "rxjs";
import { expect, it } from "vitest";
import { Ledger } from "#runtime";
import { type WriteVectorsOptions, writeVectors } from "#sinks";
import { readVectors } from "#storage";
import { collect } from "../support/collect.js";
import { plainTables, twoLanguages, vectorTable } from "../support/tables.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const names = ["v.arrow", "v.parquet", "v.vec", "v.bin", "v.glove", "v.tsv"];
const formats = ["arrow", "parquet", "word2vecText", "word2vecBinary", "gloveText", "projector"] as const;
const small = vectorTable(["the", "猫"], 2, [1, -0.5, 1 / 3, 2]);

it("writes word2vec text: V and D, then a term and its numbers a line", async () => {
  const path = join(await temporaryFolder(), "v.vec");
  await collect(of(small).pipe(writeVectors({ path })));
  expect(await readFile(path, "utf8")).toBe("2 2\nthe 1 -0.5\n猫 0.33333334 2\n");
});

it("writes word2vec binary byte by byte as word2vec.c does", async () => {
  const path = join(await temporaryFolder(), "v.bin");
  await collect(of(small).pipe(writeVectors({ path })));
  const expected = [
    "3220320a", // "2 2\n"
    "74686520", // "the "
    "0000803f 000000bf 0a", // 1 = 0x3f800000, -0.5 = 0xbf000000, little-endian, "\n"
    "e78cab20", // "猫 "
    "abaaaa3e 00000040 0a", // 1/3 = 0x3eaaaaab, 2 = 0x40000000
  ];
  expect((await readFile(path)).toString("hex")).toBe(expected.join("").replaceAll(" ", ""));
});

it("writes binary records that are longer than a block, and more than one holds", async () => {
  const path = join(await temporaryFolder(), "v.bin");
  const terms = [
    "a",
    "猫".repeat(11_000),
    ...Array.from({ length: 300 }, (_, i) => `term${i}`),
    "長".repeat(12_000),
    "z",
  ];
  const table = vectorTable(terms, 100);
  await collect(of(table).pipe(writeVectors({ path })));
  const read = await readVectors(path);
  expect(read.terms).toEqual(terms);
  expect(read.values).toEqual(table.values);
});

it("writes GloVe text without a header and the projector's pair of files", async () => {
  const folder = await temporaryFolder();
  await collect(
    of(small).pipe(
      writeVectors({ path: join(folder, "v.glove") }),
      writeVectors({ path: join(folder, "vectors.tsv") }),
    ),
  );
  expect(await readFile(join(folder, "v.glove"), "utf8")).toBe("the 1 -0.5\n猫 0.33333334 2\n");
  expect(await readFile(join(folder, "vectors.tsv"), "utf8")).toBe("1\t-0.5\n0.33333334\t2\n");
  expect(await readFile(join(folder, "metadata.tsv"), "utf8")).toBe("the\n猫\n");
});

it.each(names)("gives equal bytes for equal tables, and reads them back: %s", async (name) => {
  const folder = await temporaryFolder();
  const table = vectorTable(twoLanguages, 7);
  const [path, again] = [join(folder, name), join(folder, `again-${name}`)];
  await collect(of(table).pipe(writeVectors({ path }), writeVectors({ path: again })));
  expect(await readFile(again)).toEqual(await readFile(path));
  const read = await readVectors(path);
  expect(read.terms).toEqual(table.terms);
  expect(read.values).toEqual(table.values);
  const keepsMetadata = name.endsWith("arrow") || name.endsWith("parquet");
  expect(read.metadata).toEqual(keepsMetadata ? table.metadata : new Map());
});

it.each(formats)("round-trips any table bit by bit: %s", async (format) => {
  const path = join(await temporaryFolder(), "v");
  await fc.assert(
    fc.asyncProperty(plainTables, async (table) => {
      await collect(of(table).pipe(writeVectors({ path, format })));
      const read = await readVectors(path, { format });
      expect(read.terms).toEqual(table.terms);
      expect(new Uint32Array(read.values.slice().buffer)).toEqual(new Uint32Array(table.values.buffer));
    }),
    { seed: 5, numRuns: 15 },
  );
});

it("keeps terms with spaces and line ends in Arrow and Parquet", async () => {
  const folder = await temporaryFolder();
  const table = vectorTable(["New York", "a\nb", "", "\t"], 3);
  for (const name of ["v.arrow", "v.parquet"]) {
    await collect(of(table).pipe(writeVectors({ path: join(folder, name) })));
    expect((await readVectors(join(folder, name))).terms).toEqual(table.terms);
  }
});

it.each(["word2vecText", "word2vecBinary", "gloveText", "projector"] as const)(
  "refuses a term that would break a line: %s",
  async (format) => {
    const folder = await temporaryFolder();
    for (const term of ["New York", "a\nb", "a\tb", "a\rb", ""]) {
      const write = collect(of(vectorTable(["x", term], 1)).pipe(writeVectors({ path: join(folder, "v"), format })));
      await expect(write).rejects.toThrow(
        `writeVectors: a term must not be empty or hold a space, tab or line end in format ${format}, got ${JSON.stringify(term)} in row 1`,
      );
    }
    expect(await readdir(folder)).toEqual([]);
  },
);

it.each(formats)(
  "refuses a term twice, broken text, numbers that are not finite, a table of another size: %s",
  async (format) => {
    const folder = await temporaryFolder();
    const write = (table: ReturnType<typeof vectorTable>) =>
      collect(of(table).pipe(writeVectors({ path: join(folder, "v"), format })));
    await expect(write(vectorTable(["猫", "b", "猫"], 1))).rejects.toThrow(
      'writeVectors: terms must differ, got "猫" in rows 0 and 2',
    );
    await expect(write(vectorTable(["\ud800"], 1))).rejects.toThrow("a term must be well-formed text");
    const many = Array.from({ length: 600 }, (_, i) => `t${i}`);
    await expect(write(vectorTable([...many, "\udc00"], 1))).rejects.toThrow('got "\\udc00" in row 600');
    await expect(write(vectorTable(["a", "b"], 2, [1, 2, Number.NaN, 4]))).rejects.toThrow(
      'numbers must be finite, got NaN for term "b"',
    );
    await expect(write(vectorTable(["a", "b"], 2, [1, 2, 3]))).rejects.toThrow("values must be 2 x 2 numbers, got 3");
    expect(await readdir(folder)).toEqual([]);
  },
);

it("passes the table on when it is on the disk, and counts its rows", async () => {
  const path = join(await temporaryFolder(), "made", "on", "the", "way", "v.vec");
  const ledger = new Ledger();
  const seen: boolean[] = [];
  const events = await collect(of(small).pipe(writeVectors({ path })), {
    ledger,
    onEvent: () => seen.push(existsSync(path)),
  });
  expect(events).toEqual([small]);
  expect(seen).toEqual([true]);
  expect(ledger.child(path).get("rows")).toBe(2);
});

it("leaves the file that was there as it was until the new one is whole", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "v.vec");
  await writeFile(path, "old");
  await writeFile(`${path}.lexstream.partial`, "left by a killed run");
  await expect(collect(of(vectorTable(["a b"], 1)).pipe(writeVectors({ path })))).rejects.toThrow(RangeError);
  expect(await readFile(path, "utf8")).toBe("old");
  await collect(of(small).pipe(writeVectors({ path })));
  expect((await readFile(path, "utf8")).startsWith("2 2\n")).toBe(true);
  expect(await readdir(folder)).toEqual(["v.vec"]);
});

it("refuses a second table, and passes on the source's error", async () => {
  const path = join(await temporaryFolder(), "v.vec");
  await expect(collect(of(small, small).pipe(writeVectors({ path })))).rejects.toThrow(
    "must be written once, got a second value",
  );
  await expect(collect(throwError(() => new Error("torn")).pipe(writeVectors({ path })))).rejects.toThrow("torn");
});

it("stops when the run is aborted, and leaves nothing behind", async () => {
  const folder = await temporaryFolder();
  const abort = new AbortController();
  const large = vectorTable(
    Array.from({ length: 20_000 }, (_, i) => `t${i}`),
    20,
  );
  const running = collect(of(large).pipe(writeVectors({ path: join(folder, "v.vec") })), { signal: abort.signal });
  setImmediate(() => abort.abort(new Error("enough")));
  await expect(running).rejects.toThrow("enough");
  await expect.poll(() => readdir(folder)).toEqual([]);
  const waiting = collect(NEVER.pipe(writeVectors({ path: join(folder, "v.vec") })), {
    signal: AbortSignal.timeout(5),
  });
  await expect(waiting).rejects.toThrow();
});

it("refuses options at the call", () => {
  const call = (options: unknown) => () => writeVectors(options as WriteVectorsOptions);
  expect(call({})).toThrow("writeVectors: path is required and must be a path that is not empty");
  expect(call({ path: "vectors" })).toThrow(
    'writeVectors: path must end in one of .arrow .feather .parquet .vec .txt .bin .glove .tsv .fasttext unless format is given, got "vectors"',
  );
  expect(call({ path: "v.vec", format: "onnx" })).toThrow("format must be one of auto, arrow");
});

it("says which file cannot be written", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "file"), "");
  const path = join(folder, "file", "v.vec");
  await expect(collect(of(small).pipe(writeVectors({ path })))).rejects.toThrow(`${path}: must be writable, got`);
});

it("notes the points that the projector does not draw", async () => {
  const path = join(await temporaryFolder(), "v.tsv");
  const ledger = new Ledger();
  const table = vectorTable(
    Array.from({ length: 100_002 }, (_, i) => `t${i}`),
    1,
  );
  await collect(of(table).pipe(writeVectors({ path })), { ledger });
  expect(ledger.child(path).get("warnings")).toBe(2);
});
