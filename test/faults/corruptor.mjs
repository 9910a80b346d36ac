// Damages files of every format that lexstream reads, reads them, and prints what came of it, a JSON line each.
// usage: node corruptor.mjs FOLDER FROM TO; corruption n is the same in every run.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { compile, loadVectors, openCooccurrence, parseConfig, run, runPipeline } from "lexstream/pipelines";
import { openTable, readCooccurrence, readVectors, readVocabulary } from "lexstream/sinks";
import { files } from "lexstream/sources";
import { unsigned } from "../support/unsigned.mjs";
import { randomBelow } from "./random.mjs";

const [folder, from, to] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const corpus = "the cat sat on the mat and the dog sat by the cat\n猫坐在垫子上 狗坐在猫旁边\n".repeat(30);
const config = `
source: { files: { paths: corpus.txt } }
steps:
  - tokenize
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
    - windowContexts
    - word2vec: { vectorSize: 8, epochs: 1 }
    - writeVectors: { path: vectors.arrow }
    - writeVectors: { path: vectors.parquet }
    - writeVectors: { path: vectors.vec }
    - writeVectors: { path: vectors.bin }
    - writeVectors: { path: vectors.glove }
    - writeVectors: { path: vectors.tsv }
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

/** How each is read: by the reader alone, and as the command line does, which looks into the manifest beside it. */
const beside = (path) => join(path, "../vocab.arrow");
const formats = {
  "vectors.arrow": [async (path) => vectors(await readVectors(path)), async (path) => vectors(await loadVectors(path))],
  "vectors.parquet": [
    async (path) => vectors(await readVectors(path)),
    async (path) => vectors(await loadVectors(path)),
  ],
  "vectors.vec": [async (path) => vectors(await readVectors(path)), async (path) => vectors(await loadVectors(path))],
  "vectors.bin": [async (path) => vectors(await readVectors(path)), async (path) => vectors(await loadVectors(path))],
  "vectors.glove": [async (path) => vectors(await readVectors(path)), async (path) => vectors(await loadVectors(path))],
  "vectors.tsv": [async (path) => vectors(await readVectors(path)), async (path) => vectors(await loadVectors(path))],
  "table.arrow": [
    async (path) => cells(await readCooccurrence(path, await readVocabulary(beside(path)))),
    async (path) => cells(await openCooccurrence(path)),
  ],
  "table.parquet": [
    async (path) => cells(await readCooccurrence(path, await readVocabulary(beside(path)))),
    async (path) => cells(await openCooccurrence(path)),
  ],
  "table.bin": [
    async (path) => cells(await readCooccurrence(path, await readVocabulary(beside(path)))),
    async (path) => cells(await openCooccurrence(path)),
  ],
  "vocab.parquet": [
    async (path) => vocabulary(await readVocabulary(path)),
    async (path) => vocabulary((await openCooccurrence(join(path, "../table.arrow"), path)).vocabulary),
  ],
  "vocab.txt": [
    async (path) => vocabulary(await readVocabulary(path)),
    async (path) => vocabulary((await openCooccurrence(join(path, "../table.bin"), path)).vocabulary),
  ],
  "ids.parquet": [rows],
  "corpus.txt.gz": [(path) => text(path, { onInvalid: "reject" })],
  "foreign.vectors.arrow": [async (path) => vectors(await readVectors(path))],
  "foreign.table.arrow": [rows],
  "foreign.vectors.parquet": [async (path) => vectors(await readVectors(path))],
  "foreign.ids.parquet": [rows],
  "foreign.vocab.parquet": [(path) => text(path, { field: "term" })],
};

async function prepare() {
  mkdirSync(join(folder, "out"), { recursive: true });
  writeFileSync(join(folder, "corpus.txt"), corpus);
  await runPipeline(compile(parseConfig(config, join(folder, "c.yaml"))), { out: join(folder, "out"), force: true });
  const whole = new Map();
  for (const name of Object.keys(formats)) {
    if (name.startsWith("foreign.")) whole.set(name, unsigned(readFileSync(join(folder, "out", name.slice(8)))));
    else if (name === "corpus.txt.gz") whole.set(name, gzipSync(corpus));
    else whole.set(name, readFileSync(join(folder, "out", name)));
  }
  return whole;
}

/** Flips, cuts, overwrites or lengthens. */
function damaged(bytes, below) {
  const copy = Buffer.from(bytes);
  const kind = below(20);
  const flip = () => {
    const bit = below(copy.length * 8);
    copy[bit >> 3] ^= 1 << (bit & 7);
  };
  if (kind < 9) flip();
  else if (kind < 12) for (let k = 2 + below(7); k > 0; k--) flip();
  else if (kind < 17) return copy.subarray(0, below(copy.length));
  else if (kind < 19) {
    const start = below(copy.length);
    for (let at = start; at < Math.min(copy.length, start + 1 + below(64)); at++)
      copy[at] = kind === 17 ? 0 : below(256);
  } else return Buffer.concat([copy, Buffer.from(Array.from({ length: 1 + below(32) }, () => below(256)))]);
  return copy;
}

async function outcomeOf(read, path, expected) {
  try {
    return { outcome: (await read(path)) === expected ? "equal" : "changed" };
  } catch (error) {
    const isClear =
      error instanceof Error && !error.message.includes("\n") && error.message.includes(path.split("/").at(-1));
    return isClear ? { outcome: "refused" } : { outcome: "unclear", message: String(error?.stack ?? error) };
  }
}

const whole = await prepare();
const names = Object.keys(formats);
const expected = new Map();
for (const name of names) {
  const path = join(folder, "out", name);
  writeFileSync(path, whole.get(name));
  expected.set(name, await formats[name][0](path));
}
for (let n = from; n < to; n++) {
  const name = names[n % names.length];
  const path = join(folder, "out", name);
  const below = randomBelow(n);
  let bytes = damaged(whole.get(name), below);
  while (bytes.equals(whole.get(name))) bytes = damaged(whole.get(name), below);
  writeFileSync(path, bytes);
  const outcomes = [];
  for (const read of formats[name]) outcomes.push(await outcomeOf(read, path, expected.get(name)));
  writeFileSync(path, whole.get(name));
  console.log(JSON.stringify({ n, name, outcomes }));
}
console.log(JSON.stringify({ done: true, peakMiB: Math.round(process.resourceUsage().maxRSS / 1024) }));
