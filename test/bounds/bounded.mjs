// Cases of the resource bounds, in a process of their own: node bounded.mjs FOLDER NAME=SCALE ... SCALE 1 is the full size. Prints what the
// process took up to the end of each, as lines of JSON; bounds.test.ts compares it with the budget.
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { of } from "rxjs";
import { buildVocab, normalize, splitSentences, tokenize } from "#operators";
import { compile, convertVectors, parseConfig, runPipeline } from "#pipelines";
import { drain, fromPull, run } from "#runtime";
import { writeVectors } from "#sinks";
import { files } from "#sources";
import { peakMiB } from "../support/peakMiB.mjs";

const [parent, ...chosen] = process.argv.slice(2);
const MIB = 2 ** 20;
let [scale, folder] = [1, parent];

/** Writes a file of `count` pieces; holds no more than a megabyte or so, which would count towards the peak. */
function fill(path, count, piece) {
  const file = openSync(join(folder, path), "w");
  let text = "";
  for (let k = 0; k < count; k++) {
    text += piece(k);
    if (text.length < MIB && k < count - 1) continue;
    writeSync(file, text);
    text = "";
  }
  closeSync(file);
  return join(folder, path);
}

const pipelineOf = (text) => compile(parseConfig(text, join(folder, "c.yaml")));

const cases = {
  /** 256 KiB batches that cost nothing to make, and a sink that takes 2 ms for each. */
  async fastSource() {
    const batches = Math.round(4000 * scale);
    let [ahead, made] = [0, 0];
    const source = fromPull(async function* () {
      for (; made < batches; made++) yield new Uint8Array(MIB / 4).fill(made);
    });
    let taken = 0;
    const slow = drain(async () => {
      await sleep(2);
      ahead = Math.max(ahead, made - ++taken);
    });
    await run(source.pipe(slow));
    return { size: `${((batches * MIB) / 4 / 1e9).toFixed(1)} GB`, found: `at most ${ahead} batches ahead` };
  },

  async longLine() {
    const bytes = Math.round(1e9 * scale);
    const piece = "one word 和一个词 after another, without an end. ";
    const path = fill("line.txt", Math.ceil(bytes / Buffer.byteLength(piece)), () => piece);
    const vocabulary = await run(
      files({ paths: path }).pipe(normalize(), splitSentences(), tokenize({ mode: "chinese" }), buildVocab()),
    );
    return { size: `${(bytes / 1e9).toFixed(2)} GB`, found: `${vocabulary.terms.length} terms` };
  },

  async longToken() {
    const bytes = Math.round(1e9 * scale);
    const path = fill("token.txt", Math.ceil(bytes / 1000), () => "a".repeat(1000));
    const tokens = files({ paths: path }).pipe(normalize(), tokenize(), buildVocab({ minCount: 1 }));
    const message = await run(tokens).then(
      () => "none",
      (error) => error.message,
    );
    return { size: `${(bytes / 1e9).toFixed(2)} GB`, found: message.slice(0, 60) };
  },

  async longRecord() {
    const bytes = Math.round(1e9 * scale);
    const path = fill("record.jsonl", Math.ceil(bytes / 1000), (k) => (k === 0 ? '{"text": "' : "a".repeat(1000)));
    let rejected = 0;
    const source = files({ paths: path, maxRejected: 1 });
    await run(source, {
      onRejected: () => {
        rejected++;
      },
    });
    return { size: `${(bytes / 1e9).toFixed(2)} GB`, found: `${rejected} rejected` };
  },

  async tinyDocuments() {
    const count = Math.round(10_000_000 * scale);
    fill("tiny.txt", count, (k) => (k % 2 ? "a b\n" : "词\n"));
    const config = `
source: { files: { paths: tiny.txt } }
steps: [tokenize, buildVocab: { minCount: 1 }, encode]
branches:
  ids: [writeIds: { path: ids.parquet }]
  table: [windowContexts, accumulateCooccurrence, writeCooccurrence: { path: table.arrow }]`;
    const { manifest } = await runPipeline(pipelineOf(config), { out: join(folder, "out") });
    return { size: `${count} documents`, found: `${manifest.counts.documents} documents` };
  },

  async fewTerms() {
    const path = join(folder, "model.fasttext");
    const form = { units: "characters", minLength: 3, maxLength: 6, buckets: Math.round(2_000_000 * scale) };
    const subwords = { form, buckets: Uint32Array.of(7), values: new Float32Array(100).fill(1) };
    const model = {
      terms: ["river", "河水"],
      values: new Float32Array(200).fill(2),
      vectorSize: 100,
      metadata: new Map(),
    };
    await run(of({ ...model, subwords }).pipe(writeVectors({ path })));
    writeFileSync(join(folder, "terms.txt"), "river\n河水\nrivers\n");
    const { terms } = await convertVectors(path, join(folder, "few.vec"), { terms: join(folder, "terms.txt") });
    return { size: `${(statSync(path).size / 1e6).toFixed(0)} MB`, found: `${terms} terms` };
  },

  async manyTerms() {
    const terms = Math.round(1_000_000 * scale);
    fill("terms.txt", 2 * terms, (k) => `${k % 2 ? "term" : "词语"}${k % terms}${k % 16 === 15 ? "\n" : " "}`);
    const config = `
source: { files: { paths: terms.txt } }
steps: [tokenize: { mode: whitespace }, buildVocab: { minCount: 1 }, writeVocabulary: { path: vocab.arrow }, encode]
branches:
  word2vec: [windowContexts: { radius: fixed, sample: 0 }, word2vec: { vectorSize: 50, epochs: 1 }, writeVectors: { path: vectors.bin }]
  table: [windowContexts, accumulateCooccurrence: { memory: 64MB }, writeCooccurrence: { path: table.arrow }]`;
    const { manifest } = await runPipeline(pipelineOf(config), { out: join(folder, "out") });
    const rows = manifest.outputs.find(({ path }) => path === "vocab.arrow").rows;
    return { size: `${rows} terms`, found: `${rows} vectors` };
  },

  /** A table of documents and terms, 12 bytes a cell, ten times as large as its memory; lsa reads it from the scratch folder. */
  async largeDocumentTable() {
    const documents = Math.round(400_000 * scale);
    const perDocument = 20;
    const termOf = (k, i) => `${i % 2 ? "term" : "词语"}${Math.imul(k * perDocument + i, 0x9e3779b1) >>> 18}`;
    fill(
      "documents.txt",
      documents,
      (k) => `${Array.from({ length: perDocument }, (_, i) => termOf(k, i)).join(" ")}\n`,
    );
    const memory = Math.round(1.2 * perDocument * documents);
    const config = `
source: { files: { paths: documents.txt } }
steps: [tokenize: { mode: whitespace }, buildVocab: { minCount: 1 }, encode, documentTerms, documentFrequencies, weighTerms, accumulateDocumentTerms: { memory: ${memory}B }, lsa: { vectorSize: 20 }, writeSemanticSpace: { path: space.arrow }]`;
    const { manifest } = await runPipeline(pipelineOf(config), { out: join(folder, "out") });
    const size = `${((12 * perDocument * documents) / 1e6).toFixed(0)} MB of cells, memory ${(memory / 1e6).toFixed(1)} MB`;
    return { size, found: `${manifest.counts.documents} documents` };
  },

  /** Every tenth run is interrupted, every tenth fails, and every tenth learns on threads, and one of 50 does so and is interrupted. */
  async manyRuns() {
    const count = Math.round(1000 * scale);
    writeFileSync(join(folder, "corpus.txt"), "the cat sat on the mat by the dog\n猫 坐 在 垫子 上\n".repeat(40));
    const config = (workers, minCount = 1) => `
source: { files: { paths: corpus.txt } }
steps: [normalize, tokenize, buildVocab: { minCount: ${minCount} }, encode]
branches:
  word2vec: [windowContexts: { radius: fixed, sample: 0 }, word2vec: { vectorSize: 8, epochs: 2, workers: ${workers} }, writeVectors: { path: a.arrow }]
  glove: [windowContexts, accumulateCooccurrence: { workers: ${workers} }, glove: { vectorSize: 4, epochs: 2, workers: ${workers} }, writeVectors: { path: b.txt }]
  ids: [writeIds: { path: ids.parquet }]`;
    const [plain, threaded, failing] = [config(1), config(2), config(1, 1_000_000)].map(pipelineOf);
    const out = join(folder, "out");
    let early;
    for (let k = 0; k < count; k++) {
      const [isInterrupted, isFailing] = [k % 10 === 3 || k % 50 === 6, k % 10 === 7];
      const abort = new AbortController();
      let signs = 0;
      const onProgress = () => isInterrupted && ++signs > k % 40 && abort.abort();
      const pipeline = isFailing ? failing : k % 10 === 5 || k % 50 === 6 ? threaded : plain;
      await runPipeline(pipeline, { out, force: true, signal: abort.signal, onProgress }).catch((error) => {
        if (!isInterrupted && !isFailing) throw error;
      });
      if (k === Math.floor(count / 5)) early = await held();
    }
    rmSync(out, { recursive: true });
    const late = await held(early);
    const grown = Object.fromEntries(Object.keys(late).map((what) => [what, late[what] - early[what]]));
    return { size: `${count} runs`, found: say(grown), grown };
  },
};

