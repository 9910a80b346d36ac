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
  summary: "Writes the nearest neighbours of some terms as a text to look at",
  isReport: true,
  fields: {
    path: text({ description: "File to write", file: "output" }),
    terms: texts({ description: "Terms to show; those without a vector are said to have none" }),
    topN: integer({ description: "How many neighbours to show of each", default: 6, min: 1 }),
  },
  create: (_, options): OperatorFunction<VectorTable, VectorTable> => reportNeighbors(options),
});

export type ReportNeighborsOptions = OptionsOf<typeof reportNeighborsSchema>;

/**
 * Writes the nearest neighbours of some terms, by cosine, as lines of text, and passes the vectors on.
 *
 * In, out: VectorTable, V terms of D numbers. State: a unit-length copy of the table, 4 V D bytes.
 * @example
 *   vectors$.pipe(reportNeighbors({ path: "neighbors.txt", terms: ["garden", "母亲"] }))
 */
export function reportNeighbors(options: ReportNeighborsOptions): OperatorFunction<VectorTable, VectorTable> {
  const { path, terms, topN } = parseOptions(reportNeighborsSchema, options);
  return writeOnce("reportNeighbors", path, async (table) => {
    const vectors = table instanceof Vectors ? table : new Vectors(table);
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
  if (vectors.idOf(term) === undefined) return `  ${term}: not in the vocabulary`;
  const near = vectors.mostSimilar(term, { topN }).map((neighbor) => `${neighbor.term} ${neighbor.score.toFixed(2)}`);
  return `  ${term}: ${near.join(", ")}`;
}
