/**
 * How fast GloVe trains on a table, how far its loss falls, and how well its vectors agree with people.
 *
 *     npm run bench:glove -- VOCABULARY COOCCURRENCE [--epochs 3] [--workers 2] [--seed 1] [--vectorSize 100] [--xMax 10]
 *         [--hogwild] [--similarity FILE]... [--analogies FILE]... [--peers]
 *
 * With `--peers`, Stanford's `shuffle` and `glove` (in the folder GLOVE_BIN) train on the same table in the same run, on as many
 * threads; the table must then be a `cooccurrence.bin`, and the vocabulary a `vocab.txt`.
 */
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import {
  evaluateAnalogies,
  evaluateSimilarity,
  parseAnalogies,
  parseSimilarityPairs,
  Vectors,
} from "../kernels/index.js";
import { glove } from "../models/index.js";
import { readCooccurrence, readVectors, readVocabulary } from "../sinks/index.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    epochs: { type: "string", default: "3" },
    workers: { type: "string", default: "2" },
    seed: { type: "string", default: "1" },
    vectorSize: { type: "string", default: "100" },
    xMax: { type: "string", default: "10" },
    hogwild: { type: "boolean", default: false },
    similarity: { type: "string", multiple: true, default: [] },
    analogies: { type: "string", multiple: true, default: [] },
    peers: { type: "boolean", default: false },
  },
});
const [vocabularyPath, tablePath] = positionals;
if (vocabularyPath === undefined || tablePath === undefined) {
  throw new TypeError("bench/glove: a vocabulary and a co-occurrence table must be given");
}

interface Training {
  /** Before the first epoch: reading, and for the peer its shuffle. */
  readonly preparation: number;
  readonly seconds: number[];
  readonly losses: number[];
  readonly vectors: Vectors;
}

const vocabulary = await readVocabulary(vocabularyPath);
const table = await readCooccurrence(tablePath, vocabulary);
console.log(
  `${tablePath}: ${(table.length / 1e6).toFixed(1)} M cells over ${vocabulary.terms.length} terms; ` +
    `vectorSize ${values.vectorSize}, xMax ${values.xMax}, seed ${values.seed}, ${values.workers} threads`,
);
const ours = await trainOurs();
report("lexstream", ours);
if (values.peers) {
  const theirs = await trainPeer(process.env.GLOVE_BIN ?? ".");
  report("Stanford's glove", theirs);
  console.log(`lexstream's epoch is ${(median(theirs.seconds) / median(ours.seconds)).toFixed(1)} times as fast`);
}

async function trainOurs(): Promise<Training> {
  const model = glove({
    vectorSize: Number(values.vectorSize),
    xMax: Number(values.xMax),
    epochs: Number(values.epochs),
    seed: Number(values.seed),
    workers: Number(values.workers),
    deterministic: !values.hogwild,
  });
  const clock = stopwatch();
  const seconds: number[] = [];
  const losses: number[] = [];
  for await (const { loss, examples } of model.fit(table)) {
    seconds.push(clock());
    losses.push(loss / examples);
  }
  // Reading the table is part of the first epoch's time; what is over an epoch is taken for it.
  const preparation = seconds.length > 1 ? seconds[0]! - median(seconds.slice(1)) : 0;
  if (seconds.length > 1) seconds[0]! -= preparation;
  return { preparation, seconds, losses, vectors: await model.result() };
}

async function trainPeer(folder: string): Promise<Training> {
  const scratch = mkdtempSync(join(tmpdir(), "lexstream-bench-"));
  try {
    const shuffled = join(scratch, "shuffled");
    const clock = stopwatch();
    const shuffle = ["-seed", values.seed, "-verbose", "0", "-temp-file", join(scratch, "part")];
    await runProgram(join(folder, "shuffle"), shuffle, { input: tablePath!, output: shuffled });
    const preparation = clock();
    const seconds: number[] = [];
    const losses: number[] = [];
    const vectors = join(scratch, "vectors");
    const options = {
      ...{ "-input-file": shuffled, "-vocab-file": vocabularyPath!, "-save-file": vectors, "-verbose": "2" },
      ...{ "-threads": values.workers, "-iter": values.epochs, "-seed": values.seed },
      ...{ "-vector-size": values.vectorSize, "-x-max": values.xMax },
    };
    await runProgram(join(folder, "glove"), Object.entries(options).flat(), {}, (line) => {
      if (line.startsWith("x_max")) clock(); // it has read its parameters; alpha follows, and the first epoch
      const cost = /cost: (\S+)/.exec(line)?.[1];
      if (cost === undefined) return;
      seconds.push(clock());
      losses.push(Number(cost));
    });
    return { preparation, seconds, losses, vectors: new Vectors(await readVectors(`${vectors}.txt`)) };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Runs a program to its end, and hands on each line of its messages. */
function runProgram(
  program: string,
  args: readonly string[],
  { input, output }: { input?: string; output?: string },
  onLine: (line: string) => void = () => {},
): Promise<void> {
  const files = [input ? openSync(input, "r") : "ignore", output ? openSync(output, "w") : "ignore"] as const;
  const child = spawn(program, args, { stdio: [...files, "pipe"] });
  createInterface({ input: child.stderr! }).on("line", onLine);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      for (const file of files) if (typeof file === "number") closeSync(file);
      if (code === 0) resolve();
      else reject(new Error(`bench/glove: ${program} must end well, got exit code ${code}`));
    });
  });
}

function report(name: string, { preparation, seconds, losses, vectors }: Training): void {
  const cellsPerSecond = table.length / median(seconds) / 1e6;
  console.log(
    `${name}: ${median(seconds).toFixed(2)} s an epoch (median of ${seconds.length}), ` +
      `${cellsPerSecond.toFixed(1)} M cells/s, after ${preparation.toFixed(1)} s of preparation`,
  );
  console.log(`  loss ${losses.map((loss) => loss.toFixed(6)).join(" ")}`);
  for (const path of values.similarity) {
    const { spearman, pairs } = evaluateSimilarity(vectors, parseSimilarityPairs(readFileSync(path, "utf8"), path));
    console.log(`  ${basename(path)}: ${spearman.toFixed(4)} over ${pairs} pairs`);
  }
  for (const path of values.analogies) {
    const { total } = evaluateAnalogies(vectors, parseAnalogies(readFileSync(path, "utf8"), path));
    console.log(`  ${basename(path)}: ${(total.correct / total.asked).toFixed(4)} of ${total.asked}`);
  }
}

/** Each call tells the seconds since the one before. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const seconds = (now - last) / 1000;
    last = now;
    return seconds;
  };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
}
