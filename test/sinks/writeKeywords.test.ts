import { readFileSync } from "node:fs";
import { join } from "node:path";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { builtIn, inspectFile } from "#pipelines";
import { Ledger } from "#runtime";
import type { KeywordBatch } from "#schemas";
import { writeKeywords } from "#sinks";
import { cellsIn } from "../support/cellsIn.js";
import { collect } from "../support/collect.js";
import { logged } from "../support/logged.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const keywords: KeywordBatch[] = [
  {
    document: Int32Array.of(0, 0, 2),
    id: ["a", "a", ""],
    rank: Int32Array.of(1, 2, 1),
    phrase: ["neural networks", 'the "tea"', "神经网络"],
    score: Float64Array.of(2.5, 1, 0.1),
  },
  { document: Int32Array.of(3), id: ["d"], rank: Int32Array.of(1), phrase: ["rain"], score: Float64Array.of(1) },
];

const expectedRows = [
  [0, "a", 1, "neural networks", 2.5],
  [0, "a", 2, 'the "tea"', 1],
  [2, "", 1, "神经网络", 0.1],
  [3, "d", 1, "rain", 1],
];

describe("writeKeywords", () => {
  it.each(["k.arrow", "k.parquet"])("writes a row a phrase, and says what the table holds: %s", async (name) => {
    const path = join(await temporaryFolder(), name);
    expect(await collect(from(keywords).pipe(writeKeywords({ path })))).toEqual(keywords);
    expect(await cellsIn(path)).toEqual(expectedRows);
    expect(await inspectFile(path)).toMatchObject({ holds: "keywords", rows: 4 });
  });

  it("writes lines of JSON, and of cells between tabs below a header", async () => {
    const folder = await temporaryFolder();
    const written = async (name: string) => {
      const path = join(folder, name);
      const ledger = new Ledger();
      await collect(from(keywords).pipe(writeKeywords({ path })), { ledger });
      expect(ledger.child(path).get("rows")).toBe(4);
      return readFileSync(path, "utf8");
    };
    const names = ["document", "id", "rank", "phrase", "score"];
    const lines = (await written("k.jsonl")).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      expectedRows.map((row) => Object.fromEntries(names.map((name, k) => [name, row[k]]))),
    );
    const table = [names, ...expectedRows].map((row) => `${row.join("\t")}\n`).join("");
    expect(await written("k.tsv")).toBe(table);
  });

  it("writes a table without rows where nothing comes", async () => {
    const folder = await temporaryFolder();
    const [tsv, arrow] = [join(folder, "k.tsv"), join(folder, "k.arrow")];
    for (const path of [tsv, arrow]) await collect(from<KeywordBatch[]>([]).pipe(writeKeywords({ path })));
    expect(readFileSync(tsv, "utf8")).toBe("document\tid\trank\tphrase\tscore\n");
    expect(await cellsIn(arrow)).toEqual([]);
  });

  it("refuses what a line of cells cannot hold, and leaves no file", async () => {
    const path = join(await temporaryFolder(), "k.tsv");
    const batch = { ...keywords[1]!, id: ["a\tb"] };
    await expect(collect(from([batch]).pipe(writeKeywords({ path })))).rejects.toThrow(
      `writeKeywords: ${path} must hold ids and texts without tabs and ends of lines, got "a\\tb"; .jsonl holds any`,
    );
    expect(() => readFileSync(path)).toThrow("ENOENT");
  });

  it("tells formats by names", () => {
    expect(() => writeKeywords({ path: "k.csv" })).toThrow(
      'writeKeywords: path must end in one of .arrow .feather .parquet .jsonl .tsv unless format is given, got "k.csv"',
    );
  });

  it("describes its kind: from a log, and in tests of configs", () => {
    const kind = builtIn.kinds.get("keywords")!;
    expect(logged(kind, keywords[0]!, 0)).toEqual(keywords[0]);
    expect(kind.shown!(keywords as never, undefined)).toEqual([
      ["neural networks", 'the "tea"'],
      [],
      ["神经网络"],
      ["rain"],
    ]);
  });
});
