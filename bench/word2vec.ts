/**
 * How fast word2vec trains, and how well its vectors agree with people: whole processes, from the text to the written vectors.
 *
 *     npm run bench:word2vec -- FILE [--threads 2] [--rounds 5] [--variants skipGram-negativeSampling,...] [--modes same,hogwild]
 *         [--vectorSize 100] [--epochs 1] [--similarity FILE]... [--analogies FILE]...
 *
 * FILE holds lower-cased words between spaces, a paragraph a line. Those of word2vec (or the program that WORD2VEC names; several,
 * separated by colons), fasttext and gensim (of PYTHON, python3 if left out) that are installed train on the same file with the same
 * settings and threads, in turn. A run of ours has a main thread that reads besides those that train: `same` trains on as many as
 * make up the number asked for, `hogwild` on the number asked for, and so has one thread more than the others.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Vectors } from "../kernels/index.js";
import { readVectors } from "../storage/index.js";
import { namesOf, scoresOf } from "./scores.js";
import { type Contender, compareInTurn, inScratch, installed, lexstreamRun, noteAbsent } from "./wholeProcess.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: "string", default: "2" },
    rounds: { type: "string", default: "5" },
    variants: {
      type: "string",
      default: "skipGram-negativeSampling,skipGram-hierarchicalSoftmax,cbow-negativeSampling,cbow-hierarchicalSoftmax",
    },
    modes: { type: "string", default: "same,hogwild" },
    vectorSize: { type: "string", default: "100" },
    epochs: { type: "string", default: "1" },
    similarity: { type: "string", multiple: true, default: [] },
    analogies: { type: "string", multiple: true, default: [] },
  },
});
if (positionals[0] === undefined) throw new TypeError("bench/word2vec: a file must be given");
const corpus = resolve(positionals[0]);

interface Variant {
  readonly architecture: "skipGram" | "cbow";
  readonly loss: "negativeSampling" | "hierarchicalSoftmax";
}

const windowSize = 5;
const negative = 5;
const sample = 1e-3;
const minCount = 5;

for (const name of values.variants.split(",")) {
  const [architecture, loss] = name.split("-") as [Variant["architecture"], Variant["loss"]];
  console.log(`${architecture}, ${loss}, ${values.threads} threads`);
  await inScratch(async (folder) => {
    const ours = values.modes.split(",").map((mode) => trainOurs(folder, { architecture, loss }, mode));
    const peers = installed(peersOf(folder, { architecture, loss })).filter(hasLibrary);
    await compareInTurn([...ours, ...peers], Number(values.rounds), namesOf(values));
  });
}

function trainOurs(folder: string, variant: Variant, mode: string): Contender {
  const workers = mode === "same" ? Math.max(1, Number(values.threads) - 1) : Number(values.threads);
  const [vectorSize, epochs] = [Number(values.vectorSize), Number(values.epochs)];
  const [program, out] = lexstreamRun(folder, corpus, [
    { tokenize: { mode: "whitespace" } },
    { buildVocab: { minCount } },
    "encode",
    { windowContexts: { windowSize, radius: "random", sample } },
    { word2vec: { ...variant, vectorSize, negative, epochs, workers, deterministic: mode === "same" } },
    { writeVectors: { path: "vectors.bin" } },
  ]);
  const facts = () => scoresOfFile(join(out, "vectors.bin"));
  return { name: `lexstream, ${mode}, ${workers} training and 1 reading`, programs: [program], facts };
}

function peersOf(folder: string, { architecture, loss }: Variant): Contender[] {
  const { threads, vectorSize, epochs } = values;
  const cbow = architecture === "cbow";
  const softmax = loss === "hierarchicalSoftmax";
  const rate = cbow ? "0.05" : "0.025";
  const peer = (
    name: string,
    command: string,
    argsFor: (output: string) => readonly string[],
    ending = "",
  ): Contender => {
    const output = join(mkdtempSync(join(folder, "peer-")), "vectors");
    return {
      name,
      programs: [{ command, args: argsFor(output) }],
      facts: () => scoresOfFile(output + ending),
    };
  };
  const word2vec = (output: string) => [
    ...["-train", corpus, "-output", output, "-binary", "1", "-size", vectorSize, "-window", `${windowSize}`],
    ...["-cbow", cbow ? "1" : "0", "-hs", softmax ? "1" : "0", "-negative", softmax ? "0" : `${negative}`],
    ...["-sample", `${sample}`, "-min-count", `${minCount}`, "-iter", epochs, "-threads", threads, "-alpha", rate],
  ];
  const fasttext = (output: string) => [
    ...[cbow ? "cbow" : "skipgram", "-input", corpus, "-output", output, "-dim", vectorSize, "-ws", `${windowSize}`],
    ...["-loss", softmax ? "hs" : "ns", "-neg", `${negative}`, "-t", `${sample}`, "-minCount", `${minCount}`],
    ...["-epoch", epochs, "-thread", threads, "-lr", rate, "-maxn", "0"],
  ];
  const gensim = (output: string) => [
    "-c",
    `
from gensim.models import Word2Vec
model = Word2Vec(corpus_file=${JSON.stringify(corpus)}, vector_size=${vectorSize}, window=${windowSize}, sample=${sample},
  min_count=${minCount}, epochs=${epochs}, workers=${threads}, alpha=${rate}, sg=${cbow ? 0 : 1}, hs=${softmax ? 1 : 0},
  negative=${softmax ? 0 : negative})
model.wv.save_word2vec_format(${JSON.stringify(output)}, binary=True)`,
  ];
  return [
    ...(process.env.WORD2VEC ?? "word2vec").split(":").map((path) => peer(basename(path), path, word2vec)),
    peer("fastText", "fasttext", fasttext, ".vec"),
    peer("gensim, `corpus_file`", process.env.PYTHON ?? "python3", gensim),
  ];
}

/** A Python without gensim is no peer. */
function hasLibrary({ name, programs }: Contender): boolean {
  const isThere = !name.startsWith("gensim") || spawnSync(programs[0]!.command, ["-c", "import gensim"]).status === 0;
  if (!isThere) noteAbsent(name);
  return isThere;
}

async function scoresOfFile(path: string): Promise<string[]> {
  return scoresOf(new Vectors(await readVectors(path, { onInvalid: "replace" })), values);
}
