import { documentsSchema } from "../schemas/documents.js";
import { type DocumentTermBatch, documentTermRowsSchema } from "../schemas/documentTerms.js";
import type { FinalDocumentTerms } from "../schemas/documentTermTable.js";
import { defineKind } from "../schemas/kinds.js";
import type { ReadableTable, Rows } from "../schemas/tables.js";
import type { Vocabulary } from "../schemas/vocabulary.js";
import { columnOfRows, documentRows } from "./documents.js";
import { batchOfRows, documentTerms, rowLists } from "./documentTerms.js";

const schema = { columns: { ...documentTermRowsSchema.columns, ...documentsSchema.columns } };
const columns = Object.keys(schema.columns);

/** The finished matrix of documents and terms, with what is known of the documents. Its vocabulary is a value of its own. */
export const documentTermTable = defineKind({
  name: "documentTermTable",
  arrives: "whole",
  amounts: {
    tokens: ({ tokens }: FinalDocumentTerms) => tokens,
    documents: ({ documents }: FinalDocumentTerms) => documents,
  },
  isEmpty: ({ length }) => length === 0,
  table: {
    schema: () => schema,
    facts: ({ documents, length, tokens, documentFrequencies, documentParts }) => ({
      ...{ documents, length, tokens, documentParts },
      documentFrequencies: [...documentFrequencies],
    }),
    needs: ({ vocabulary }) => ({ vocabulary: { kind: "vocabulary", value: vocabulary } }),
    blocks,
    read: async (table, facts, { vocabulary }) => {
      const parts = facts.documentParts as string[];
      return {
        vocabulary: vocabulary as Vocabulary,
        documents: facts.documents as number,
        length: facts.length as number,
        tokens: facts.tokens as number,
        documentFrequencies: Float64Array.from(facts.documentFrequencies as number[]),
        documentParts: parts,
        batches: () => rowBatches(table, vocabulary as Vocabulary, parts),
      };
    },
  },
  shown: async ([table]) => {
    const batches: DocumentTermBatch[] = [];
    for await (const batch of table!.batches()) batches.push(batch);
    return documentTerms.shown!(batches, undefined);
  },
  release: (table) => table.close?.(),
});

async function* blocks(table: FinalDocumentTerms): AsyncGenerator<Rows> {
  for await (const batch of table.batches()) {
    const rows = batch.lengths.length;
    const nothing = { ids: new Array<null>(rows).fill(null) };
    const known = documentRows(batch.documents ?? nothing, 0).columns.slice(1);
    yield { columns: [batch.rowDocuments, batch.lengths, ...rowLists(batch), ...known], rows };
  }
}

async function* rowBatches(
  table: ReadableTable,
  vocabulary: Vocabulary,
  parts: readonly string[],
): AsyncGenerator<DocumentTermBatch> {
  for await (const { columns: read } of table.blocks(columns)) {
    const [rowDocuments, lengths, terms, values, ids, labels, weights, fields] = read as [
      ArrayLike<number>,
      ArrayLike<number>,
      ArrayLike<number>[],
      ArrayLike<number>[],
      readonly string[],
      readonly string[][],
      ArrayLike<number>,
      readonly string[],
    ];
    const batch = batchOfRows(vocabulary, { rowDocuments, lengths, terms, values });
    const records = fields.map((json) => JSON.parse(json));
    const documents = columnOfRows(Array.from(ids), labels, Array.from(weights), records, parts);
    yield parts.length > 0 ? { ...batch, documents } : batch;
  }
}
