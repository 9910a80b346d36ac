/**
 * How fast the truncated singular value decomposition of a sparse matrix is, and what it is good for.
 *
 *     npm run bench:lsa -- documents TRAIN TEST [--vectorSize 100] [--iterations 5] [--peerIterations 5] [--workers 2] [--rounds 5]
 *     npm run bench:lsa -- words VOCABULARY COOCCURRENCE [--iterations 3] [--peerIterations 2] ...
 *     npm run bench:lsa -- search DOCUMENTS QUERIES RELEVANCE [--vectorSize 200]
 *
 * `documents` takes texts of one label, `__label__NAME text`, a line each: TF-IDF (sublinear, scikit-learn's, terms of 3 documents to half of
 * them), then the 10 nearest training texts of each test text by cosine vote, weighted by it. `words` takes what `writeVocabulary` and
 * `writeCooccurrence` wrote: positive PMI, contexts smoothed by 0.75. Both decompose the matrix in whole processes, from its files to the files
 * of the vectors, in turn with scikit-learn's `randomized_svd` (of PYTHON, python3 if left out), whose BLAS takes as many threads.
 * `search` takes tables of `number TAB ... TAB text`, `number TAB question` and `question TAB document TAB grade`: mean average precision of
 * documents by cosine to the question, weights (1 + ln n) ln(N / df).
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { TermWeigher, type WeightScheme, weightPresets } from "../kernels/documents/termWeights.js";
import {
  bestRows,
  DocumentProjector,
  makeVocabulary,
  type RowBatch,
  type SparseRows,
  unitVector,
} from "../kernels/index.js";
import { sumOfSquares } from "../kernels/numbers/sumOfSquares.js";
import { associationRows } from "../models/ppmiSvd/associationRows.js";
import { SubspaceFit } from "../models/subspace/subspaceFit.js";
import type { DocumentTermBatch, Vocabulary } from "../schemas/index.js";
import { readCooccurrence, readVocabulary } from "../storage/index.js";
import { type Contender, compareInTurn, inScratch, installed } from "./wholeProcess.js";

const peerProgram = `
import sys, numpy as np, scipy.sparse as sp
from sklearn.utils.extmath import randomized_svd
folder, rank, iterations = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
read = lambda name, kind: np.fromfile(f"{folder}/{name}", dtype=kind)
shape = read("shape", np.uint32)
a = sp.csr_matrix((read("values", np.float32), read("columns", np.int32), read("offsets", np.int32)), shape=tuple(shape))
u, s, v = randomized_svd(a, rank, n_oversamples=10, n_iter=iterations, random_state=1)
v.tofile(f"{folder}/peer.f32")
(u * s).tofile(f"{folder}/peer.rows.f32")
open(f"{folder}/peer.txt", "w").write(f"{float((s.astype(float) ** 2).sum()):.1f}")
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    vectorSize: { type: "string", default: "100" },
    iterations: { type: "string" },
    peerIterations: { type: "string" },
    workers: { type: "string", default: "2" },
    rounds: { type: "string", default: "5" },
    fit: { type: "string" }, // the folder of a matrix, where our own program, which is this one, decomposes it
  },
});
const vectorSize = Number(values.vectorSize);
const [mode, ...files] = positionals;

if (values.fit !== undefined) await decompose(values.fit);
else if (mode === "documents") await compareOnDocuments(files);
else if (mode === "words") await compareOnWords(files);
else if (mode === "search") await search(files);
else throw new TypeError(`bench/lsa: documents, words or search must be named, got ${mode}`);

async function compareOnDocuments([train, test]: readonly string[]): Promise<void> {
  const [training, held] = [labelledTexts(train!), labelledTexts(test!)];
  const vocabulary = vocabularyOf(training.texts, { least: 3, share: 0.5 });
  const weigh = weigherOf(training.texts, vocabulary, { ...weightPresets.sklearn, tf: "logarithm" });
  const batch = weigh(training.texts);
  await compare(rowsOf(batch), "5", "5");
  const space = await spaceOf(batch);
  const project = projectorOf(space);
  const [known, asked] = [project(batch), project(weigh(held.texts))];
  const right = asked.filter((query, n) => voted(query, known, training.labels) === held.labels[n]).length;
  console.log(`10 nearest: ${(right / asked.length).toFixed(4)} of ${asked.length} texts have the label that is told`);
}

async function compareOnWords([vocabulary, table]: readonly string[]): Promise<void> {
  const counts = await readCooccurrence(resolve(table!), await readVocabulary(resolve(vocabulary!)));
  await compare(await associationRows(counts, { smoothing: 0.75, shift: 1 }), "3", "2");
}

async function search([documents, queries, relevance]: readonly string[]): Promise<void> {
  const rows = linesOf(documents!).map((line) => line.split("\t"));
  const texts = rows.map((row) => tokensOf(row.at(-1)!));
  const vocabulary = vocabularyOf(texts, { least: 1, share: 1 });
  const weigh = weigherOf(texts, vocabulary, { ...weightPresets.textbook, tf: "logarithm", norm: "l2" });
  const batch = weigh(texts);
  const project = projectorOf(await spaceOf(batch));
  const known = project(batch);
  const judged = linesOf(relevance!).map((line) => line.split("\t"));
  const precisions = linesOf(queries!).map((line) => {
    const [query, text] = line.split("\t") as [string, string];
    const relevant = new Set(judged.flatMap(([asked, document]) => (asked === query ? [document] : [])));
    const ranked = rankedBy(project(weigh([tokensOf(text)]))[0]!, known);
    return averagePrecision(
      Array.from(ranked, (row) => relevant.has(rows[row]![0]!)),
      relevant.size,
    );
  });
  const mean = precisions.reduce((sum, each) => sum + each, 0) / precisions.length;
  console.log(
    `MAP ${mean.toFixed(4)} over ${precisions.length} questions, ${texts.length} documents, rank ${vectorSize}`,
  );
}

function compare(rows: SparseRows, iterations: string, peerIterations: string): Promise<void> {
  return inScratch(async (folder) => {
    await writeMatrix(rows, folder);
    const ours = ["--fit", folder, "--iterations", values.iterations ?? iterations, "--vectorSize", values.vectorSize];
    const factsOf = (name: string) => () => [readFileSync(join(folder, name), "utf8").trim()];
    const contenders: Contender[] = [
      {
        name: `lexstream, ${values.workers} workers`,
        programs: [
          { command: process.execPath, args: [fileURLToPath(import.meta.url), ...ours, "--workers", values.workers] },
        ],
        facts: factsOf("ours.txt"),
      },
    ];
    const python = process.env.PYTHON ?? "python3";
    const args = ["-c", peerProgram, folder, values.vectorSize, values.peerIterations ?? peerIterations];
    const threads = `OPENBLAS_NUM_THREADS=${values.workers}`;
    const peer = {
      name: "scikit-learn",
      programs: [{ command: "env", args: [threads, python, ...args] }],
      facts: factsOf("peer.txt"),
    };
    const hasPeer = spawnSync(python, ["-c", "import sklearn"]).status === 0;
    if (!hasPeer) console.log("scikit-learn: not installed, left out");
    await compareInTurn(installed(hasPeer ? [...contenders, peer] : contenders), Number(values.rounds), [
      "sum of squares",
    ]);
  });
}

/** The matrix as files of plain numbers. */
async function writeMatrix({ batches, columns, rows }: SparseRows, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const [offsets, terms, weights]: [number[], Uint32Array[], Float32Array[]] = [[0], [], []];
  for await (const batch of batches()) {
    const before = offsets.at(-1)!;
    for (const offset of batch.offsets.subarray(1)) offsets.push(before + offset);
    terms.push(batch.terms);
    weights.push(Float32Array.from(batch.values));
  }
  const write = (name: string, parts: readonly ArrayBufferView[]) =>
    writeFileSync(
      join(folder, name),
      Buffer.concat(parts.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength))),
    );
  write("shape", [Uint32Array.of(rows, columns)]);
  write("offsets", [Uint32Array.from(offsets)]);
  write("columns", terms);
  write("values", weights);
}

