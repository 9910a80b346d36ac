import { readdirSync } from "node:fs";
import { join } from "node:path";
import { kinds } from "lexstream";
import { concat, from, throwError } from "rxjs";
import { expect, it } from "vitest";
import { accumulateDocumentTerms, documentTerms } from "#operators";
import type { DocumentTermBatch, FinalDocumentTerms } from "#schemas";
import { arrowFormat, openTable, writeTable } from "#storage";
import { allOf } from "../../support/allOf.js";
import { collect } from "../../support/collect.js";
import { labelledBatches, labelledVocabulary } from "../../support/labelledBatches.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const texts = Array.from({ length: 40 }, (_, k) => ({
  words: Array.from({ length: k % 7 }, (_, i) => (i % 3 === 0 ? "猫" : `w${(k * 5 + i) % 11}`)),
  labels: [k % 2 === 0 ? "even" : "odd"],
}));
const vocabulary = labelledVocabulary(texts);
const rows$ = (sizes: number[]) => from(labelledBatches(vocabulary, texts, { sizes })).pipe(documentTerms());

async function tableOf(options: { readonly memory: number; readonly scratch?: string }): Promise<FinalDocumentTerms> {
  const [table] = await collect(rows$([3, 10]).pipe(accumulateDocumentTerms(options)));
  return table!;
}

it("holds all rows, in memory or in the scratch folder, until it is closed", async () => {
  const scratch = await temporaryFolder();
  const [small, large] = await Promise.all([tableOf({ memory: 300, scratch }), tableOf({ memory: 10_000_000 })]);
  const rows = await allOf(large.batches());
  expect(rows).toEqual(await collect(rows$([3, 10])));
  for (let time = 0; time < 2; time++) expect(await allOf(small.batches())).toEqual(rows);
  expect(readdirSync(scratch)).toHaveLength(1);
  small.close!();
  expect(readdirSync(scratch)).toEqual([]);
});

it("knows its size, and in how many documents each term occurs", async () => {
  const { documents, length, tokens, documentFrequencies, documentParts } = await tableOf({ memory: 10_000_000 });
  const distinct = texts.map(({ words }) => new Set(words));
  expect({ documents, length, tokens }).toEqual({
    documents: 40,
    length: distinct.reduce((sum, { size }) => sum + size, 0),
    tokens: texts.reduce((sum, { words }) => sum + words.length, 0),
  });
  expect([...documentFrequencies]).toEqual(
    vocabulary.terms.map((term) => distinct.filter((words) => words.has(term)).length),
  );
  expect(documentParts).toEqual(["labels"]);
});

it("keeps nothing on the disk where the stream fails", async () => {
  const scratch = await temporaryFolder();
  const failing = concat(
    rows$([4]),
    throwError(() => new Error("broken")),
  );
  await expect(collect(failing.pipe(accumulateDocumentTerms({ memory: 1, scratch })))).rejects.toThrow("broken");
  expect(readdirSync(scratch)).toEqual([]);
});

it("needs documents", async () => {
  await expect(collect(from([]).pipe(accumulateDocumentTerms()))).rejects.toThrow(
    "accumulateDocumentTerms: the stream must have documents, got none",
  );
});

it("comes back from its form on the disk", async () => {
  const table = await tableOf({ memory: 10_000_000 });
  const form = kinds.documentTermTable.table!;
  const path = join(await temporaryFolder(), "t.arrow");
  await writeTable(path, form.schema(table), arrowFormat, async (writer) => {
    for await (const { columns, rows } of form.blocks(table)) await writer.write(columns, rows);
  });
  const read = await form.read({ path, ...(await openTable(path)) }, JSON.parse(JSON.stringify(form.facts!(table))), {
    vocabulary,
  });
  const { batches, ...facts } = read;
  const { batches: _, close: __, ...wanted } = table;
  expect(facts).toEqual(wanted);
  const rowsOf = async (all: AsyncIterable<DocumentTermBatch>) =>
    (await allOf(all)).flatMap(({ documents, offsets, terms, values, lengths, rowDocuments }) =>
      Array.from(lengths, (length, row) => ({
        ...{ length, document: rowDocuments[row], labels: documents!.labels![row] },
        terms: [...terms.subarray(offsets[row], offsets[row + 1])],
        values: [...values.subarray(offsets[row], offsets[row + 1])],
      })),
    );
  expect(await rowsOf(batches())).toEqual(await rowsOf(table.batches()));
});
