/**
 * word2vec that learns online in one pass over standard input, beside the trainer that passes twice over the same text: time, scores, how
 * far their cosines agree (May et al. 2017, arXiv:1704.07463, section 5), memory over a long stream, and a word that comes late.
 *
 *     npm run bench:online -- FILE [--words 10000000] [--long 140000000] [--similarity FILE]... [--analogies FILE]...
 *
 * FILE holds words between spaces, a paragraph a line; `--words` of it are learned, and it is read over and over for `--long`.
 */
import { spawn } from "node:child_process";
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { drawBelow, randomStream, Vectors } from "../kernels/index.js";
import { readVectors } from "../storage/index.js";
import { scoresOf } from "./scores.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    words: { type: "string", default: "10000000" },
    long: { type: "string", default: "140000000" },
    similarity: { type: "string", multiple: true, default: [] },
    analogies: { type: "string", multiple: true, default: [] },
  },
});
const [file] = positionals;
if (file === undefined) throw new TypeError("bench:online: a text file must be given");
const lexstream = fileURLToPath(new URL("../cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lexstream-online-"));

interface Learned {
  readonly vectors: Vectors;
  readonly seconds: number;
  /** Resident megabytes, each second. */
  readonly memory: readonly number[];
}

const windows = (seed: number) => ({ windowContexts: { windowSize: 5, radius: "random", sample: 0.001, seed } });
const tokens = { tokenize: { mode: "whitespace", maxTerms: 400_000 } };

