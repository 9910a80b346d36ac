// Kills runs with SIGKILL at random moments, resumes them until they finish, and compares every byte with a run that was left alone.
// See cases.mjs.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eachCase, folder } from "./cases.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const main = join(root, "dist/cli/main.js");

const shared = `
name: run
source: { files: { paths: corpus.txt, format: paragraphs } }
steps:
  - normalize
  - tokenize: { mode: chinese, batchSize: 2048 }
  - buildVocab: { minCount: 2 }
  - writeVocabulary: { path: vocab.parquet }
  - encode
branches:
`;
const configs = {
  word2vec: `${shared}
  skipGram:
    - windowContexts: { radius: random, sample: 0.001, batchSize: 1024 }
    - word2vec: { vectorSize: 100, epochs: 6 }
    - writeVectors: { path: skipgram.bin }
  cbow:
    - windowContexts: { batchSize: 2000 }
    - word2vec: { architecture: cbow, loss: hierarchicalSoftmax, vectorSize: 40, epochs: 3 }
    - writeVectors: { path: cbow.arrow }
`,
  glove: `${shared}
  glove:
    - windowContexts: { windowSize: 10, boundary: document }
    - accumulateCooccurrence: { memory: 2MB }
    - writeCooccurrence: { path: cooccurrence.arrow }
    - glove: { vectorSize: 50, xMax: 10, epochs: 12 }
    - writeVectors: { path: glove.txt }
`,
  "contexts to Parquet": `${shared}
  ids:
    - writeIds: { path: ids.parquet }
  pairs:
    - windowContexts: { windowSize: 3 }
    - contextPairs
    - writePairs: { path: pairs.parquet }
`,
};
/** How often checkpoints are taken, in turn; the result must not depend on it. */
const intervals = ["0s", "30ms", "20000 tokens", "300ms"];

const sample = (name) => readFileSync(join(root, "data", name), "utf8").slice(0, 50_000);
const corpus = `${sample("sample-english-two-novels.txt")}\n${sample("sample-chinese-lu-xun.txt")}\n`;
writeFileSync(join(folder, "corpus.txt"), corpus);

const pipelines = [];
for (const [name, config] of Object.entries(configs)) {
  const place = join(folder, name.replaceAll(" ", "-"));
  mkdirSync(place);
  writeFileSync(`${place}.yaml`, config);
  const started = performance.now();
  const pipeline = { name, file: `${place}.yaml`, out: join(place, "out") };
  await resume(pipeline, "never");
  pipelines.push({ ...pipeline, milliseconds: performance.now() - started, expected: hashesIn(pipeline.out) });
}

/** Whether the run ended before it was killed. Rejects if it ended otherwise than well. */
function resume({ file, out }, interval, killAfter) {
  const args = ["run", file, "--out", out, "--resume", "--progress", "none", "--set", `checkpoint.every=${interval}`];
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfter);
  return new Promise((resolve, reject) => {
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(true);
      else if (signal === "SIGKILL") resolve(false);
      else reject(new Error(`a run must end well or be killed, got exit code ${code}: ${errors}`));
    });
  });
}

/** SHA-256 of every file in a folder, the manifest and hidden ones included. */
function hashesIn(out) {
  const names = readdirSync(out, { recursive: true }).sort();
  const files = names.filter((name) => statSync(join(out, name)).isFile());
  const hash = (name) => createHash("sha256").update(readFileSync(join(out, name)));
  return files.map((name) => `${name} ${hash(name).digest("hex")}`).join("\n");
}

/** Runs, and kills what runs, until it has ended or was killed so often that it is left alone. */
async function killUntilDone(pipeline, mostKills, below) {
  for (let kills = 0; ; kills++) {
    const interval = intervals[below(intervals.length)];
    const after = kills < mostKills ? (0.2 + (0.7 * below(1000)) / 1000) * pipeline.milliseconds : undefined;
    if (await resume(pipeline, interval, after)) return kills;
  }
}

await eachCase(async (n, below) => {
  const pipeline = pipelines[n % pipelines.length];
  const { name, out, expected } = pipeline;
  rmSync(out, { recursive: true });
  try {
    const kills = await killUntilDone(pipeline, 1 + (Math.floor(n / 3) % 7), below);
    const found = hashesIn(out);
    return { name, kills, fault: found === expected ? undefined : `${found}\nmust be\n${expected}` };
  } catch (error) {
    return { name, kills: 0, fault: error.message };
  }
});
