/**
 * One table of all that is measured as whole processes, beside other programs: the medians of the benchmarks of each unit.
 *
 *     npm run bench:all -- FILE [--peers] [--rounds 3] [--threads 2] [--only tokenize,word2vec,...]
 *         [--chinese FILE] [--labelled TRAIN --heldOut TEST]
 *
 * FILE holds lower-cased words between spaces, a paragraph a line; `--chinese` names a text in Chinese, `--labelled` and `--heldOut` name texts behind
 * `__label__x`: what needs one that is not given is left out. With `--peers` the other programs run in turn with ours: WORD2VEC, FASTTEXT
 * and GLOVE_BIN (a folder) tell where they are, PYTHON which Python has gensim and scikit-learn, PEER_FLAGS how those in C were compiled.
 * Those that are not there are told. Each benchmark prints its own table, with scores and spreads, before the one of all.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { costOf, inScratch, lexstreamRun, machine, printRow, type Row } from "./wholeProcess.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: "boolean", default: false },
    rounds: { type: "string", default: "3" },
    threads: { type: "string", default: "2" },
    only: { type: "string" },
    chinese: { type: "string" },
    labelled: { type: "string" },
    heldOut: { type: "string" },
  },
});
if (positionals[0] === undefined) throw new TypeError("bench/all: a file must be given");
const corpus = resolve(positionals[0]);
const { threads } = values;

const [VOCABULARY, PAIRS] = ["vocab.txt", "cooccurrence.bin"] as const;

interface Job {
  readonly what: string;
  /** A benchmark of this folder. */
  readonly script: string;
  readonly args: readonly string[];
}

await inScratch(async (folder) => {
  const jobs = jobsIn(folder).filter(({ script }) => values.only?.split(",").includes(script) ?? true);
  if (jobs.some(({ script }) => script === "glove")) countPairs(folder);
  const rows = jobs.map((job) => [job, rowsOf(job, join(folder, "rows"))] as const);
  console.log(`${machine()}; rounds: ${values.rounds}; threads: ${threads}`);
  console.log(`programs in C were compiled with: ${process.env.PEER_FLAGS ?? "not told, PEER_FLAGS says it"}\n`);
  const columns = ["what", "program", "wall, s", "processor, s", "peak, MB", "wall, times", "processor, times"];
  printRow(columns);
  printRow(columns.map(() => "---"));
  for (const [{ what }, own] of rows) for (const row of own) printRow([what, row.name, ...cellsOf(row, own[0]!)]);
  console.log("\nMedians; times: of the first row of the same work.");
});

function jobsIn(folder: string): Job[] {
  const job = (what: string, script: string, ...args: string[]): Job => ({ what, script, args });
  const vectors = (architecture: string, loss: string) =>
    job(
      `word2vec, ${architecture}, ${loss}`,
      "word2vec",
      ...[corpus, "--threads", threads, "--variants", `${architecture}-${loss}`],
    );
  const subwords = (architecture: string) =>
    job(`fastText, ${architecture}`, "fasttext", corpus, "--threads", threads, "--architectures", architecture);
  const pairs = [VOCABULARY, PAIRS].map((name) => join(folder, name));
  const { chinese, labelled, heldOut } = values;
  return [
    job("words and their counts", "tokenize", corpus),
    ...(chinese ? [job("Chinese words and their counts", "segment", resolve(chinese))] : []),
    job("co-occurrence", "cooccurrence", corpus, "--workers", threads),
    vectors("skipGram", "negativeSampling"),
    vectors("skipGram", "hierarchicalSoftmax"),
    vectors("cbow", "negativeSampling"),
    vectors("cbow", "hierarchicalSoftmax"),
    subwords("skipGram"),
    subwords("cbow"),
    job("GloVe, 5 epochs", "glove", ...pairs, "--workers", threads, "--epochs", "5"),
    ...(labelled && heldOut
      ? ["1", "2"].map((n) =>
          job(
            `classifier, n-grams up to ${n}`,
            "classifier",
            resolve(labelled),
            resolve(heldOut),
            "--threads",
            threads,
            "--wordNgrams",
            n,
          ),
        )
      : []),
    job("TF-IDF", "tfidf", corpus),
  ];
}

/** The table that GloVe is fitted to. */
function countPairs(folder: string): void {
  const [program, out] = lexstreamRun(folder, corpus, [
    { tokenize: { mode: "whitespace" } },
    { buildVocab: { minCount: 5 } },
    { writeVocabulary: { path: VOCABULARY } },
    "encode",
    { windowContexts: { windowSize: 10, boundary: "document" } },
    "accumulateCooccurrence",
    { writeCooccurrence: { path: PAIRS } },
  ]);
  costOf([program]);
  for (const name of [VOCABULARY, PAIRS]) renameSync(join(out, name), join(folder, name));
}

/** Runs a benchmark, which prints its table, and reads what it has noted. */
function rowsOf({ what, script, args }: Job, notes: string): Row[] {
  console.log(`${what}:`);
  writeFileSync(notes, "");
  const env = { ...process.env, BENCH_ROWS: notes, BENCH_ALONE: values.peers ? "" : "1" };
  const path = fileURLToPath(new URL(`./${script}.js`, import.meta.url));
  const { status } = spawnSync(process.execPath, [path, ...args, "--rounds", values.rounds], {
    env,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) return [{ name: `failed, exit code ${status}` }];
  return readFileSync(notes, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row)
    .toSorted((a, b) => Number(!a.cost) - Number(!b.cost));
}

function cellsOf({ cost }: Row, first: Row): string[] {
  if (!cost) return ["", "", "", "", ""];
  const { seconds, processorSeconds, peakMegabytes } = cost;
  const times = (what: "seconds" | "processorSeconds") => (cost[what] / first.cost![what]).toFixed(2);
  const own = [seconds.toFixed(1), processorSeconds.toFixed(1), peakMegabytes.toFixed(0)];
  return cost === first.cost ? [...own, "", ""] : [...own, times("seconds"), times("processorSeconds")];
}
