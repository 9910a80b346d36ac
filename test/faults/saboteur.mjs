// Runs pipelines while something goes wrong beneath them, and tells what came of it. See cases.mjs.
//
// Each case fails one call of one kind (the k-th write, fsync, rename, open, read) with EIO or ENOSPC, or makes all reads and writes
// short, or ends a thread, or changes the corpus in the middle, or sets the clock back before an interrupt. Then the run must end with
// one clear line, leave nothing that could be taken for a result, and go on with `resume` to the bytes of a run that was never disturbed.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eachCase, folder } from "./cases.mjs";
import { endInjection, inject } from "./injection.mjs";
import { randomBelow } from "./random.mjs";

const { compile, parseConfig, runPipeline } = await import("#pipelines");

const start = `
source: { files: { paths: corpus.txt, chunkSize: 4096 } }
checkpoint: { every: 2000 tokens }
steps: [tokenize: { batchSize: 512 }, buildVocab: { minCount: 1 }, writeVocabulary: { path: vocab.txt }, encode]
branches:`;
const configs = {
  word2vec: `${start}
  v: [windowContexts: { batchSize: 512, radius: fixed, sample: 0 }, word2vec: { vectorSize: 8, epochs: 2, workers: 2 }, writeVectors: { path: vectors.arrow }, writeVectors: { path: vectors.txt }]`,
  glove: `${start}
  g: [windowContexts: { windowSize: 10, batchSize: 512 }, accumulateCooccurrence: { memory: 1MB, workers: 1 }, writeCooccurrence: { path: table.bin }, glove: { vectorSize: 4, epochs: 2, workers: 2 }, writeVectors: { path: glove.bin }]`,
  parquet: `${start}
  i: [writeIds: { path: ids.parquet }]
  p: [windowContexts: { windowSize: 2 }, contextPairs, writePairs: { path: pairs.parquet }]`,
};
const names = Object.keys(configs);
const kinds = [
  "write",
  "write",
  "fsync",
  "rename",
  "open",
  "read",
  "handle.read",
  "thread",
  "short",
  "source",
  "clock",
];

function makeCorpus() {
  const below = randomBelow(1);
  const word = () => `w${Math.floor(500 * (below(1000) / 1000) ** 2)}`;
  return Array.from({ length: 400 }, () => `${Array.from({ length: 12 }, word).join(" ")} 猫\n`).join("");
}

const corpusPath = join(folder, "corpus.txt");
const corpus = makeCorpus();
writeFileSync(corpusPath, corpus);
const out = join(folder, "out");
const pipelineOf = (name) => compile(parseConfig(configs[name], join(folder, "c.yaml")));

/** Every output, as text that can be compared. */
function outputs() {
  const made = readdirSync(out).filter((name) => !name.startsWith("."));
  return new Map(made.sort().map((name) => [name, readFileSync(join(out, name), "base64")]));
}

const references = new Map();
for (const name of names) {
  inject({ kind: "count" });
  let signs = 0;
  await runPipeline(pipelineOf(name), { out, force: true, onProgress: () => signs++ });
  const { calls } = endInjection();
  calls.set("short", 1).set("source", Math.min(signs, 12)).set("clock", Math.min(signs, 12));
  references.set(name, { calls, outputs: outputs() });
}

/** What stands in the error. */
const expectedError = { source: "must not change while it is read", thread: "thread", clock: "abort" };

/** How a run ended that was disturbed at its k-th call, thread's message or sign of progress: its `outcome`, or the `fault` in it. */
async function sabotage(name, kind, at, below) {
  const reference = references.get(name);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  const code = below(2) === 0 ? "EIO" : "ENOSPC";
  const plan = { kind, at, code, below };
  const abort = new AbortController();
  let events = 0;
  const onProgress = () => {
    if (++events !== at) return;
    if (kind === "source") writeFileSync(corpusPath, corpus.replace("w1", "w2"));
    if (kind !== "clock") return;
    plan.milliseconds = below(1e9) * 1000;
    abort.abort();
  };
  inject(plan);
  const error = await runPipeline(pipelineOf(name), { out, onProgress, signal: abort.signal }).then(
    () => undefined,
    (caught) => caught,
  );
  const happened = endInjection().happened || ((kind === "source" || kind === "clock") && events >= at);
  if (kind === "source") writeFileSync(corpusPath, corpus);
  if (!error) {
    if (kind === "source" && happened) return { fault: "a changed source was accepted" };
    return isAsBefore(reference) ? { happened, outcome: "completed" } : { fault: "other bytes without an error" };
  }
  const expected = expectedError[kind] ?? code;
  const fault = faultAfter(error, kind === "short" ? "no error at all" : expected, reference);
  if (fault) return { fault: `${fault} after ${error.stack}` };
  if (kind === "source") return { happened, outcome: "refused" };
  if (kind === "clock") inject(plan);
  await runPipeline(pipelineOf(name), { out, resume: true });
  endInjection();
  return isAsBefore(reference)
    ? { happened, outcome: "stopped, went on to the same bytes" }
    : { fault: `other bytes after ${error.stack}` };
}

/** What is wrong after a run that failed. */
function faultAfter({ message }, expected, reference) {
  if (message.includes("\n") || !message.includes(expected)) return `no clear error (${expected})`;
  const stray = readdirSync(out).filter((file) => /^manifest\.json$|\.partial$|^\.lock/.test(file));
  if (stray.length > 0) return `left ${stray}`;
  const damaged = [...outputs()].filter(([file, bytes]) => bytes !== reference.outputs.get(file));
  return damaged.length > 0 ? `not whole: ${damaged.map(([file]) => file)}` : undefined;
}

const isAsBefore = (reference) => JSON.stringify([...outputs()]) === JSON.stringify([...reference.outputs]);

await eachCase(async (n, below) => {
  const name = names[n % names.length];
  const { calls } = references.get(name);
  const possible = kinds.filter((kind) => calls.get(kind) > 0);
  const kind = calls.get(kinds[n]) > 0 ? kinds[n] : possible[below(possible.length)]; // in turn, then at random
  let found = {};
  // Threads do not share their work out in the same way each time: what was not reached is tried nearer to the beginning.
  for (let at = 1 + below(calls.get(kind)); at > 0 && !found.happened && !found.fault; at >>= 1)
    found = await sabotage(name, kind, at, below).catch((error) => ({ fault: `does not go on: ${error.stack}` }));
  return { name, kind, ...found };
});
