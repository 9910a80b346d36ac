/**
 * What a word's sense is read from: both sides at once (bert), the left alone (gpt), or two one-way readers side by side (elmo), and no context
 * (word2vec). All learn from the same cut of a text, bert, gpt and elmo in the same rows with as many steps, layers and numbers.
 *
 *     npm run bench:contextual -- TEXT [--senses FILE] [--pairs FILE [--train FILE]] [--mode words|chinese] [--steps 2000] [--epochs 4]
 *         [--rows 16] [--length 64] [--vectorSize 128] [--layers 2] [--terms 5000] [--perSense 100] [--workers 2] [--out FOLDER]
 *         [--models bert,gpt,elmo] [--vectors FILE]
 *
 * TEXT holds paragraphs, with a blank line between documents; so much of its beginning is read that the steps come out, about. Prints the
 * held-out loss of what each predicts, which differs from one to the other, then with 95 % intervals how often the sense is right that each layer
 * tells (`lexstream eval --word-senses`), and with a standard error how often it is right about pairs (`--word-in-context`). The rows of elmo
 * have twice as many numbers: both directions. With `--vectors`, of vectorSize numbers, bert and gpt begin with them, and the static ones that
 * are compared are these. `--out` keeps the models.
 */
import { spawnSync } from "node:child_process";
import { createReadStream, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { evaluateWordInContext, evaluateWordSenses, loadLanguageModel, type Manifest } from "../pipelines/index.js";
import { decompress } from "../storage/files/decompress.js";
import { inScratch, lexstreamProgram } from "./wholeProcess.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    senses: { type: "string" },
    pairs: { type: "string" },
    train: { type: "string" },
    mode: { type: "string", default: "words" },
    steps: { type: "string", default: "2000" },
    epochs: { type: "string", default: "4" },
    rows: { type: "string", default: "16" },
    length: { type: "string", default: "64" },
    vectorSize: { type: "string", default: "128" },
    layers: { type: "string", default: "2" },
    terms: { type: "string", default: "5000" },
    perSense: { type: "string", default: "100" },
    workers: { type: "string", default: "2" },
    out: { type: "string" },
    models: { type: "string", default: "bert,gpt,elmo" },
    vectors: { type: "string" },
  },
});
const [text] = positionals;
if (text === undefined || positionals.length > 1)
  throw new TypeError("bench/contextual: one text to learn from must be given");

/** Bytes of text that make a token, about. */
const BYTES = 6;
const STATIC = "word2vec";
const MODELS = values.models.split(",");
const given = values.vectors === undefined ? undefined : resolve(values.vectors);

const numberOf = (name: "steps" | "epochs" | "rows" | "length" | "vectorSize" | "layers" | "terms" | "workers") =>
  Number(values[name]);
const [rows, length, epochs, vectorSize, layers] = (["rows", "length", "epochs", "vectorSize", "layers"] as const).map(
  numberOf,
) as [number, number, number, number, number];

