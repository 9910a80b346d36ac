/**
 * How fast topics are learned, and how well they predict documents that they were not learned from, beside gensim's LdaModel and scikit-learn's
 * LatentDirichletAllocation.
 *
 *     npm run bench:lda -- TRAIN TEST [--topics 50] [--epochs 2] [--workers 1] [--rounds 3] [--batchSize 500] [--peers gensim,sklearn]
 *         [--option NAME=VALUE]... [--fitted ldaSampler,plsa] [--iterations 200]
 *
 * TRAIN and TEST hold a text a line, behind a label and a tab; 20 Newsgroups are meant. Tokens are runs of letters and digits in lower case; terms are
 * longer than two letters and no numbers, in 5 documents to half of them, without the 318 stop words of scikit-learn. What is measured is the fit alone:
 * starts, imports and reading are left out, everywhere. All have learning decay 0.7, offset 10, documents a step as told and priors of 1 / topics; the others 50
 * steps a document and a tolerance of 1e-3, we what we have as default. The same code scores all: even tokens tell a document's topics, odd ones are predicted;
 * NPMI of the first ten terms in the training documents.
 *
 * `--fitted` adds models that learn from the whole table, with `--iterations` instead of passes; scikit-learn's NMF under the Kullback-Leibler
 * divergence, whose steps plsa makes, is the peer `nmf`, makes as many, and begins as plsa does, with equal shares of topics and with terms at random.
 *
 * The others are run by the Python of PYTHON, /usr/bin/python3 if it is not set, with one thread of BLAS.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { HeldOutDocuments, makeVocabulary, PairsInDocuments, TopicInference, topicTerms } from "../kernels/index.js";
import { lda, ldaSampler, plsa } from "../models/index.js";
import type { DocumentTermBatch, FittedModel, Topics, Vocabulary } from "../schemas/index.js";
import { inScratch, median } from "./wholeProcess.js";

const python = process.env.PYTHON ?? "/usr/bin/python3";
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    topics: { type: "string", default: "50" },
    epochs: { type: "string", default: "2" },
    workers: { type: "string", default: "1" },
    rounds: { type: "string", default: "3" },
    batchSize: { type: "string", default: "500" },
    peers: { type: "string", default: "gensim,sklearn" },
    option: { type: "string", multiple: true, default: [] },
    fitted: { type: "string", default: "" },
    iterations: { type: "string", default: "200" },
  },
});
const [trainPath, testPath] = positionals;
if (trainPath === undefined || testPath === undefined)
  throw new TypeError("bench/lda: texts to learn from and texts to score on must be given");
const [topics, epochs, batchSize] = [Number(values.topics), Number(values.epochs), Number(values.batchSize)];

interface Fitted {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly topics: Topics;
}

await inScratch(async (folder) => {
  const { vocabulary, train, test } = prepare(readTexts(trainPath), readTexts(testPath));
  writeMatrix(join(folder, "train"), train);
  const tokens = train.lengths.reduce((sum, length) => sum + length, 0);
  console.log(
    `${train.lengths.length} documents, ${vocabulary.terms.length} terms, ${train.terms.length} cells, ${tokens} tokens; K = ${topics}, ${epochs} passes; load ${loadavg()[0]!.toFixed(1)}\n`,
  );
  const programs: [string, () => Promise<Fitted> | Fitted][] = [
    [`lexstream, ${values.workers} threads`, () => ours(train)],
    ...values.fitted
      .split(",")
      .filter(Boolean)
      .map((name): [string, () => Promise<Fitted>] => [`lexstream ${name}`, () => fitTable(name, train)]),
    ...values.peers
      .split(",")
      .filter(Boolean)
      .map((name): [string, () => Fitted] => [name, () => peer(name, folder, vocabulary)]),
  ];
  const runs = programs.map((): Fitted[] => []);
  for (let round = 0; round < Number(values.rounds); round++)
    for (const [i, [, learn]] of programs.entries()) runs[i]!.push(await learn());
  printRow(["program", "wall, s", "processor, s", "wall, times", "processor, times", "held-out perplexity", "NPMI"]);
  printRow(new Array(7).fill("---"));
  for (const [i, [name]] of programs.entries()) {
    const of = (what: "seconds" | "processorSeconds", run: number) => runs[run]!.map((fitted) => fitted[what]);
    const times = (what: "seconds" | "processorSeconds") =>
      median(of(what, i).map((cost, round) => cost / of(what, 0)[round]!)).toFixed(1);
    const { topics: fitted } = runs[i]!.at(-1)!;
    printRow([
      name,
      ...(["seconds", "processorSeconds"] as const).map((what) => median(of(what, i)).toFixed(2)),
      ...(["seconds", "processorSeconds"] as const).map(times),
      perplexity(fitted, test).toFixed(0),
      npmi(fitted, train).toFixed(3),
    ]);
  }
});

function printRow(cells: readonly string[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}

async function ours(train: DocumentTermBatch): Promise<Fitted> {
  const options = Object.fromEntries(
    values.option.map((text) => text.split("=")).map(([name, value]) => [name, JSON.parse(value!)]),
  );
  const model = lda({ topics, epochs, batchSize, workers: Number(values.workers), ...options });
  const [started, used] = [performance.now(), process.cpuUsage()];
  for (let epoch = 0; epoch < epochs; epoch++) await model.update({ ...train, epoch });
  const fitted = await model.result();
  const { user, system } = process.cpuUsage(used);
  const seconds = (performance.now() - started) / 1000;
  await model.close();
  return { seconds, processorSeconds: (user + system) / 1e6, topics: fitted };
}

async function fitTable(name: string, train: DocumentTermBatch): Promise<Fitted> {
  const iterations = Number(values.iterations);
  const models: Record<string, () => FittedModel<"documentTermTable", "topics">> = {
    ldaSampler: () => ldaSampler({ topics, iterations, workers: Number(values.workers) }),
    plsa: () => plsa({ topics, iterations, heldOut: 0 }),
  };
  const model = models[name]!();
  const tokens = train.lengths.reduce((sum, length) => sum + length, 0);
  const [started, used] = [performance.now(), process.cpuUsage()];
  const steps = model.fit({
    ...{ vocabulary: train.vocabulary, documents: train.lengths.length, length: train.terms.length, tokens },
    ...{ documentFrequencies: new Float64Array(train.vocabulary.terms.length), documentParts: [] },
    async *batches() {
      yield train;
    },
  });
  for await (const _ of steps);
  const fitted = await model.result();
  const { user, system } = process.cpuUsage(used);
  const seconds = (performance.now() - started) / 1000;
  await model.close();
  const isPlsa = name === "plsa"; // which has no prior: scored with that of the peers
  return {
    seconds,
    processorSeconds: (user + system) / 1e6,
    topics: isPlsa ? { ...fitted, alpha: smallPrior() } : fitted,
  };
}

/** For those that have none of their own. */
function smallPrior(): Float64Array {
  return new Float64Array(topics).fill(1 / topics);
}

