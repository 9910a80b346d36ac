/**
 * How fast word2vec trains, from a text file to written vectors, in a process of its own, and how well its vectors agree with people.
 *
 *     npm run bench:word2vec -- FILE [--threads 2] [--seeds 1] [--variants skipGram-negativeSampling,...] [--modes hogwild,same]
 *         [--vectorSize 100] [--epochs 1] [--similarity FILE]... [--analogies FILE]... [--peers]
 *
 * FILE holds lower-cased words between spaces, a paragraph a line. `--peers` also runs those of word2vec (or the program that
 * WORD2VEC names; several, separated by colons), fasttext and gensim (of PYTHON, python3 if left out) that it finds, on the same file,
 * settings and threads, in turn.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Vectors } from "../kernels/index.js";
import { loadPipeline, runPipeline } from "../pipelines/index.js";
import { readVectors } from "../sinks/index.js";
import { scoresOf } from "./scores.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: "string", default: "2" },
    seeds: { type: "string", default: "1" },
    variants: {
      type: "string",
      default: "skipGram-negativeSampling,skipGram-hierarchicalSoftmax,cbow-negativeSampling,cbow-hierarchicalSoftmax",
    },
    modes: { type: "string", default: "hogwild,same" },
    vectorSize: { type: "string", default: "100" },
    epochs: { type: "string", default: "1" },
    similarity: { type: "string", multiple: true, default: [] },
    analogies: { type: "string", multiple: true, default: [] },
    peers: { type: "boolean", default: false },
    pass: { type: "string" }, // a config and a folder: what each run does in a process of its own
  },
});

interface Variant {
  readonly architecture: "skipGram" | "cbow";
  readonly loss: "negativeSampling" | "hierarchicalSoftmax";
}

/** What a process of ours tells of itself. */
interface Pass {
  readonly tokens: number;
  readonly meanLoss: number;
  readonly peakBytes: number;
}

const windowSize = 5;
const negative = 5;
const sample = 1e-3;
const minCount = 5;

if (values.pass !== undefined) await pass(values.pass, positionals[0]!);
else {
  if (positionals[0] === undefined) throw new TypeError("bench/word2vec: a file must be given");
  await compare(resolve(positionals[0]));
}

async function pass(config: string, out: string): Promise<void> {
  const { manifest } = await runPipeline(await loadPipeline(config), { out });
  const [losses] = Object.values(manifest.losses);
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  const result: Pass = { tokens: manifest.conservation[0]!.read, meanLoss: losses!.at(-1)!.meanLoss, peakBytes };
  console.log(JSON.stringify(result));
}