const models = (out: string) => [given ?? `${out}#${STATIC}`, ...MODELS.map((name) => join(out, name))];
const nameOf = (model: string) => (model === given ? STATIC : model.split(/[#/]/).at(-1)!);
const all = { layers: { kind: "all" }, pooling: "mean" } as const;
const percent = (share: number) => (100 * share).toFixed(2);

if (values.out === undefined) await inScratch(compare);
else {
  mkdirSync(values.out, { recursive: true });
  await compare(resolve(values.out));
}

async function compare(folder: string): Promise<void> {
  const corpus = join(folder, "corpus.txt");
  const bytes = Math.round((BYTES * numberOf("steps") * rows * length) / epochs);
  writeFileSync(corpus, await beginningOf(text!, bytes));
  const config = join(folder, "config.json");
  writeFileSync(config, JSON.stringify(pipeline(corpus), undefined, 2));
  const out = join(folder, "run");
  const before = loadavg()[0]!;
  const started = performance.now();
  const args = [lexstreamProgram, "run", config, "--out", out, "--force", "--progress", "plain"];
  if (spawnSync(process.execPath, args, { stdio: "inherit" }).status !== 0) throw new Error("the run has failed");
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  console.log(
    `\n${text}: ${minutes} minutes, load ${before.toFixed(1)} before and ${loadavg()[0]!.toFixed(1)} after\n`,
  );
  await printLearned(out);
  if (values.senses !== undefined) await printSenses(out, values.senses);
  if (values.pairs !== undefined) await printPairs(out, values.pairs);
}

/** So many bytes of a text, packed or not, up to the end of a document. */
async function beginningOf(path: string, bytes: number): Promise<string> {
  const fault = (_: string, what: string) => new Error(`${path}: ${what}`);
  const chunks: Uint8Array[] = [];
  let read = 0;
  for await (const chunk of decompress(createReadStream(path), { fault }, 1000)) {
    chunks.push(chunk);
    read += chunk.length;
    if (read >= bytes) break;
  }
  const beginning = Buffer.concat(chunks).subarray(0, bytes).toString();
  return `${beginning.slice(0, beginning.lastIndexOf("\n\n") + 1)}`;
}

function pipeline(corpus: string) {
  const learning = { epochs, holdout: 0.05, workers: numberOf("workers"), deterministic: false };
  const initialDeviation = 0.55 / Math.sqrt(vectorSize); // with BERT's 0.02, made for 768 numbers, so few steps teach little
  const pack = { packSequences: { length, batchSize: rows, lanes: 0, across: "document" } };
  const begun = given === undefined ? {} : { initialVectors: given };
  const blocks = { layers, heads: 4, vectorSize, positions: length, dropout: 0.1, warmup: 100, ...begun };
  const write = (name: string) => ({ writeLanguageModel: { path: `${name}/model.safetensors` } });
  const learned = {
    bert: [
      pack,
      "maskTokens",
      { bert: { ...blocks, ...learning, nextSentence: false, learningRate: 0.002, initialDeviation } },
      write("bert"),
    ],
    gpt: [pack, { gpt: { ...blocks, ...learning, learningRate: 0.002 } }, write("gpt")],
    elmo: [pack, { elmo: { layers, vectorSize, hiddenSize: 2 * vectorSize, ...learning } }, write("elmo")],
    word2vec: ["windowContexts", { word2vec: { vectorSize, epochs } }, { writeVectors: { path: "word2vec.arrow" } }],
  };
  const isWanted = (name: string) => MODELS.includes(name) || (name === STATIC && given === undefined);
  return {
    source: { files: { paths: corpus, format: "paragraphs" } },
    steps: [
      "normalize",
      { tokenize: { mode: values.mode } },
      { buildVocab: { minCount: 5, maxSize: numberOf("terms"), extraTerms: ["[PAD]", "[UNK]", "[MASK]", "</s>"] } },
      { encode: { unknown: "[UNK]", sentenceEnd: "</s>" } },
    ],
    branches: Object.fromEntries(Object.entries(learned).filter(([name]) => isWanted(name))),
  };
}

async function printLearned(out: string): Promise<void> {
  const { losses } = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8")) as Manifest;
  printRow(["model", "steps", "parameters", "held-out loss after each pass, nats"]);
  printRow(["---", "---", "---", "---"]);
  for (const name of MODELS) {
    const { metadata, tensors } = await loadLanguageModel(join(out, name));
    const { steps } = JSON.parse(metadata.get("learned")!) as { steps: number };
    const parameters = tensors.reduce((sum, tensor) => sum + tensor.values.length, 0);
    const held = losses[name]!.map(({ heldOutLoss }) => heldOutLoss?.toFixed(3) ?? "").join(", ");
    printRow([name, String(steps), String(parameters), held]);
  }
}

async function printSenses(out: string, file: string): Promise<void> {
  console.log(`\n${file}, at most ${values.perSense} sentences of each sense; in %, with 95 % intervals\n`);
  printRow(["model", "vector", "accuracy", "macro F1", "above the most frequent sense"]);
  printRow(new Array(5).fill("---"));
  for (const [k, model] of models(out).entries()) {
    const request = { file, perSense: Number(values.perSense), seed: 1, ...all };
    const { majority, ways } = await evaluateWordSenses("bench", model, request);
    const told = (scores: { score: number; low: number; high: number }) =>
      `${percent(scores.score)} (${percent(scores.low)} to ${percent(scores.high)})`;
    if (k === 0) printRow(["most frequent sense", "", told(majority.accuracy), told(majority.macroF1), ""]);
    for (const [way, { accuracy, macroF1, aboveMajority }] of Object.entries(ways))
      printRow([nameOf(model), way, ...[accuracy, macroF1, aboveMajority].map(told)]);
  }
}

async function printPairs(out: string, file: string): Promise<void> {
  console.log(`\n${file}${values.train ? `, thresholds chosen on ${values.train}` : ""}; in %, with standard errors\n`);
  printRow(["model", "vector", "right"]);
  printRow(new Array(3).fill("---"));
  for (const [k, model] of models(out).entries()) {
    const { majority, ways } = await evaluateWordInContext("bench", model, { file, train: values.train, ...all });
    const told = (scores: typeof majority) => `${percent(scores.accuracy)} ± ${percent(scores.standardError)}`;
    if (k === 0) printRow(["more frequent answer", "", told(majority)]);
    for (const [way, score] of Object.entries(ways)) printRow([nameOf(model), way, told(score)]);
  }
}

function printRow(cells: readonly string[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}
