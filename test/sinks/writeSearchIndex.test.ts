import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { from } from "rxjs";
import { expect, it } from "vitest";
import { builtIn, inspectFile } from "#pipelines";
import type { Column, SearchIndex } from "#schemas";
import { writeSearchIndex } from "#sinks";
import { arrowFormat, readWhole, writeTable } from "#storage";
import { kinds } from "../../dist/kinds/kinds.js";
import { collect } from "../support/collect.js";
import { searchIndexOf } from "../support/searchIndexOf.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const known = { ids: ["x", null, "z"], labels: [["a"], [], ["b", "c"]], fields: { title: ["X", "", "猫"] } };
const index = searchIndexOf([["b", "猫", "b"], [], ["𠮷", "ﬀ", "b"]], { known, variant: "bm25l", delta: 0.25 });

async function written(value: SearchIndex, name: string): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await collect(from([value]).pipe(writeSearchIndex({ path })));
  return path;
}

it.each(["i.arrow", "i.parquet"])("writes what is read again: %s", async (name) => {
  const path = await written(index, name);
  expect(await readWhole(kinds.searchIndex, path)).toEqual(index);
  expect(await inspectFile(path, [...builtIn.kinds.values()])).toMatchObject({ holds: "searchIndex", rows: 5 });
});

it("writes more terms and documents than fit in a row or a block", async () => {
  const documents = Array.from({ length: 2500 }, (_, n) => (n % 7 === 0 ? [] : [`t${n}`, "all", `u${n % 90}`]));
  const large = searchIndexOf(documents);
  const path = await written(large, "i.arrow");
  expect(await readWhole(kinds.searchIndex, path)).toEqual(large);
  expect(readFileSync(await written(large, "j.arrow")).equals(readFileSync(path))).toBe(true);
});

it("refuses a file that is cut, and one that holds something else", async () => {
  const path = await written(index, "i.arrow");
  truncateSync(path, 600);
  await expect(readWhole(kinds.searchIndex, path)).rejects.toThrow(
    `${path}: must be a whole Arrow file, got one without its footer: it is cut short`,
  );
  writeFileSync(path, "no index");
  await expect(readWhole(kinds.searchIndex, path)).rejects.toThrow(`${path}: must be an Arrow or Parquet file`);
});

const term = (text: string, documents: readonly number[], counts: readonly number[]) =>
  ["term", text, documents, counts] as const;
const lengths = ["documents", "", [0], [2, 1]] as const;

it.each([
  [[term("b", [0], [1]), term("a", [1], [1]), lengths], 'an index must hold terms by code point, got "a"'],
  [[term("a", [1, 0], [1, 1]), lengths], 'an index must hold ascending documents below 2 for "a", got 0'],
  [[term("a", [0, 2], [1, 1]), lengths], 'an index must hold ascending documents below 2 for "a", got 2'],
  [[term("a", [0, 1], [1, 0]), lengths], 'an index must hold counts above 0 for "a", got 0'],
  [[term("a", [0, 1], [1]), lengths], 'an index must hold as many counts as documents for "a", got 1'],
  [[term("a", [0], [1]), lengths], "an index must hold all terms that it tells of, got 1"],
  [[term("a", [0], [1]), term("b", [0], [1])], "an index must hold all documents that it tells of, got 0"],
])("refuses rows that are no index: %#", async (rows, message) => {
  const path = join(await temporaryFolder(), "i.arrow");
  const facts = { terms: 2, postings: 2, documents: 2, scoring: index.scoring, metadata: [] };
  const metadata = new Map([
    ["kind", "searchIndex"],
    ["facts", JSON.stringify(facts)],
  ]);
  const columns = [0, 1, 2, 3].map((k) =>
    rows.map((row) => (typeof row[k] === "string" ? row[k] : Uint32Array.from(row[k] as number[]))),
  ) as Column[];
  await writeTable(path, { ...kinds.searchIndex.table!.schema(index), metadata }, arrowFormat, (writer) =>
    writer.write(columns, rows.length),
  );
  await expect(readWhole(kinds.searchIndex, path)).rejects.toThrow(`${path}: ${message}`);
});
