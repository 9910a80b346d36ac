/**
 * How fast a text becomes a finished co-occurrence table, vocabulary and all, each time in a process of its own.
 *
 *     npm run bench:cooccurrence -- FILE [--windowSize 10] [--minCount 5] [--memory 512MB,128MB] [--workers 0,2] [--rounds 1] [--peers]
 *
 * FILE holds words between spaces, a document a line. With `--peers`, GloVe's `vocab_count` and `cooccur -memory 4` (in the folder
 * GLOVE_BIN) read the same file in turn; the tables' sizes and sums are compared.
 */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { accumulateCooccurrence, buildVocab, encode, tokenize, windowContexts } from "../operators/index.js";
import { run } from "../pipelines/index.js";
import { files } from "../sources/index.js";

interface Result {
  readonly terms: number;
  readonly cells: number;
  readonly vocabularySeconds: number;
  /** From the text to the finished table, the vocabulary included. */
  readonly seconds: number;
  /** A reading of the table, afterwards. */
  readonly readSeconds: number;
  readonly sum: number;
  readonly peakBytes: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    windowSize: { type: "string", default: "10" },
    minCount: { type: "string", default: "5" },
    memory: { type: "string", default: "512MB,128MB" },
    workers: { type: "string", default: "0,2" },
    rounds: { type: "string", default: "1" },
    peers: { type: "boolean", default: false },
    one: { type: "boolean", default: false }, // what each round runs in a process of its own
  },
});
const [path] = positionals;
if (path === undefined) throw new TypeError("bench/cooccurrence: a file must be given");
const windowSize = Number(values.windowSize);
const minCount = Number(values.minCount);

if (values.one) console.log(JSON.stringify(await count(path, values.memory, Number(values.workers))));
else compare(path);

async function count(path: string, memory: string, workers: number): Promise<Result> {
  const start = performance.now();
  const since = () => (performance.now() - start) / 1000;
  const tokens$ = files({ paths: path, format: "lines" }).pipe(tokenize({ mode: "whitespace" }));
  const vocabulary = (await run(tokens$.pipe(buildVocab({ minCount }))))!;
  const vocabularySeconds = since();
  const windows$ = tokens$.pipe(encode(vocabulary), windowContexts({ windowSize, boundary: "document" }));
  const table = (await run(windows$.pipe(accumulateCooccurrence({ memory, workers }))))!;
  const seconds = since();
  let sum = 0;
  for await (const { weight } of table.batches()) for (let i = 0; i < weight.length; i++) sum += weight[i]!;
  table.close?.();
  return {
    terms: vocabulary.terms.length,
    cells: table.length,
    vocabularySeconds,
    seconds,
    readSeconds: since() - seconds,
    sum,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

function compare(path: string): void {
  console.log(`${basename(path)}: windows of ${windowSize}, symmetric, 1/distance, terms seen ${minCount} times`);
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const memory of values.memory.split(","))
      for (const workers of values.workers.split(",")) report(memory, workers, countApart(path, memory, workers));
    if (values.peers) reportPeers(path);
  }
}

function countApart(path: string, memory: string, workers: string): Result {
  const args = [path, "--one", "--memory", memory, "--workers", workers];
  const options = ["--windowSize", values.windowSize, "--minCount", values.minCount];
  const out = start(process.execPath, [fileURLToPath(import.meta.url), ...args, ...options], "ignore", "pipe");
  return JSON.parse(out) as Result;
}

function report(memory: string, workers: string, result: Result): void {
  const { terms, cells, sum, vocabularySeconds, seconds, readSeconds, peakBytes } = result;
  console.log(
    `lexstream, memory ${memory}, ${workers} threads: ${terms} terms in ${vocabularySeconds.toFixed(1)} s, ` +
      `${(cells / 1e6).toFixed(2)} M cells after ${seconds.toFixed(1)} s (and read in ${readSeconds.toFixed(1)} s), ` +
      `sum ${sum.toFixed(3)}, peak ${Math.round(peakBytes / 1e6)} MB`,
  );
}

/** Their programs one after the other, with what they write in a folder of its own. */
function reportPeers(path: string): void {
  const folder = process.env.GLOVE_BIN;
  if (!folder) throw new TypeError("bench/cooccurrence: GLOVE_BIN must name the folder of GloVe's programs");
  const work = mkdtempSync(join(tmpdir(), "lexstream-bench-"));
  try {
    const [vocabulary, table] = [join(work, "vocab.txt"), join(work, "cooccurrence.bin")];
    const counted = time(
      join(folder, "vocab_count"),
      ["-min-count", values.minCount, "-verbose", "0"],
      path,
      vocabulary,
    );
    const overflow = ["-overflow-file", join(work, "overflow"), "-memory", "4", "-verbose", "0"];
    const window = ["-vocab-file", vocabulary, "-window-size", values.windowSize];
    const seconds = time(join(folder, "cooccur"), [...window, ...overflow], path, table);
    const { cells, sum } = sumOfCells(table);
    console.log(
      `GloVe: vocab_count ${counted.toFixed(1)} s, ${(cells / 1e6).toFixed(2)} M cells after ` +
        `${(counted + seconds).toFixed(1)} s, sum ${sum.toFixed(3)}`,
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Piece by piece: a process begins with the peak memory of the one that starts it. */
function sumOfCells(path: string): { cells: number; sum: number } {
  const records = Buffer.alloc(16 * 65_536);
  const file = openSync(path, "r");
  let [cells, sum] = [0, 0];
  for (let bytes = readSync(file, records); bytes > 0; bytes = readSync(file, records)) {
    for (let at = 8; at < bytes; at += 16) sum += records.readDoubleLE(at);
    cells += bytes / 16;
  }
  closeSync(file);
  return { cells, sum };
}

function time(program: string, args: string[], input: string, output: string): number {
  const [from, to] = [openSync(input, "r"), openSync(output, "w")];
  const begun = performance.now();
  start(program, args, from, to);
  const seconds = (performance.now() - begun) / 1000;
  closeSync(from);
  closeSync(to);
  return seconds;
}

function start(program: string, args: string[], stdin: number | "ignore", stdout: number | "pipe"): string {
  const stderr = stdout === "pipe" ? "inherit" : "ignore";
  const result = spawnSync(program, args, { stdio: [stdin, stdout, stderr] });
  if (result.status !== 0)
    throw new Error(
      `bench/cooccurrence: ${program} must end well: ${result.error?.message ?? `exit ${result.status}`}`,
    );
  return result.stdout?.toString() ?? "";
}
