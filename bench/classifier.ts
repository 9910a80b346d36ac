/**
 * How fast a classifier of texts is trained, and how often it is right: whole processes, from the text to the written model.
 *
 *     npm run bench:classifier -- TRAIN TEST [--threads 2] [--rounds 3] [--wordNgrams 1,2] [--modes same,defaults] [--loss softmax]
 *         [--vectorSize 100] [--epochs 5] [--learningRate 0.5]
 *
 * TRAIN and TEST hold `__label__x` and words between spaces, a text a line. fastText (or the program that FASTTEXT names) trains on the same
 * file with the same settings and threads, in turn. `same` has fastText's features and rates, and keeps no text aside; `defaults` sets the
 * n-grams alone. Both train on one thread less than asked for, beside the one that reads. P@1 is of the last round.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import {
  type Contender,
  compareInTurn,
  inScratch,
  installed,
  lexstreamProgram,
  lexstreamRun,
  type Program,
} from "./wholeProcess.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: "string", default: "2" },
    rounds: { type: "string", default: "3" },
    wordNgrams: { type: "string", default: "1,2" },
    modes: { type: "string", default: "same,defaults" },
    loss: { type: "string", default: "softmax" },
    vectorSize: { type: "string", default: "100" },
    epochs: { type: "string", default: "5" },
    learningRate: { type: "string", default: "0.5" },
  },
});
if (positionals.length !== 2)
  throw new TypeError("bench/classifier: a file to learn from and one to be tested on must be given");
const [train, test] = positionals.map((path) => resolve(path)) as [string, string];
const fastText = process.env.FASTTEXT ?? "fasttext";
const lossNames: Readonly<Record<string, string>> = {
  softmax: "softmax",
  hierarchicalSoftmax: "hs",
  negativeSampling: "ns",
  oneVsAll: "ova",
};

for (const wordNgrams of values.wordNgrams.split(",").map(Number)) {
  console.log(`${train}, wordNgrams ${wordNgrams}, ${values.threads} threads`);
  await inScratch(async (folder) => {
    const ours = values.modes.split(",").map((mode) => lexstream(folder, wordNgrams, mode));
    await compareInTurn([...ours, ...installed([peer(folder, wordNgrams)])], Number(values.rounds), ["P@1"]);
  });
}

function lexstream(folder: string, wordNgrams: number, mode: string): Contender {
  const workers = Math.max(1, Number(values.threads) - 1);
  const same = {
    epochs: Number(values.epochs),
    learningRate: Number(values.learningRate),
    vectorSize: Number(values.vectorSize),
    ...{ loss: values.loss, featureRates: "even", holdout: 0, sentenceEnd: true },
  };
  const [program, out] = lexstreamRun(
    folder,
    train,
    [
      { tokenize: { mode: "whitespace" } },
      { buildVocab: { minCount: 1 } },
      "encode",
      { fastTextClassifier: { wordNgrams, workers, ...(mode === "same" ? same : {}) } },
      { writeClassifier: { path: "classifier.arrow" } },
    ],
    "labelled",
  );
  const shareRight = () => {
    const scores = textOf({ ...program, args: [lexstreamProgram, "eval", out, "--labelled", test, "--json"] });
    return [(JSON.parse(scores) as { readonly precisionAtK: number }).precisionAtK.toFixed(4)];
  };
  return { name: `lexstream, ${mode}, ${workers} training and 1 reading`, programs: [program], facts: shareRight };
}

function peer(folder: string, wordNgrams: number): Contender {
  const output = join(mkdtempSync(join(folder, "fasttext-")), "model");
  const program: Program = {
    command: fastText,
    args: [
      ...["supervised", "-input", train, "-output", output, "-wordNgrams", `${wordNgrams}`],
      ...["-loss", lossNames[values.loss]!, "-dim", values.vectorSize, "-epoch", values.epochs],
      ...["-lr", values.learningRate, "-thread", values.threads, "-verbose", "0"],
    ],
  };
  const shareRight = () => [/P@1\s+(\S+)/.exec(textOf({ ...program, args: ["test", `${output}.bin`, test] }))![1]!];
  return { name: "fastText", programs: [program], facts: shareRight };
}

function textOf({ command, args }: Program): string {
  return execFileSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 28, stdio: ["ignore", "pipe", "ignore"] });
}