/** What this process holds, once that is no more than before, or no less than a moment ago, as on a busy machine it takes a while to end threads. */
async function held(before) {
  let last = holding();
  for (let tries = 0; tries < 600; tries++) {
    await sleep(50);
    const now = holding();
    const isDone = Object.keys(now).every((what) => (before ? now[what] <= before[what] : now[what] >= last[what]));
    if (isDone) break;
    last = now;
  }
  globalThis.gc?.();
  return { ...holding(), heapMiB: Math.round(process.memoryUsage().heapUsed / MIB) };
}

function holding() {
  const count = (path) => readdirSync(path).length;
  return {
    files: count("/proc/self/fd"),
    threads: count("/proc/self/task"),
    handles: process.getActiveResourcesInfo().length,
  };
}

const say = ({ files, threads, handles, heapMiB }) =>
  `${files} files, ${threads} threads, ${handles} handles, ${heapMiB} MiB of heap more at the end than after a fifth`;

for (const one of chosen) {
  const [name, part] = one.split("=");
  [scale, folder] = [Number(part), join(parent, name)];
  mkdirSync(folder);
  const started = performance.now();
  const outcome = await cases[name]();
  const seconds = (performance.now() - started) / 1000;
  rmSync(folder, { recursive: true });
  console.log(JSON.stringify({ name, ...outcome, peakMiB: peakMiB(), seconds }));
}
