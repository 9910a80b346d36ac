import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { from } from "rxjs";
import { expect, it } from "vitest";
import { compile, inspectFile, parseConfig, runPipeline } from "#pipelines";
import { documentsSchema, type IdBatch } from "#schemas";
import { writeDocuments } from "#sinks";
import { arrowFormat, openTable, readDocumentColumn, writeTable } from "#storage";
import { allOf } from "../support/allOf.js";
import { collect } from "../support/collect.js";
import { vocabularyOf } from "../support/tables.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const vocabulary = vocabularyOf(["the", "猫"]);
const NOTHING = new Uint32Array(0);

function idBatch(starts: number[], documents?: IdBatch["documents"]): IdBatch {
  const documentOffsets = Uint32Array.from(starts);
  return {
    vocabulary,
    ids: NOTHING,
    sentenceOffsets: documentOffsets,
    documentOffsets,
    ...(documents ? { documents } : {}),
    epoch: 0,
  };
}

const known = [
  {
    ids: ["a", null],
    labels: [["news", "体育"], []],
    weights: [0.5, 1],
    fields: { 年: [2020, null], "a.b": ["猫", true] },
  },
  { ids: [], labels: [], weights: [], fields: { 年: [], "a.b": [] } },
  { ids: ["c"], labels: [["x"]], weights: [0], fields: { 年: [""], "a.b": [1.5] } },
];

it.each(["d.arrow", "d.parquet"])("writes a row a document, which come back whatever the batches: %s", async (name) => {
  const path = join(await temporaryFolder(), name);
  const batches = known.map((column) =>
    idBatch(
      column.ids.map(() => 0),
      column,
    ),
  );
  expect(await collect(from(batches).pipe(writeDocuments({ path })))).toEqual(batches);
  expect(await readDocumentColumn(path)).toEqual({
    ids: ["a", null, "c"],
    labels: [["news", "体育"], [], ["x"]],
    weights: [0.5, 1, 0],
    fields: { 年: [2020, null, ""], "a.b": ["猫", true, 1.5] },
  });
  expect(await inspectFile(path)).toMatchObject({ holds: "documents", rows: 3 });
  const [block] = await allOf((await openTable(path)).blocks(["document", "fields"]));
  expect(Array.from(block!.columns[0] as ArrayLike<number>)).toEqual([0, 1, 2]);
  expect(block!.columns[1]![0]).toBe('{"年":2020,"a.b":"猫"}');
});

it("keeps apart what was asked for and what was not", async () => {
  const path = join(await temporaryFolder(), "d.parquet");
  await collect(from([idBatch([0, 0], { labels: [[], ["x"]] })]).pipe(writeDocuments({ path })));
  expect(await readDocumentColumn(path)).toEqual({ labels: [[], ["x"]] });
});

it.each([
  [1, "{}", "documents must be numbered from 0, got 1 in row 0"],
  [0, "{", 'fields must be a JSON object, got "{" in row 0'],
])("refuses a table in which a row is at fault: %j %j", async (number, fields, message) => {
  const path = join(await temporaryFolder(), "d.arrow");
  const columns = [Int32Array.of(number), ["a"], [["x"]], Float64Array.of(1), [fields]];
  await writeTable(path, documentsSchema, arrowFormat, (writer) => writer.write(columns, 1));
  await expect(readDocumentColumn(path)).rejects.toThrow(`${path}: ${message}`);
});

it("says so where the source was asked for nothing", async () => {
  const path = join(await temporaryFolder(), "d.parquet");
  await expect(collect(from([idBatch([0])]).pipe(writeDocuments({ path })))).rejects.toThrow(
    `writeDocuments: ${path} must be told of documents by the source's options id, labels, weight or fields, got none of them`,
  );
});

it("joins the ids of a run to its input, with the documents that were rejected left out", async () => {
  const folder = await temporaryFolder();
  const config = `
source: { files: { paths: "*.tsv", field: title, id: key, labels: topic, maxRejected: 1 } }
steps: [tokenize: { mode: chinese }, buildVocab: { minCount: 1 }, encode]
branches: { ids: [writeIds: { path: ids.parquet }], documents: [writeDocuments: { path: documents.parquet }] }
`;
  await writeFile(
    join(folder, "a.tsv"),
    "key\ttopic\ttitle\n1\tsport\tthe cat\n\tsport\tthe dog\n3\t体育\t猫坐着\n4\t\t\n",
  );
  const pipeline = compile(parseConfig(config, join(folder, "c.yaml")));
  const out = join(folder, "out");
  await runPipeline(pipeline, { out });
  expect(await readDocumentColumn(join(out, "documents.parquet"))).toEqual({
    ids: ["1", "3", "4"],
    labels: [["sport"], ["体育"], []],
  });
  const [block] = await allOf((await openTable(join(out, "ids.parquet"))).blocks(["document"]));
  expect(new Set(Array.from(block!.columns[0] as ArrayLike<number>))).toEqual(new Set([0, 1]));
});