async function compare(corpus: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-word2vec-"));
  console.log(
    `${basename(corpus)}: ${(statSync(corpus).size / 1e6).toFixed(1)} MB; ${values.threads} threads, vectorSize ${values.vectorSize}, ` +
      `window ${windowSize}, ${negative} negatives, sample ${sample}, minCount ${minCount}, ${values.epochs} epochs; ${cpus()[0]!.model}`,
  );
  try {
    for (const name of values.variants.split(",")) {
      const [architecture, loss] = name.split("-") as [Variant["architecture"], Variant["loss"]];
      console.log(`\n${name}`);
      const ours = new Map<string, number>();
      for (const mode of values.modes.split(","))
        for (let seed = 1; seed <= Number(values.seeds); seed++)
          ours.set(mode, await trainOurs(corpus, { architecture, loss }, mode, seed, folder));
      if (values.peers)
        for (const [peer, program, args, output] of peersOf(corpus, { architecture, loss }, folder)) {
          const seconds = timed(program, args);
          if (seconds === undefined) continue;
          const ratios = [...ours].map(([mode, own]) => `${mode} ${(seconds / own).toFixed(2)}x`).join(", ");
          console.log(
            `  ${peer.padEnd(22)} ${seconds.toFixed(1)} s  lexstream is ${ratios}  ${await scoresOfFile(output)}`,
          );
        }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function trainOurs(
  corpus: string,
  variant: Variant,
  mode: string,
  seed: number,
  folder: string,
): Promise<number> {
  const config = join(folder, "bench.json");
  const out = join(folder, "ours");
  const model = {
    ...variant,
    vectorSize: Number(values.vectorSize),
    negative,
    epochs: Number(values.epochs),
    workers: mode === "same" ? Math.max(1, Number(values.threads) - 1) : Number(values.threads),
    deterministic: mode === "same", // whose threads are fewer by the one that reads, as by default
    seed,
  };
  const steps = [
    { tokenize: { mode: "whitespace" } },
    { buildVocab: { minCount } },
    "encode",
    { windowContexts: { windowSize, radius: "random", sample, seed } },
    { word2vec: model },
    { writeVectors: { path: "vectors.bin" } },
  ];
  writeFileSync(config, JSON.stringify({ source: { files: { paths: corpus, format: "lines" } }, steps }));
  const self = fileURLToPath(import.meta.url);
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [self, "--pass", config, out]);
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`bench/word2vec: training must end well, got ${stderr.toString()}`);
  const { tokens, meanLoss, peakBytes } = JSON.parse(stdout.toString()) as Pass;
  const speed = (Number(values.epochs) * tokens) / seconds / Number(values.threads) / 1000;
  console.log(
    `  ${`lexstream, ${mode}, ${seed}`.padEnd(22)} ${seconds.toFixed(1)} s  ${tokens} tokens, ${speed.toFixed(0)} k/s/thread, ` +
      `loss ${meanLoss.toFixed(4)}, ${(peakBytes / 1e6).toFixed(0)} MB  ${await scoresOfFile(join(out, "vectors.bin"))}`,
  );
  rmSync(out, { recursive: true });
  return seconds;
}

type Peer = readonly [name: string, program: string, args: readonly string[], output: string];

function peersOf(corpus: string, { architecture, loss }: Variant, folder: string): Peer[] {
  const { threads, vectorSize, epochs } = values;
  const cbow = architecture === "cbow";
  const softmax = loss === "hierarchicalSoftmax";
  const rate = cbow ? "0.05" : "0.025";
  const output = join(folder, "peer");
  const word2vec = [
    ...["-train", corpus, "-output", output, "-binary", "1", "-size", vectorSize, "-window", `${windowSize}`],
    ...["-cbow", cbow ? "1" : "0", "-hs", softmax ? "1" : "0", "-negative", softmax ? "0" : `${negative}`],
    ...["-sample", `${sample}`, "-min-count", `${minCount}`, "-iter", epochs, "-threads", threads, "-alpha", rate],
  ];
  const fasttext = [
    ...[cbow ? "cbow" : "skipgram", "-input", corpus, "-output", output, "-dim", vectorSize, "-ws", `${windowSize}`],
    ...["-loss", softmax ? "hs" : "ns", "-neg", `${negative}`, "-t", `${sample}`, "-minCount", `${minCount}`],
    ...["-epoch", epochs, "-thread", threads, "-lr", rate, "-maxn", "0"],
  ];
  const gensim = `
from gensim.models import Word2Vec
model = Word2Vec(corpus_file=${JSON.stringify(corpus)}, vector_size=${vectorSize}, window=${windowSize}, sample=${sample},
  min_count=${minCount}, epochs=${epochs}, workers=${threads}, alpha=${rate}, sg=${cbow ? 0 : 1}, hs=${softmax ? 1 : 0},
  negative=${softmax ? 0 : negative})
model.wv.save_word2vec_format(${JSON.stringify(output)}, binary=True)`;
  return [
    ...(process.env.WORD2VEC ?? "word2vec").split(":").map((path): Peer => [basename(path), path, word2vec, output]),
    ["fasttext", "fasttext", fasttext, `${output}.vec`],
    ["gensim", process.env.PYTHON ?? "python3", ["-c", gensim], output],
  ];
}

/** The seconds a program took; undefined if it is not there or fails. */
function timed(program: string, args: readonly string[]): number | undefined {
  const start = performance.now();
  const { status } = spawnSync(program, args, { stdio: "ignore" });
  return status === 0 ? (performance.now() - start) / 1000 : undefined;
}

async function scoresOfFile(path: string): Promise<string> {
  return scoresOf(new Vectors(await readVectors(path, { onInvalid: "replace" })), values);
}
