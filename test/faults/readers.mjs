// Every format that lexstream reads: how a file of it is made, and what is found in one.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { from } from "rxjs";
import { keywords } from "#operators";
import { builtIn, compile, loadValue, loadVectors, openCooccurrence, parseConfig, runPipeline } from "#pipelines";
import { run } from "#runtime";
import { writeKeywords, writePredictions } from "#sinks";
import { files } from "#sources";
import { openTable, readCooccurrence, readDocumentTerms, readVectors, readVocabulary, readWhole } from "#storage";
import { unsigned } from "../support/unsigned.mjs";

const corpus = "the cat sat on the mat and the dog sat by the cat\n猫坐在垫子上 狗坐在猫旁边\n".repeat(30);
const config = `
source: { files: { paths: corpus.txt } }
checkpoint: { every: 0s }
steps:
  - tokenize: { batchSize: 128 }
  - buildVocab: { minCount: 1 }
  - writeVocabulary: { path: vocab.arrow }
  - writeVocabulary: { path: vocab.parquet }
  - writeVocabulary: { path: vocab.txt }
  - encode
branches:
  ids: [writeIds: { path: ids.parquet }]
  table:
    - windowContexts
    - accumulateCooccurrence
    - writeCooccurrence: { path: table.arrow }
    - writeCooccurrence: { path: table.parquet }
    - writeCooccurrence: { path: table.bin }
  vectors:
    - windowContexts: { batchSize: 128, radius: fixed, sample: 0 }
    - word2vec: { vectorSize: 8, epochs: 2, kernel: reference }
    - writeVectors: { path: vectors.arrow }
    - writeVectors: { path: vectors.parquet }
    - writeVectors: { path: vectors.vec }
    - writeVectors: { path: vectors.bin }
    - writeVectors: { path: vectors.glove }
    - writeVectors: { path: vectors.tsv }
  rows:
    - documentTerms
    - writeDocumentTerms: { path: rows.arrow }
    - writeDocumentTerms: { path: rows.parquet }
    - writeDocumentTerms: { path: rows.npz }
    - writeDocumentTerms: { path: rows.mtx }
    - writeDocumentTerms: { path: cells.arrow, cells: true }
  frequencies: [documentTerms, documentFrequencies, writeDocumentFrequencies: { path: frequencies.arrow }]
  topics: [documentTerms, lda: { topics: 2, epochs: 1, workers: 1 }, writeTopics: { path: topics.arrow }]
  index: [documentTerms, bm25, writeSearchIndex: { path: index.arrow }]
  space:
    - documentTerms
    - accumulateDocumentTerms
    - lsa: { vectorSize: 1, workers: 1 }
    - writeSemanticSpace: { path: space.arrow }
    - projectDocuments
    - writeDocumentVectors: { path: places.arrow }
`;

const digest = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts)
    hash.update(typeof part === "string" ? part : new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  return hash.digest("hex");
};
const metadataOf = (metadata) => JSON.stringify([...metadata]);
const vectors = ({ terms, values, vectorSize, metadata }) =>
  digest(JSON.stringify([terms, vectorSize]), values, metadataOf(metadata));
const vocabulary = ({ terms, counts }) => digest(JSON.stringify(terms), counts);
async function cells(table) {
  const parts = [JSON.stringify([table.metadata, table.length])];
  for await (const { row, column, weight } of table.batches()) parts.push(row, column, weight);
  return digest(...parts);
}
async function rows(path) {
  const table = await openTable(path);
  const parts = [JSON.stringify(table.columns), metadataOf(table.metadata)];
  for await (const { columns } of table.blocks(table.columns.map(({ name }) => name)))
    parts.push(JSON.stringify(columns.map((column) => Array.from(column))));
  return digest(...parts);
}
async function text(path, options) {
  const parts = [];
  await run(files({ paths: path, ...options }), {
    onEvent: ({ bytes, documentOffsets }) => parts.push(bytes, documentOffsets),
  });
  return digest(...parts.map((part) => part.slice()));
}

async function matrix(path) {
  const parts = [];
  const batches = readDocumentTerms(path, await readVocabulary(beside(path, "vocab.arrow")));
  for await (const { rowDocuments, lengths, offsets, terms, values } of batches)
    parts.push(rowDocuments, lengths, offsets, terms, values);
  return digest(...parts.map((part) => part.slice()));
}
/** Typed arrays, maps and lists of a value, at any depth. */
const plain = (_, value) => (ArrayBuffer.isView(value) ? Array.from(value) : value instanceof Map ? [...value] : value);
/** A whole value: by the reader alone, and as the command line does. */
function wholes(kind) {
  const described = builtIn.kinds.get(kind);
  return [
    async (path) => digest(JSON.stringify(await readWhole(described, path), plain)),
    async (path) => digest(JSON.stringify(await loadValue(described, path), plain)),
  ];
}

const beside = (path, name) => join(path, "..", name);

