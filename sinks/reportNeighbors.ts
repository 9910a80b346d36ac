import type { OperatorFunction } from "rxjs";
import { Vectors } from "../kernels/embedding/vectors.js";
import { integer, text, texts } from "../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import { defineUnit } from "../schemas/units.js";
import type { VectorTable } from "../schemas/vectors.js";
import { DurableFile } from "../storage/files/durableFile.js";
import { writeOnce } from "./writeOnce.js";

export const reportNeighborsSchema = defineUnit({
  name: "reportNeighbors",
  kind: "sink",
  reads: "vectors",
  makes: "vectors",
  standard: { path: "neighbors.txt" },
  summary: "Writes the nearest neighbours of some terms as a text to look at",
  isReport: true,
  fields: {
    path: text({ description: "File to write", file: "output", example: "neighbors.txt" }),
    terms: texts({
      description:
        "Terms to show; those outside the vocabulary are said to be, and have neighbours where the vectors have subwords. If left out, six frequent ones behind the 200 most frequent, or the first tenth if that is less, of two characters (Chinese, Japanese, Korean) or four letters at least",
      optional: true,
    }),
    topN: integer({ description: "How many neighbours to show of each", default: 6, min: 1 }),
  },
  create: (_, options): OperatorFunction<VectorTable, VectorTable> => reportNeighbors(options),
});

export type ReportNeighborsOptions = OptionsOf<typeof reportNeighborsSchema>;

/**
 * Writes the nearest neighbours of some terms, by cosine, as lines of text, and passes the vectors on.
 *
 * Without `terms`, those of six frequent terms: the table has the most frequent ones first, as vocabularies are sorted.
 *
 * In, out: VectorTable, V terms of D numbers. State: a unit-length copy of the table, 4 V D bytes.
 * @example
 *   vectors$.pipe(reportNeighbors({ path: "neighbors.txt", terms: ["garden", "母亲"] }))
 */
export function reportNeighbors(options: ReportNeighborsOptions): OperatorFunction<VectorTable, VectorTable> {
  const { path, terms: asked, topN } = parseOptions(reportNeighborsSchema, options);
  return writeOnce("reportNeighbors", path, async (table) => {
    const vectors = table instanceof Vectors ? table : new Vectors(table);
    const terms = asked ?? frequentTerms(table.terms);
    const model = table.metadata.get("model");
    const lines = [
      `neighbours by cosine${model ? `, ${model}` : ""}`,
      ...terms.map((term) => line(vectors, term, topN)),
    ];
    const file = new DurableFile(path);
    file.write(new TextEncoder().encode(`${lines.join("\n")}\n`));
    file.commit();
    return { rows: terms.length, taken: vectors.terms.length };
  });
}

function line(vectors: Vectors, term: string, topN: number): string {
  const found = vectors.find(term);
  if (!found) return `  ${term}: not in the vocabulary`;
  const near = vectors.mostSimilar(term, { topN }).map((neighbor) => `${neighbor.term} ${neighbor.score.toFixed(2)}`);
  const made = found.madeOfSubwords ? " (not in the vocabulary, made of its subwords)" : "";
  return `  ${term}${made}: ${near.join(", ")}`;
}

const SHOWN = 6;
/** At the top of a vocabulary stand words such as "the" and "没有": so many are passed over, or this share where there are few terms. */
const PASSED_OVER = 200;
const SHARE_PASSED_OVER = 0.1;
/** Two characters where one is a syllable or a word, else four letters: most short words are function words. */
const IS_WORD = /^(?:[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]{2,}|[\p{L}\p{M}]{4,})$/u;

/** Terms worth looking at, of a table that has the most frequent ones first; just the first ones where it has no others. */
function frequentTerms(terms: readonly string[]): readonly string[] {
  const from = Math.min(PASSED_OVER, Math.floor(SHARE_PASSED_OVER * terms.length));
  const found = terms.slice(from).filter((term) => IS_WORD.test(term));
  return (found.length > 0 ? found : terms).slice(0, SHOWN);
}
