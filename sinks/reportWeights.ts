import type { OperatorFunction } from "rxjs";
import { TermWeigher, type WeighedCorpus } from "../kernels/documents/termWeights.js";
import { weighedCorpora } from "../kernels/documents/weighedCorpus.js";
import { schemeOf } from "../kernels/documents/weightScheme.js";
import { compareCodePoints } from "../kernels/text/compareCodePoints.js";
import { documentTerms } from "../kinds/documentTerms.js";
import { writeThrough } from "../runtime/writeThrough.js";
import type { DocumentFrequencies } from "../schemas/documentFrequencies.js";
import type { DocumentTermBatch } from "../schemas/documentTerms.js";
import { integer, text } from "../schemas/fields.js";
import { defineOptions, type OptionsOf, parseOptions } from "../schemas/options.js";
import { plural } from "../schemas/plural.js";
import { defineUnit } from "../schemas/units.js";
import { givenFrequencies, weightFields } from "../schemas/weightFields.js";
import { DurableFile } from "../storage/files/durableFile.js";

/** In code the frequencies are an argument. */
const reportWeightsOptions = defineOptions({
  name: "reportWeights",
  fields: {
    path: text({ description: "File to write", file: "output", example: "weights.txt" }),
    documents: integer({ default: 3, min: 1, description: "How many documents to show, the first ones" }),
    topN: integer({ default: 6, min: 1, description: "How many terms to show of each, those of the most weight" }),
    ...weightFields,
  },
});

export type ReportWeightsOptions = OptionsOf<typeof reportWeightsOptions>;

export const reportWeightsSchema = defineUnit({
  name: "reportWeights",
  kind: "sink",
  reads: "documentTerms",
  needs: { frequencies: "documentFrequencies" },
  needsInFiles: { frequencies: "frequencies" },
  makes: "documentTerms",
  summary: "Writes what the weights of the first documents are made of, as a text to look at",
  isReport: true,
  fields: {
    ...reportWeightsOptions.fields,
    frequencies: givenFrequencies,
  },
  create: (
    needs,
    { frequencies = needs.frequencies, ...options },
  ): OperatorFunction<DocumentTermBatch, DocumentTermBatch> => reportWeights(frequencies, options),
});

/**
 * Writes tf, idf and norm of the heaviest terms of the first documents, as `weighTerms` with the same options makes them, and passes the
 * counts on.
 *
 * In, out: DocumentTermBatch, counts. State: the lines of the report, and 8 bytes per term.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range; RangeError through the stream, if a document
 *   that is shown has weights in the place of counts
 * @example
 *   documentTerms$.pipe(reportWeights(frequencies, { path: "weights.txt", preset: "gensim" }))
 */
export function reportWeights(
  frequencies: DocumentFrequencies,
  options: ReportWeightsOptions,
): OperatorFunction<DocumentTermBatch, DocumentTermBatch> {
  const { path, documents, topN, ...settings } = parseOptions(reportWeightsOptions, options);
  const scheme = schemeOf("reportWeights", settings);
  return writeThrough("reportWeights", (scope) => {
    const weigher = new TermWeigher(scheme, settings.slope);
    const corpusOf = weighedCorpora(frequencies, scheme.norm);
    const lines: string[] = [];
    let [shown, tokens] = [0, 0];
    return {
      write(batch) {
        const corpus = corpusOf(batch.vocabulary);
        for (let row = 0; row < batch.lengths.length && shown < documents; row++, shown++)
          lines.push(...linesOf(weigher, batch, row, corpus, topN));
        tokens += documentTerms.amounts!.tokens!(batch);
      },
      finish() {
        const file = new DurableFile(path);
        file.write(Buffer.from(lines.map((line) => `${line}\n`).join("")));
        file.commit();
        scope.ledger.child(path).add("rows", shown);
        scope.took(tokens);
      },
    };
  });
}

function linesOf(
  weigher: TermWeigher,
  batch: DocumentTermBatch,
  row: number,
  corpus: WeighedCorpus,
  topN: number,
): string[] {
  const { vocabulary, offsets, terms, values, lengths, rowDocuments } = batch;
  const [from, to] = [offsets[row]!, offsets[row + 1]!];
  requireCounts(values.subarray(from, to), rowDocuments[row]!);
  const countOf = new Map(Array.from(terms.subarray(from, to), (term, k) => [term, values[from + k]!]));
  const rows = Array.from(weigher.explain(batch, row, corpus), ([term, { tf, idf, norm }]) => ({
    ...{ term: vocabulary.terms[term]!, count: countOf.get(term)!, documents: corpus.documentsOf(term) },
    ...{ tf, idf, norm, weight: (tf * idf) / norm },
  })).sort((a, b) => b.weight - a.weight || compareCodePoints(a.term, b.term));
  const head = `document ${rowDocuments[row]}: ${plural(lengths[row]!, "token")}, ${plural(rows.length, "term")} with a weight`;
  const shownNumber = (value: number) => String(Number(value.toPrecision(5)));
  const body = rows.slice(0, topN).map(({ term, count, documents, tf, idf, norm, weight }) => {
    const [t, i, n, w] = [tf, idf, norm, weight].map(shownNumber);
    return `  ${term}: ${w} = tf ${t} x idf ${i} / norm ${n}; ${plural(count, "time")}, in ${documents} of ${plural(corpus.documents, "document")}`;
  });
  return [head, ...body];
}

function requireCounts(values: Float64Array, document: number): void {
  const odd = values.find((value) => !(Number.isInteger(value) && value > 0));
  if (odd !== undefined)
    throw new RangeError(
      `reportWeights: documents must have counts, got ${odd} in document ${document}; put it above the step that weighs`,
    );
}
