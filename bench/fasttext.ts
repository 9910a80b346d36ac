/**
 * How fast vectors with subwords are trained, and how well they agree with people: whole processes, from the text to the written model.
 *
 *     npm run bench:fasttext -- FILE [--threads 2] [--rounds 3] [--architectures skipGram,cbow] [--modes same,hogwild] [--seeds 1]
 *         [--vectorSize 100] [--epochs 1] [--similarity FILE]... [--analogies FILE]...
 *
 * FILE holds lower-cased words between spaces, a paragraph a line. fastText (or the program that FASTTEXT names) trains on the same file
 * with the same settings and threads, in turn. `same` trains on one thread less than asked for, beside the one that reads; `hogwild` on as
 * many. Scores are means over seeds 1 .. `seeds`, each of a run of its own, which are not timed: of pairs of known words, and, behind a
 * stroke, of all pairs, with vectors made of subwords.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { evaluateSimilarity, parseSimilarityPairs, Vectors } from "../kernels/index.js";
import { readVectors } from "../storage/index.js";
import { namesOf, scoresOf } from "./scores.js";
import {
  type Contender,
  compareInTurn,
  costOf,
  inScratch,
  installed,
  lexstreamRun,
  type Program,
} from "./wholeProcess.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: "string", default: "2" },
    rounds: { type: "string", default: "3" },
    architectures: { type: "string", default: "skipGram,cbow" },
    modes: { type: "string", default: "same,hogwild" },
    seeds: { type: "string", default: "1" },
    vectorSize: { type: "string", default: "100" },
    epochs: { type: "string", default: "1" },
    similarity: { type: "string", multiple: true, default: [] },
    analogies: { type: "string", multiple: true, default: [] },
  },
});
if (positionals[0] === undefined) throw new TypeError("bench/fasttext: a file must be given");
const corpus = resolve(positionals[0]);
const fastText = process.env.FASTTEXT ?? "fasttext";
const names = namesOf({ similarity: values.similarity, analogies: [] });
const factNames = [
  ...names.map((name) => `${name}, known / all`),
  ...namesOf({ similarity: [], analogies: values.analogies }),
];

type Architecture = "skipGram" | "cbow";

const [windowSize, negative, minCount, sample, learningRate] = [5, 5, 5, 1e-4, 0.05];
const [minSubword, maxSubword, buckets] = [3, 6, 2_000_000];

for (const architecture of values.architectures.split(",") as Architecture[]) {
  console.log(`${architecture}, ${values.threads} threads`);
  await inScratch(async (folder) => {
    const ours = values.modes.split(",").map((mode) => lexstream(folder, architecture, mode));
    await compareInTurn([...ours, ...installed([peer(folder, architecture)])], Number(values.rounds), factNames);
  });
}

/** A run with a seed, and the scores of what it made. */
interface Trainer {
  readonly program: (seed: number) => Program;
  readonly scores: (seed: number) => Promise<number[]>;
}

function contender(name: string, { program, scores }: Trainer): Contender {
  const facts = async () => {
    const all: number[][] = [];
    for (let seed = 1; seed <= Number(values.seeds); seed++) {
      costOf([program(seed)]);
      all.push(await scores(seed));
    }
    const means = all[0]!.map((_, i) => (all.reduce((sum, each) => sum + each[i]!, 0) / all.length).toFixed(4));
    const pairs = names.map((_, i) => `${means[2 * i]} / ${means[2 * i + 1]}`);
    return [...pairs, ...means.slice(2 * names.length)];
  };
  return { name, programs: [program(1)], facts: factNames.length > 0 ? facts : () => [] };
}

function lexstream(folder: string, architecture: Architecture, mode: string): Contender {
  const workers = mode === "same" ? Math.max(1, Number(values.threads) - 1) : Number(values.threads);
  const [vectorSize, epochs] = [Number(values.vectorSize), Number(values.epochs)];
  const runOf = (seed: number) =>
    lexstreamRun(folder, corpus, [
      { tokenize: { mode: "whitespace" } },
      { buildVocab: { minCount } },
      "encode",
      { windowContexts: { windowSize, radius: "random", sample, seed } },
      {
        fastText: {
          ...{
            architecture,
            vectorSize,
            negative,
            learningRate,
            minSubword,
            maxSubword,
            buckets,
            epochs,
            seed,
            workers,
          },
          deterministic: mode === "same",
        },
      },
      { writeVectors: { path: "vectors.arrow" } },
    ]);
  const runs = new Map<number, ReturnType<typeof runOf>>();
  const run = (seed: number) => runs.get(seed) ?? runs.set(seed, runOf(seed)).get(seed)!;
  return contender(`lexstream, ${mode}, ${workers} training and 1 reading`, {
    program: (seed) => run(seed)[0],
    scores: async (seed) => {
      const vectors = new Vectors(await readVectors(join(run(seed)[1], "vectors.arrow")));
      return scoresWith(vectors, (file) => evaluateSimilarity(vectors, pairsOf(file)).withSubwords!.spearman);
    },
  });
}

function peer(folder: string, architecture: Architecture): Contender {
  const output = join(mkdtempSync(join(folder, "fasttext-")), "model");
  const program = (seed: number) => ({
    command: fastText,
    args: [
      ...[architecture === "cbow" ? "cbow" : "skipgram", "-input", corpus, "-output", output, "-seed", `${seed}`],
      ...["-dim", values.vectorSize, "-ws", `${windowSize}`, "-neg", `${negative}`, "-minCount", `${minCount}`],
      ...["-minn", `${minSubword}`, "-maxn", `${maxSubword}`, "-bucket", `${buckets}`, "-epoch", values.epochs],
      ...["-t", `${sample}`, "-lr", `${learningRate}`, "-thread", values.threads, "-verbose", "0"],
    ],
  });
  return contender("fastText", {
    program,
    scores: async () => {
      const known = new Vectors(await readVectors(`${output}.vec`, { onInvalid: "replace" }));
      return scoresWith(
        known,
        (file) => evaluateSimilarity(vectorsOfPairs(`${output}.bin`, file), pairsOf(file)).spearman,
      );
    },
  });
}

/** Of each similarity file both scores, then of each file of analogies its own. */
function scoresWith(known: Vectors, withSubwords: (file: string) => number): number[] {
  const files = values.similarity.flatMap((file) => [
    evaluateSimilarity(known, pairsOf(file)).spearman,
    withSubwords(file),
  ]);
  return [...files, ...scoresOf(known, { similarity: [], analogies: values.analogies }).map(Number)];
}

function pairsOf(file: string) {
  return parseSimilarityPairs(readFileSync(file, "utf8"), file);
}

/** The vectors that fastText makes for all words of a file of pairs. */
function vectorsOfPairs(model: string, file: string): Vectors {
  const words = new Set(pairsOf(file).flatMap(({ a, b }) => [a.toLowerCase(), b.toLowerCase()]));
  const input = `${[...words].join("\n")}\n`;
  const lines = execFileSync(fastText, ["print-word-vectors", model], { input, maxBuffer: 2 ** 28, encoding: "utf8" });
  const rows = lines
    .trimEnd()
    .split("\n")
    .map((line) => line.trimEnd().split(" "));
  return new Vectors({
    terms: rows.map(([word]) => word!),
    vectorSize: Number(values.vectorSize),
    values: Float32Array.from(rows.flatMap((row) => row.slice(1).map(Number))),
    metadata: new Map(),
  });
}