function peer(name: string, folder: string, vocabulary: Vocabulary): Fitted {
  const out = join(folder, `${name}.f32`);
  const script = fileURLToPath(new URL("../../bench/lda.py", import.meta.url));
  const passes = name === "nmf" ? values.iterations : epochs;
  const args = [script, name, join(folder, "train"), topics, passes, batchSize, out].map(String);
  const env = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
  const { stdout, stderr, status } = spawnSync(python, args, { encoding: "utf8", env });
  if (status !== 0) throw new Error(`bench/lda: ${name} must run under ${python}, got: ${stderr.slice(-500)}`);
  const byTopic = new Float32Array(readFileSync(out).buffer);
  const terms = vocabulary.terms.length;
  const weights = byTopic.map((_, at) => byTopic[(at % topics) * terms + Math.floor(at / topics)]!);
  return { ...JSON.parse(stdout), topics: { vocabulary, weights, alpha: smallPrior(), metadata: new Map() } };
}

function perplexity(fitted: Topics, test: DocumentTermBatch): number {
  const held = new HeldOutDocuments(new TopicInference(fitted));
  held.addBatch(test);
  return held.score.perplexity;
}

function npmi(fitted: Topics, train: DocumentTermBatch): number {
  const lists = topicTerms(fitted, { k: 10, by: "probability" }).map(({ terms }) => terms.map(({ term }) => term));
  const pairs = new PairsInDocuments(lists);
  pairs.addBatch(train);
  const found = pairs.coherence().npmi;
  return found.reduce((sum, each) => sum + each, 0) / found.length;
}

function readTexts(path: string): string[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => line.slice(line.indexOf("\t") + 1));
}

function prepare(trainTexts: readonly string[], testTexts: readonly string[]) {
  const tokensOf = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const stopWords = new Set(stopList());
  const train = trainTexts.map(tokensOf);
  const frequencies = new Map<string, number>();
  const occurrences = new Map<string, number>();
  for (const tokens of train) {
    for (const token of new Set(tokens)) frequencies.set(token, (frequencies.get(token) ?? 0) + 1);
    for (const token of tokens) occurrences.set(token, (occurrences.get(token) ?? 0) + 1);
  }
  const isKept = (term: string) =>
    term.length > 2 &&
    !/^\p{N}+$/u.test(term) &&
    !stopWords.has(term) &&
    frequencies.get(term)! >= 5 &&
    frequencies.get(term)! <= train.length / 2;
  const terms = [...frequencies.keys()]
    .filter(isKept)
    .sort((a, b) => occurrences.get(b)! - occurrences.get(a)! || (a < b ? -1 : 1));
  const vocabulary = makeVocabulary(
    terms,
    Float64Array.from(terms, (term) => occurrences.get(term)!),
  );
  return { vocabulary, train: matrixOf(vocabulary, train), test: matrixOf(vocabulary, testTexts.map(tokensOf)) };
}

function stopList(): string[] {
  const ask = "from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS as words; print(' '.join(sorted(words)))";
  const { stdout, status, stderr } = spawnSync(python, ["-c", ask], { encoding: "utf8" });
  if (status !== 0)
    throw new Error(`bench/lda: ${python} must have scikit-learn, for its stop words, got: ${stderr.slice(-500)}`);
  return stdout.trim().split(" ");
}

function matrixOf(vocabulary: Vocabulary, documents: readonly (readonly string[])[]): DocumentTermBatch {
  const rows = documents.map((tokens) => {
    const counts = new Map<number, number>();
    for (const token of tokens) {
      const id = vocabulary.idOf(token);
      if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return [...counts].sort(([a], [b]) => a - b);
  });
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, d) => {
    offsets[d + 1] = offsets[d]! + row.length;
  });
  const cells = rows.flat();
  return {
    ...{ vocabulary, offsets, epoch: 0 },
    terms: Uint32Array.from(cells, ([term]) => term),
    values: Float64Array.from(cells, ([, count]) => count),
    lengths: Uint32Array.from(rows, (row) => row.reduce((sum, [, count]) => sum + count, 0)),
    rowDocuments: Uint32Array.from(rows.keys()),
  };
}

function writeMatrix(path: string, { offsets, terms, values: counts }: DocumentTermBatch): void {
  const parts = { offsets, terms, counts: Uint32Array.from(counts) };
  for (const [name, array] of Object.entries(parts)) writeFileSync(`${path}.${name}`, array);
}