async function decompose(folder: string): Promise<void> {
  const read = (name: string) => new Uint8Array(readFileSync(join(folder, name))).buffer;
  const [offsets, terms] = [new Uint32Array(read("offsets")), new Uint32Array(read("columns"))];
  const [rows, columns] = new Uint32Array(read("shape")) as unknown as [number, number];
  const batch = { offsets, terms, values: Float64Array.from(new Float32Array(read("values"))) };
  const found = await fittedOf({ rows, columns, cells: terms.length, batches: () => one(batch) }, true);
  writeFileSync(join(folder, "ours.f32"), found.vectors);
  writeFileSync(join(folder, "ours.rows.f32"), found.products!);
  writeFileSync(join(folder, "ours.txt"), sumOfSquares(found.singularValues).toFixed(1));
}

async function fittedOf(rows: SparseRows, wantsProducts: boolean) {
  const iterations = Number(values.iterations ?? 5);
  const options = {
    oversampling: 10,
    workers: Number(values.workers),
    memory: "2GB",
    seed: 1,
    kernel: "auto",
  } as const;
  const fit = new SubspaceFit("bench/lsa", { ...options, vectorSize, iterations });
  for await (const _ of fit.fit({ rows, names: ["rows", "columns"], wantsProducts }));
  return fit.fitted;
}