/** By the reader alone, and as the command line does, which looks into the manifest beside the file. */
const ofVectors = [async (path) => vectors(await readVectors(path)), async (path) => vectors(await loadVectors(path))];
const ofCells = [
  async (path) => cells(await readCooccurrence(path, await readVocabulary(beside(path, "vocab.arrow")))),
  async (path) => cells(await openCooccurrence(path)),
];
const ofTerms = [
  async (path) => vocabulary(await readVocabulary(path)),
  async (path) => vocabulary((await openCooccurrence(beside(path, "table.bin"), path)).vocabulary),
];
const readers = {
  "vectors.arrow": ofVectors,
  "vectors.parquet": ofVectors,
  "vectors.vec": ofVectors,
  "vectors.bin": ofVectors,
  "vectors.glove": ofVectors,
  "vectors.tsv": ofVectors,
  "table.arrow": ofCells,
  "table.parquet": ofCells,
  "table.bin": ofCells,
  "vocab.arrow": ofTerms,
  "vocab.parquet": ofTerms,
  "vocab.txt": ofTerms,
  "ids.parquet": [rows],
  "rows.arrow": [matrix],
  "rows.parquet": [matrix],
  "rows.npz": [matrix],
  "rows.mtx": [matrix],
  "cells.arrow": [matrix],
  "places.arrow": [rows],
  "keywords.arrow": [rows],
  "keywords.parquet": [rows],
  "predictions.arrow": [rows],
  "predictions.parquet": [rows],
  "frequencies.arrow": wholes("documentFrequencies"),
  "topics.arrow": wholes("topics"),
  "index.arrow": wholes("searchIndex"),
  "space.arrow": wholes("semanticSpace"),
};
const foreign = {
  "vectors.arrow": [ofVectors[0]],
  "table.arrow": [rows],
  "vectors.parquet": [ofVectors[0]],
  "ids.parquet": [rows],
  "vocab.parquet": [(path) => text(path, { field: "term" })],
};

/** Runs into `folder`, and returns each file: its name and path, its bytes, and the functions that read it. */
export async function makeFiles(folder) {
  writeFileSync(join(folder, "corpus.txt"), corpus);
  const pipelineOf = (text) => compile(parseConfig(text, join(folder, "c.yaml")));
  const out = join(folder, "out");
  await runPipeline(pipelineOf(config.replace("every: 0s", "every: never")), { out });
  await describeTexts(join(folder, "corpus.txt"), out);
  const made = Object.entries(readers).map(([name, reads]) => ({ name, path: join(out, name), reads }));
  const packed = [
    { name: "corpus.txt.gz", bytes: gzipSync(corpus) },
    { name: "corpus.txt.zst", bytes: zstdFrame() },
  ].map((file) => ({ ...file, reads: [(path) => text(path, { onInvalid: "reject" })] }));
  const unsignedOnes = Object.entries(foreign).map(([name, reads]) => ({
    name: `foreign.${name}`,
    bytes: unsigned(readFileSync(join(out, name))),
    reads,
  }));
  const all = [
    ...made,
    ...[...packed, ...unsignedOnes].map((file) => ({ ...file, path: join(folder, file.name) })),
    ...(await checkpointFiles(pipelineOf(config), join(folder, "paused"))),
  ];
  for (const { path, bytes } of all) if (bytes) writeFileSync(path, bytes);
  return all.map((file) => ({ ...file, bytes: readFileSync(file.path) }));
}

const predicted = {
  rowDocuments: Uint32Array.from({ length: 60 }, (_, row) => row),
  lengths: new Uint32Array(60).fill(6),
  offsets: Uint32Array.from({ length: 61 }, (_, row) => row),
  labels: Array.from({ length: 60 }, (_, row) => (row % 2 === 0 ? "猫" : "dog")),
  probabilities: Float64Array.from({ length: 60 }, (_, row) => 1 / (1 + row)),
};

/** What is told of each text. */
async function describeTexts(paths, out) {
  for (const name of ["arrow", "parquet"]) {
    const texts = files({ paths, format: "lines" });
    await run(texts.pipe(keywords(), writeKeywords({ path: join(out, `keywords.${name}`) })));
    await run(from([predicted]).pipe(writePredictions({ path: join(out, `predictions.${name}`) })));
  }
}

/** The first frame of a file that zstd made. */
function zstdFrame() {
  const bytes = readFileSync(new URL("../fixtures/sources/two-frames.txt.zst", import.meta.url));
  return bytes.subarray(0, bytes.indexOf(bytes.subarray(0, 4), 4));
}

/** One file of each kind in the checkpoint of an interrupted run, read by going on with it. */
async function checkpointFiles(pipeline, out) {
  const image = `${out}.image`;
  const checkpoint = join(out, ".checkpoint");
  const isTold = (name) => name.endsWith(".npy");
  const stop = new AbortController();
  const onProgress = () => {
    if (existsSync(image) || !readdirSync(checkpoint).some(isTold)) return;
    cpSync(out, image, { recursive: true, filter: (path) => !path.includes(".lock") });
    stop.abort();
  };
  mkdirSync(out);
  await runPipeline(pipeline, { out, onProgress, signal: stop.signal }).catch((error) => {
    if (!stop.signal.aborted) throw error;
  });
  const restore = () => {
    rmSync(out, { recursive: true });
    cpSync(image, out, { recursive: true });
  };
  restore();
  const goOn = async () => {
    try {
      const { manifest } = await runPipeline(pipeline, { out, resume: true });
      return JSON.stringify(manifest);
    } finally {
      restore();
    }
  };
  const names = readdirSync(checkpoint);
  return ["json", "arrow", "npy"].map((kind) => {
    const path = join(
      checkpoint,
      names.find((name) => name.endsWith(`.${kind}`)),
    );
    return { name: `checkpoint.${kind}`, path, reads: [goOn] };
  });
}
