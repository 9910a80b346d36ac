import { readFileSync } from "node:fs";
import { join } from "node:path";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { Ledger, run } from "#runtime";
import type { DocumentColumn, DocumentVectorBatch } from "#schemas";
import { writeTopicMeans } from "#sinks";
import { cellsIn } from "../support/cellsIn.js";
import { collect } from "../support/collect.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const shares = [
  [0.5, 0.5],
  [1, 0],
  [0.25, 0.75],
  [0, 1],
];
const years = [2001, "1999", 2002, null];

/** Documents [first, end) in a batch. */
function batchOf(first: number, end: number, documents?: DocumentColumn): DocumentVectorBatch {
  return {
    ...{ vectorSize: 2, epoch: 0, values: Float32Array.from(shares.slice(first, end).flat()) },
    rowDocuments: Uint32Array.from({ length: end - first }, (_, row) => first + row),
    documents: documents ?? { fields: { year: years.slice(first, end) } },
  };
}

const write = async (name: string, batches: DocumentVectorBatch[], options = {}) => {
  const path = join(await temporaryFolder(), name);
  const ledger = new Ledger();
  await run(from(batches).pipe(writeTopicMeans({ path, ...options })), { ledger });
  return { path, without: ledger.get("withoutGroup") };
};

describe("writeTopicMeans", () => {
  it("tells the mean share of each topic by the values of a field, in order", async () => {
    const { path, without } = await write("s.tsv", [batchOf(0, 4)], { field: "year" });
    expect(readFileSync(path, "utf8").split("\n")).toEqual([
      "group\ttopic\tshare\tdocuments",
      ...[
        "1999\t0\t1\t1",
        "1999\t1\t0\t1",
        "2001\t0\t0.5\t1",
        "2001\t1\t0.5\t1",
        "2002\t0\t0.25\t1",
        "2002\t1\t0.75\t1",
      ],
      "",
    ]);
    expect(without).toBe(1);
  });

  it.each(["s.arrow", "s.parquet"])("puts numbers in bins, whatever the batches: %s", async (name) => {
    // 2001 and 2002: (0.5 + 0.25) / 2 and (0.5 + 0.75) / 2
    const expected = [
      ["1990", 0, 1, 1],
      ["1990", 1, 0, 1],
      ["2000", 0, 0.375, 2],
      ["2000", 1, 0.625, 2],
    ];
    for (const batches of [
      [batchOf(0, 4)],
      [batchOf(0, 1), batchOf(1, 4)],
      [0, 1, 2, 3].map((d) => batchOf(d, d + 1)),
    ]) {
      const { path } = await write(name, batches, { field: "year", binSize: 10 });
      expect(await cellsIn(path)).toEqual(expected);
    }
  });

  it("counts a document in each of its labels", async () => {
    const labels = [["海", "b"], ["b"], [], ["海"]];
    const { path, without } = await write("s.jsonl", [batchOf(0, 4, { labels })]);
    const rows = readFileSync(path, "utf8").trimEnd().split("\n");
    expect(rows.map((row) => Object.values(JSON.parse(row)))).toEqual([
      ["b", 0, 0.75, 2],
      ["b", 1, 0.25, 2],
      ["海", 0, 0.25, 2],
      ["海", 1, 0.75, 2],
    ]);
    expect(without).toBe(1);
  });

  it("passes batches on, and writes a table without rows where there are none", async () => {
    const path = join(await temporaryFolder(), "s.tsv");
    const batches = [batchOf(0, 2), batchOf(2, 4)];
    expect(await collect(from(batches).pipe(writeTopicMeans({ path, field: "year" })))).toEqual(batches);
    const empty = await write("s.tsv", [], { field: "year" });
    expect(readFileSync(empty.path, "utf8")).toBe("group\ttopic\tshare\tdocuments\n");
  });

  it.each([
    [{ fields: { year: ["a\tb"] } }, /s\.tsv must hold groups without tabs and ends of lines, got "a\\tb"; \.jsonl/],
    [{ ids: ["x"] }, /^writeTopicMeans: documents must have the field year, got none/],
  ] as const)("refuses in one line %j", async (documents, message) => {
    await expect(write("s.tsv", [batchOf(0, 1, documents)], { field: "year" })).rejects.toThrow(message);
  });
});