async function spaceOf(batch: DocumentTermBatch) {
  const { vectors: termVectors, singularValues, squares } = await fittedOf(rowsOf(batch), false);
  const documents = batch.lengths.length;
  return { vocabulary: batch.vocabulary, termVectors, singularValues, squares, documents, metadata: new Map() };
}

/** Unit vectors of documents in a space. */
function projectorOf(space: Awaited<ReturnType<typeof spaceOf>>): (batch: DocumentTermBatch) => Float64Array[] {
  const projector = new DocumentProjector(space, new Float64Array(vectorSize).fill(1));
  return (batch) => {
    const { values: projected } = projector.project(batch);
    return Array.from(batch.lengths, (_, n) => unitVector(projected.subarray(n * vectorSize, (n + 1) * vectorSize)));
  };
}

function voted(query: Float64Array, known: readonly Float64Array[], labels: readonly string[]): string | undefined {
  const { rows, scores } = bestRows(cosines(query, known), 10, new Set());
  const votes = new Map<string, number>();
  rows.forEach((row, n) => {
    votes.set(labels[row]!, (votes.get(labels[row]!) ?? 0) + scores[n]!);
  });
  return [...votes].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** Of unit vectors. */
function cosines(query: Float64Array, known: readonly Float64Array[]): Float32Array {
  return Float32Array.from(known, (row) => dot(query, row));
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += x[k]! * y[k]!;
  return sum;
}

function rankedBy(query: Float64Array, known: readonly Float64Array[]): Uint32Array {
  return bestRows(cosines(query, known), known.length, new Set()).rows;
}

function averagePrecision(isRelevant: readonly boolean[], all: number): number {
  let [found, sum] = [0, 0];
  isRelevant.forEach((relevant, place) => {
    if (relevant) sum += ++found / (place + 1);
  });
  return all === 0 ? 0 : sum / all;
}

function weigherOf(texts: readonly string[][], vocabulary: Vocabulary, scheme: WeightScheme) {
  const counts = bagOf(texts, vocabulary);
  const documentsOf = new Float64Array(vocabulary.terms.length);
  for (const term of counts.terms) documentsOf[term]!++;
  const corpus = {
    ...{ documents: texts.length, pivot: 0 },
    documentsOf: (term: number) => documentsOf[term]!,
    charactersOf: () => 0,
  };
  const weigher = new TermWeigher(scheme, 0);
  return (some: readonly string[][]) => weigher.weigh(bagOf(some, vocabulary), () => corpus);
}

function vocabularyOf(texts: readonly string[][], { least, share }: { least: number; share: number }): Vocabulary {
  const documents = new Map<string, number>();
  for (const text of texts) for (const term of new Set(text)) documents.set(term, (documents.get(term) ?? 0) + 1);
  const kept = [...documents].filter(([, count]) => count >= least && count <= share * texts.length);
  return makeVocabulary(
    kept.map(([term]) => term),
    Float64Array.from(kept, ([, count]) => count),
  );
}

function bagOf(texts: readonly string[][], vocabulary: Vocabulary): DocumentTermBatch {
  const rows = texts.map((text) => {
    const counts = new Map<number, number>();
    for (const term of text) {
      const id = vocabulary.idOf(term);
      if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return [...counts].sort(([a], [b]) => a - b);
  });
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, n) => {
    offsets[n + 1] = offsets[n]! + row.length;
  });
  const cells = rows.flat();
  return {
    ...{ vocabulary, offsets, epoch: 0 },
    terms: Uint32Array.from(cells, ([term]) => term),
    values: Float64Array.from(cells, ([, count]) => count),
    lengths: Uint32Array.from(texts, (text) => text.length),
    rowDocuments: Uint32Array.from(texts, (_, n) => n),
  };
}

function rowsOf(batch: DocumentTermBatch): SparseRows {
  const [rows, columns] = [batch.lengths.length, batch.vocabulary.terms.length];
  return { rows, columns, cells: batch.terms.length, batches: () => one(batch) };
}

async function* one(batch: RowBatch): AsyncGenerator<RowBatch> {
  yield batch;
}

function labelledTexts(path: string): { readonly labels: string[]; readonly texts: string[][] } {
  const lines = linesOf(path).map((line) => /^(\S+) (.*)$/.exec(line)!);
  return { labels: lines.map(([, label]) => label!), texts: lines.map(([, , text]) => tokensOf(text!)) };
}

function linesOf(path: string): string[] {
  const bytes = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").split("\n").filter(Boolean);
}

function tokensOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