/** Runs a pipeline in a process of its own, with lines of text for its standard input. */
async function learn(source: object, steps: object[], lines: AsyncIterable<string>): Promise<Learned> {
  const [config, out] = [join(folder, "config.json"), join(folder, "out")];
  writeFileSync(
    config,
    JSON.stringify({ name: "bench", source, steps: [...steps, { writeVectors: { path: "vectors.bin" } }] }),
  );
  const started = performance.now();
  const child = spawn(process.execPath, [lexstream, "run", config, "--out", out, "--force", "--progress", "none"], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  child.stdin.on("error", () => {}); // a run that fails says why itself
  Readable.from(lines).pipe(child.stdin);
  const memory: number[] = [];
  const timer = setInterval(() => memory.push(residentMegabytes(child.pid!)), 1000);
  const code = await new Promise((resolve) => child.once("close", resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`bench:online: the run must end with 0, got ${code}`);
  const seconds = (performance.now() - started) / 1000;
  return { vectors: new Vectors(await readVectors(join(out, "vectors.bin"))), seconds, memory };
}

function residentMegabytes(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1e3;
  } catch {
    return 0; // it has just ended
  }
}

const online = (lines: AsyncIterable<string>, maxSize: number, seed = 1) => {
  const steps = [tokens, { growVocab: { maxSize } }, windows(seed), { word2vec: { online: true, seed } }];
  return learn({ stdin: {} }, steps, lines);
};
const batch = (path: string, seed: number) => {
  const steps = [tokens, { buildVocab: { minCount: 5 } }, "encode", windows(seed), { word2vec: { epochs: 1, seed } }];
  return learn({ files: { paths: path } }, steps as object[], nothing());
};

async function* nothing(): AsyncGenerator<string> {}

/** So many words of the file, over and over. */
async function* text(words: number): AsyncGenerator<string> {
  for (let left = words; left > 0; ) {
    for await (const line of createInterface(createReadStream(file!))) {
      if (left <= 0) break;
      left -= line.split(" ").length;
      yield `${line}\n`;
    }
  }
}

const topic = ["zorva", "zorvel", "zorvin", "zorvo", "zorvum"];
const late = "zorvex";

/** After every hundredth line a sentence of eight words of a topic, to which from the middle of the text on another word belongs. */
async function* planting(words: number, seed: number): AsyncGenerator<string> {
  const draws = randomStream(seed, "planting");
  let [lines, read] = [0, 0];
  for await (const line of text(words)) {
    yield line;
    read += line.split(" ").length;
    if (lines++ % 100 > 0) continue;
    const choice = read > words / 2 ? [...topic, late] : topic;
    const sentence = Array.from({ length: 8 }, (_, i) => choice[drawBelow(draws, 8 * lines + i, choice.length)]!);
    yield `${sentence.join(" ")}\n`;
  }
}

/** Pearson's correlation of the cosines of 100,000 pairs among the 5,000 most frequent terms that both have. */
function agreement(a: Vectors, b: Vectors): number {
  const terms = a.terms.filter((term) => b.idOf(term) !== undefined).slice(0, 5000);
  const draws = randomStream(1, "pairs");
  const pairs = Array.from(
    { length: 100_000 },
    (_, i) =>
      [terms[drawBelow(draws, 2 * i, terms.length)]!, terms[drawBelow(draws, 2 * i + 1, terms.length)]!] as const,
  );
  const [x, y] = [a, b].map((vectors) => pairs.map(([one, other]) => vectors.similarity(one, other)));
  const mean = (list: number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const [meanX, meanY] = [mean(x!), mean(y!)];
  const covariance = mean(x!.map((value, i) => (value - meanX) * (y![i]! - meanY)));
  const variance = (list: number[], centre: number) => mean(list.map((value) => (value - centre) ** 2));
  return covariance / Math.sqrt(variance(x!, meanX) * variance(y!, meanY));
}

/** Megabytes a minute by least squares, of the second half of the time: it takes minutes until nothing new must be held. */
function slope(memory: readonly number[]): number {
  const late = memory.slice(memory.length >> 1).filter((size) => size > 0);
  const [centre, mean] = [(late.length - 1) / 2, late.reduce((sum, size) => sum + size, 0) / late.length];
  const sum = (of: (size: number, second: number) => number) =>
    late.reduce((total, size, second) => total + of(size, second), 0);
  return (60 * sum((size, second) => (size - mean) * (second - centre))) / sum((_, second) => (second - centre) ** 2);
}

try {
  const words = Number(values.words);
  const cut = join(folder, "text.txt");
  let lines = "";
  writeFileSync(cut, "");
  for await (const line of text(words)) {
    lines += line;
    if (lines.length > 1e7) {
      writeFileSync(cut, lines, { flag: "a" });
      lines = "";
    }
  }
  writeFileSync(cut, lines, { flag: "a" });

  const told = (name: string, { seconds, vectors }: Learned) =>
    console.log(
      `${name}: ${seconds.toFixed(1)} s, ${vectors.terms.length} terms, scores ${scoresOf(vectors, values).join(" ")}`,
    );
  const whole = () => createReadStream(cut, "utf8");
  const [first, other] = [await batch(cut, 1), await batch(cut, 2)];
  const live = await online(whole(), 65_536);
  told("two passes", first);
  told("two passes, another seed", other);
  told("online", live);
  console.log(`throughput online / two passes: ${(first.seconds / live.seconds).toFixed(2)}`);
  const agreements = [agreement(first.vectors, live.vectors), agreement(first.vectors, other.vectors)];
  const [withOnline, withOther] = agreements.map((one) => one.toFixed(4));
  console.log(`cosines: correlation with two passes ${withOnline}, of two passes with another seed ${withOther}`);

  for (const seed of [1, 2, 3, 4, 5]) {
    const { vectors } = await online(planting(words / 2, seed), 20_000, seed);
    const isKnown = vectors.idOf(late) !== undefined;
    const near = isKnown ? vectors.mostSimilar(late, { topN: 10 }).map(({ term }) => term) : [];
    const found = topic.filter((term) => near.includes(term)).length;
    const terms = `${vectors.terms.length} terms`;
    console.log(
      `a word that comes late, seed ${seed}, ${terms}: ${found} of ${topic.length} of its topic among its 10 nearest`,
    );
  }

  const { memory, seconds } = await online(text(Number(values.long)), 50_000);
  const report = `${Math.max(...memory).toFixed(0)} MB at most, ${slope(memory).toFixed(2)} MB a minute in the second half`;
  console.log(`${values.long} words, 50,000 terms: ${seconds.toFixed(0)} s, ${report}`);
} finally {
  rmSync(folder, { recursive: true });
}
