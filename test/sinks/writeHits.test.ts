import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { from, map } from "rxjs";
import { expect, it } from "vitest";
import { builtIn, inspectFile } from "#pipelines";
import type { HitBatch } from "#schemas";
import { writeHits } from "#sinks";
import { openTable } from "#storage";
import { collect } from "../support/collect.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const first: HitBatch = {
  rowDocuments: Uint32Array.of(0, 1),
  lengths: Uint32Array.of(3, 0),
  offsets: Uint32Array.of(0, 2, 2),
  found: Uint32Array.of(7, 2),
  scores: Float64Array.of(1.5, 0.25),
  foundIds: ["猫", null],
  documents: { ids: ["q1", null] },
};
const second: HitBatch = {
  rowDocuments: Uint32Array.of(2),
  lengths: Uint32Array.of(1),
  offsets: Uint32Array.of(0, 1),
  found: Uint32Array.of(0),
  scores: Float64Array.of(2),
  foundIds: ["d 0"],
  documents: { ids: ["q3"] },
};
const batches = [first, second];

const place = async (name: string) => join(await temporaryFolder(), name);
const write = (path: string, all: readonly HitBatch[] = batches, options = {}) =>
  collect(from(all).pipe(writeHits({ path, ...options })));

it.each(["h.arrow", "h.feather", "h.parquet"])("writes a row a hit: %s", async (name) => {
  const path = await place(name);
  expect(await write(path)).toEqual(batches);
  expect(await inspectFile(path, [...builtIn.kinds.values()])).toMatchObject({ holds: "hits", rows: 3 });
  const rows: unknown[] = [];
  const names = ["query", "queryId", "rank", "document", "id", "score"];
  for await (const { columns, rows: count } of (await openTable(path)).blocks(names))
    for (let row = 0; row < count; row++) rows.push(columns.map((column) => column[row]));
  expect(rows).toEqual([
    [0, "q1", 1, 7, "猫", 1.5],
    [0, "q1", 2, 2, "", 0.25],
    [2, "q3", 1, 0, "d 0", 2],
  ]);
});

it("writes JSON lines, one a query, also where nothing was found", async () => {
  const path = await place("h.jsonl");
  await write(path);
  expect(readFileSync(path, "utf8")).toBe(
    `{"query":0,"id":"q1","hits":[{"document":7,"id":"猫","score":1.5},{"document":2,"id":null,"score":0.25}]}
{"query":1,"id":null,"hits":[]}
{"query":2,"id":"q3","hits":[{"document":0,"id":"d 0","score":2}]}
`,
  );
  const { documents: _, foundIds: __, ...unknown } = second;
  await write(path, [unknown]);
  expect(readFileSync(path, "utf8")).toBe('{"query":2,"hits":[{"document":0,"score":2}]}\n');
});

it("writes lines with tabs", async () => {
  const path = await place("h.tsv");
  await write(path);
  expect(readFileSync(path, "utf8")).toBe(
    "query\tqueryId\trank\tdocument\tid\tscore\n0\tq1\t1\t7\t猫\t1.5\n0\tq1\t2\t2\t\t0.25\n2\tq3\t1\t0\td 0\t2\n",
  );
  await expect(write(path, [{ ...second, foundIds: ["a\tb"] }])).rejects.toThrow(
    `writeHits: ${path} must hold ids without tabs and ends of lines, got "a\\tb"; .jsonl holds any`,
  );
});

it.each(["h.run", "h.trec"])("writes a run of TREC, with numbers where there are no ids: %s", async (name) => {
  const path = await place(name);
  await write(path, [first], { tag: "mine" });
  expect(readFileSync(path, "utf8")).toBe("q1 Q0 猫 1 1.5 mine\nq1 Q0 2 2 0.25 mine\n");
  const { documents: _, foundIds: __, ...unknown } = second;
  await write(path, [unknown]);
  expect(readFileSync(path, "utf8")).toBe("2 Q0 0 1 2 lexstream\n");
  await expect(write(path, [second])).rejects.toThrow(
    `writeHits: ${path} must hold ids and a tag without blanks, got "d 0"; .jsonl holds any`,
  );
});

it("makes a file of a stream without queries, and none of one that fails", async () => {
  const path = await place("h.tsv");
  await write(path, []);
  expect(readFileSync(path, "utf8")).toBe("query\tqueryId\trank\tdocument\tid\tscore\n");
  const other = await place("h.run");
  const failing = from([first]).pipe(
    writeHits({ path: other }),
    map(() => {
      throw new Error("no");
    }),
  );
  await expect(collect(failing)).rejects.toThrow("no");
  expect([existsSync(other), existsSync(`${other}.lexstream.partial`)]).toEqual([false, false]);
  expect(() => writeHits({ path: "h.txt" })).toThrow(
    "writeHits: path must end in one of .arrow .feather .parquet .jsonl .tsv .run .trec",
  );
});

it("come back from a log", () => {
  const { log, shown, amounts } = builtIn.kinds.get("hits")!;
  const { documents: _, foundIds: __, ...unknown } = second;
  for (const batch of [...batches, unknown])
    expect(log!.read(log!.write(batch as never), undefined as never, 0)).toEqual(batch);
  expect(shown!([first, unknown] as never, undefined)).toEqual([["猫", 2], [], [0]]);
  expect(amounts!.tokens!(first as never)).toBe(3); // 3 + 0
});
