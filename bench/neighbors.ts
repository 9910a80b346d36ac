/**
 * How long the search for the nearest rows takes on one thread, by codes first and by comparing all, and that both find the same.
 *
 *     npm run bench:neighbors -- [FILE] [--terms 200000] [--vectorSize 100] [--queries 10000] [--neighbors 10]
 *
 * FILE has vectors; without one they are drawn, a thousand centres with words around them. Queries are of rows at equal distances, one at a
 * time and four at a time, as they are answered when they come together.
 */
import { parseArgs } from "node:util";
import { drawUniform, normalQuantile, randomStream, unitVector } from "../kernels/index.js";
import type { RowQuestion } from "../kinds/vectorAnswers/rowSearch.js";
import { openSearch, type Search } from "../kinds/vectorAnswers/searchRows.js";
import { QUESTIONS, shareRows } from "../kinds/vectorAnswers/sharedRows.js";
import type { VectorTable } from "../schemas/index.js";
import { readVectors } from "../storage/index.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    terms: { type: "string", default: "200000" },
    vectorSize: { type: "string", default: "100" },
    queries: { type: "string", default: "10000" },
    neighbors: { type: "string", default: "10" },
  },
});
const [queries, count] = [Number(values.queries), Number(values.neighbors)];
const table = positionals[0] === undefined ? drawnTable() : await readVectors(positionals[0]);
const { terms, vectorSize } = table;
const questions = Array.from({ length: queries }, (_, k): RowQuestion => {
  const row = Math.floor((k * terms.length) / queries);
  const vector = unitVector(table.values.subarray(row * vectorSize, (row + 1) * vectorSize));
  return { vectors: [vector], count, excluded: [row] };
});

const shared = shareRows(table);
const coded = openSearch(shared);
const exact = openSearch({ ...shared, layout: { ...shared.layout, coded: undefined } });
const codes = shared.layout.bytes - shared.layout.coded!.codes;
console.log(
  `${terms.length} terms, D = ${vectorSize}: ${megabytes(shared.layout.bytes)} MB, of which codes ${megabytes(codes)} MB`,
);
const before = process.cpuUsage();
coded.prepare(terms.length);
console.log(`prepared in ${(process.cpuUsage(before).user / 1000).toFixed(0)} ms`);
const found = report("by codes first", coded, 1);
report(`by codes first, ${QUESTIONS} at a time`, coded, QUESTIONS);
requireSame(found, report("all compared", exact, 1));
requireSame(found, report(`all compared, ${QUESTIONS} at a time`, exact, QUESTIONS));

/** Processor time counts, so that other work beside it does not show. */
function report(how: string, search: Search, atOnce: number): string[] {
  const milliseconds: number[] = [];
  const answers: string[] = [];
  for (let from = 0; from < queries; from += atOnce) {
    const used = process.cpuUsage();
    const ranked = search.answer(questions.slice(from, from + atOnce));
    const { user, system } = process.cpuUsage(used);
    milliseconds.push((user + system) / 1000 / atOnce);
    for (const { rows, scores } of ranked) answers.push(`${rows.join()} ${scores.join()}`);
  }
  milliseconds.sort((a, b) => a - b);
  const at = (share: number) => milliseconds[Math.floor(share * (milliseconds.length - 1))]!.toFixed(2);
  console.log(`${how}: p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)} processor ms a question of ${queries}`);
  return answers;
}

function requireSame(found: readonly string[], wanted: readonly string[]): void {
  const differs = found.findIndex((answer, k) => answer !== wanted[k]);
  if (differs >= 0)
    throw new Error(`bench/neighbors: both must find the same, got ${found[differs]} for ${wanted[differs]}`);
  console.log("the same rows and scores");
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

function drawnTable(): Pick<VectorTable, "terms" | "values" | "vectorSize"> {
  const [length, size] = [Number(values.terms), Number(values.vectorSize)];
  const stream = randomStream(1, "bench neighbors");
  const centres = 1000;
  const normal = (at: number) => normalQuantile(drawUniform(stream, at) * (1 - 2 ** -20) + 2 ** -21);
  const middle = Float32Array.from({ length: centres * size }, (_, at) => normal(at));
  const drawn = Float32Array.from({ length: length * size }, (_, at) => {
    const centre = Math.floor(at / size) % centres;
    return middle[centre * size + (at % size)]! + normal(at + middle.length);
  });
  return { terms: Array.from({ length }, (_, id) => `t${id}`), values: drawn, vectorSize: size };
}
