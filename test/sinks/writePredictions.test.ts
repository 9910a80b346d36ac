import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { from, map } from "rxjs";
import { expect, it } from "vitest";
import { builtIn, inspectFile } from "#pipelines";
import type { PredictionBatch } from "#schemas";
import { writePredictions } from "#sinks";
import { files } from "#sources";
import { openTable } from "#storage";
import { collect } from "../support/collect.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const first: PredictionBatch = {
  rowDocuments: Uint32Array.of(0, 1),
  lengths: Uint32Array.of(3, 0),
  offsets: Uint32Array.of(0, 2, 2),
  labels: ["水果", "ships"],
  probabilities: Float64Array.of(0.75, 0.25),
  documents: { ids: ['say "hi"', null], labels: [["水果"], []] },
};
const second: PredictionBatch = {
  rowDocuments: Uint32Array.of(2),
  lengths: Uint32Array.of(1),
  offsets: Uint32Array.of(0, 1),
  labels: ["ships"],
  probabilities: Float64Array.of(0.5),
  documents: { ids: ["c"], labels: [["ships", "水果"]] },
};
const batches = [first, second];

const place = async (name: string) => join(await temporaryFolder(), name);
const write = (path: string, all: readonly PredictionBatch[] = batches) =>
  collect(from(all).pipe(writePredictions({ path })));

it.each(["p.arrow", "p.feather", "p.parquet"])("writes a row a document: %s", async (name) => {
  const path = await place(name);
  expect(await write(path)).toEqual(batches);
  expect(await inspectFile(path, [...builtIn.kinds.values()])).toMatchObject({ holds: "predictions", rows: 3 });
  const rows: unknown[] = [];
  const names = ["document", "id", "labels", "probabilities", "given", "length"];
  for await (const { columns, rows: count } of (await openTable(path)).blocks(names))
    for (let row = 0; row < count; row++)
      rows.push(columns.map(({ [row]: cell }) => (typeof cell === "object" ? Array.from<unknown>(cell) : cell)));
  expect(rows).toEqual([
    [0, 'say "hi"', ["水果", "ships"], [0.75, 0.25], ["水果"], 3],
    [1, "", [], [], [], 0],
    [2, "c", ["ships"], [0.5], ["ships", "水果"], 1],
  ]);
});

it("writes JSON lines, without what the source was not asked for", async () => {
  const path = await place("p.jsonl");
  await write(path);
  expect(readFileSync(path, "utf8")).toBe(
    `{"document":0,"id":"say \\"hi\\"","labels":["水果","ships"],"probabilities":[0.75,0.25],"given":["水果"],"length":3}
{"document":1,"id":null,"labels":[],"probabilities":[],"given":[],"length":0}
{"document":2,"id":"c","labels":["ships"],"probabilities":[0.5],"given":["ships","水果"],"length":1}
`,
  );
  const { documents: _, ...unknown } = second;
  await write(path, [unknown]);
  expect(readFileSync(path, "utf8")).toBe('{"document":2,"labels":["ships"],"probabilities":[0.5],"length":1}\n');
});

it("writes lines with tabs, whose labels a source reads", async () => {
  const path = await place("p.tsv");
  await write(path);
  expect(readFileSync(path, "utf8")).toBe(
    `document\tid\tlabels\tprobabilities\tgiven\tlength
0\tsay "hi"\t水果,ships\t0.75,0.25\t水果\t3
1\t\t\t\t\t0
2\tc\tships\t0.5\tships,水果\t1
`,
  );
  const read = await collect(files({ paths: path, field: "id", labels: "labels", labelSeparator: "," }));
  expect(read.map(({ bytes }) => Buffer.from(bytes).toString()).join("")).toContain('say "hi"');
  expect(read.flatMap(({ documents }) => documents!.labels!)).toEqual([["水果", "ships"], [], ["ships"]]);
  await expect(write(path, [{ ...second, labels: ["a,b"] }])).rejects.toThrow(
    `writePredictions: ${path} must hold labels without ",", got "a,b"; labelSeparator names another`,
  );
  await expect(write(path, [{ ...second, documents: { ids: ["a\tb"] } }])).rejects.toThrow(
    `writePredictions: ${path} must hold ids and labels without tabs and ends of lines, got "a\\tb"; .jsonl holds any`,
  );
});

it("makes a file of a stream without documents, and none of one that fails", async () => {
  const path = await place("p.tsv");
  await write(path, []);
  expect(readFileSync(path, "utf8")).toBe("document\tid\tlabels\tprobabilities\tgiven\tlength\n");
  const other = await place("p.jsonl");
  const failing = from(batches).pipe(
    writePredictions({ path: other }),
    map(() => {
      throw new Error("no");
    }),
  );
  await expect(collect(failing)).rejects.toThrow("no");
  expect([existsSync(other), existsSync(`${other}.lexstream.partial`)]).toEqual([false, false]);
  expect(() => writePredictions({ path: "p.txt" })).toThrow(
    "writePredictions: path must end in one of .arrow .feather .parquet .jsonl .tsv",
  );
});

it("come back from a log", () => {
  const { log, shown, amounts } = builtIn.kinds.get("predictions")!;
  for (const batch of batches) expect(log!.read(log!.write(batch as never), undefined as never, 0)).toEqual(batch);
  expect(shown!(batches as never, undefined)).toEqual([["水果", "ships"], [], ["ships"]]);
  expect(amounts!.tokens!(first as never)).toBe(3); // 3 + 0
});
