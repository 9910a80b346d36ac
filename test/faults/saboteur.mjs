// Runs pipelines while something goes wrong beneath them, and prints what came of it, a JSON line each.
// usage: node saboteur.mjs FOLDER FROM TO; failure n is the same in every run.
//
// Each n fails one call of one kind (the k-th write, fsync, rename, open, read) with EIO or ENOSPC, or makes all reads and writes
// short, or ends a thread, or changes the corpus in the middle. Then the run must end with one clear line, leave nothing that could be
// taken for a result, and go on with `resume` to the bytes of a run that was never disturbed.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import workerThreads from "node:worker_threads";
import { randomBelow } from "./random.mjs";

const [folder, from, to] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];

/** What is to go wrong; calls are counted in `calls`. */
let plan = { kind: "none" };
const calls = new Map();

function failing(kind, call) {
  return function (...args) {
    if (plan.kind === "none") return call.apply(this, args);
    calls.set(kind, (calls.get(kind) ?? 0) + 1);
    if (plan.kind === kind && calls.get(kind) === plan.at) {
      const message = `${plan.code}: injected, ${kind}`;
      throw Object.assign(new Error(message), { code: plan.code, syscall: kind });
    }
    return call.apply(this, plan.kind === "short" ? shortened(kind, args) : args);
  };
}

/** Asks for fewer bytes, as signals and some file systems do. */
function shortened(kind, args) {
  const [isRead, buffer] = [kind === "read" || kind === "handle.read", kind === "handle.read" ? args[0] : args[1]];
  if ((!isRead && kind !== "write") || !ArrayBuffer.isView(buffer)) return args;
  const at = kind === "handle.read" ? 1 : 2;
  const offset = args[at] ?? 0;
  const length = args[at + 1] ?? buffer.byteLength - offset;
  const copy = [...args];
  copy[at] = offset;
  copy[at + 1] = length > 1 ? 1 + plan.below(length) : length;
  return copy;
}

const handle = await fs.promises.open(import.meta.filename);
const handlePrototype = Object.getPrototypeOf(handle);
await handle.close();
fs.writeSync = failing("write", fs.writeSync);
fs.fsyncSync = failing("fsync", fs.fsyncSync);
fs.renameSync = failing("rename", fs.renameSync);
fs.openSync = failing("open", fs.openSync);
fs.readSync = failing("read", fs.readSync);
fs.promises.open = failing("open", fs.promises.open);
handlePrototype.read = failing("handle.read", handlePrototype.read);
handlePrototype.write = failing("write", handlePrototype.write);

/** A thread that somebody ends from outside, after some messages or some time. */
workerThreads.Worker = class extends workerThreads.Worker {
  #messages = 0;

  constructor(...args) {
    super(...args);
    if (plan.kind !== "thread" || plan.done) return;
    plan.done = true;
    if (plan.at % 2 === 0) setTimeout(() => super.terminate(), plan.at).unref();
    else this.endAfter = plan.at >> 1;
  }

  postMessage(...args) {
    if (this.endAfter !== undefined && this.#messages++ === this.endAfter) void super.terminate();
    return super.postMessage(...args);
  }
};
syncBuiltinESMExports();
const { compile, parseConfig, runPipeline } = await import("lexstream/pipelines");

const start = `
source: { files: { paths: corpus.txt, chunkSize: 4096 } }
checkpoint: { every: 2000 tokens }
steps: [tokenize: { batchSize: 512 }, buildVocab: { minCount: 1 }, writeVocabulary: { path: vocab.txt }, encode]
branches:`;
const configs = {
  word2vec: `${start}
  v: [windowContexts: { batchSize: 512 }, word2vec: { vectorSize: 8, epochs: 2, workers: 2 }, writeVectors: { path: vectors.arrow }, writeVectors: { path: vectors.txt }]`,
  glove: `${start}
  g: [windowContexts: { windowSize: 10, batchSize: 512 }, accumulateCooccurrence: { memory: 1MB, workers: 1 }, writeCooccurrence: { path: table.bin }, glove: { vectorSize: 4, epochs: 2, workers: 2 }, writeVectors: { path: glove.bin }]`,
  parquet: `${start}
  i: [writeIds: { path: ids.parquet }]
  p: [windowContexts: { windowSize: 2 }, contextPairs, writePairs: { path: pairs.parquet }]`,
};
const names = Object.keys(configs);
const kinds = ["write", "fsync", "rename", "open", "read", "handle.read", "write", "short", "thread", "source"];

function makeCorpus() {
  const below = randomBelow(1);
  const word = () => `w${Math.floor(500 * (below(1000) / 1000) ** 2)}`;
  return Array.from({ length: 400 }, () => `${Array.from({ length: 12 }, word).join(" ")} 猫\n`).join("");
}

const outputsIn = (out) =>
  Object.fromEntries(
    fs
      .readdirSync(out)
      .filter((name) => !name.startsWith("."))
      .map((name) => [name, fs.readFileSync(join(out, name)).toString("base64")]),
  );

const corpusPath = join(folder, "corpus.txt");
const corpus = makeCorpus();
fs.mkdirSync(folder, { recursive: true });
fs.writeFileSync(corpusPath, corpus);
const out = join(folder, "out");
const pipelineOf = (name) => compile(parseConfig(configs[name], join(folder, "c.yaml")));
const clean = () => fs.rmSync(out, { recursive: true, force: true });

const references = new Map();
for (const name of names) {
  clean();
  plan = { kind: "count" };
  calls.clear();
  await runPipeline(pipelineOf(name), { out });
  plan = { kind: "none" };
  references.set(name, { outputs: outputsIn(out), calls: new Map(calls) });
}

/** What is wrong with how a run ended; undefined if nothing is. */
async function sabotage(name, kind, below) {
  const reference = references.get(name);
  clean();
  calls.clear();
  const counted = reference.calls.get(kind) ?? 0;
  const at = kind === "thread" ? below(60) : kind === "source" ? 1 + below(12) : 1 + below(Math.max(1, counted));
  plan = { kind, at, code: below(2) === 0 ? "EIO" : "ENOSPC", below };
  let events = 0;
  const onProgress = () => {
    if (plan.kind === "source" && ++events === at) fs.writeFileSync(corpusPath, corpus.replace("w1", "w2"));
  };
  let error;
  try {
    await runPipeline(pipelineOf(name), { out, onProgress });
  } catch (caught) {
    error = caught;
  }
  const wasChanged = plan.kind === "source" && events >= at;
  const { code } = plan;
  plan = { kind: "none" };
  if (wasChanged) fs.writeFileSync(corpusPath, corpus);
  const expected = { source: "must not change while it is read", thread: "thread" }[kind] ?? code;
  if (!error) {
    if (wasChanged) return { fault: "a changed source was accepted" };
    return sameAs(reference.outputs) ? { outcome: "completed" } : { fault: "other bytes without an error" };
  }
  if (kind === "short") return { fault: `short reads and writes failed: ${error.stack}` };
  if (error.message.includes("\n") || !error.message.includes(expected)) return { fault: `unclear: ${error.stack}` };
  const left = fs.readdirSync(out);
  const stray = left.filter(
    (file) => file === "manifest.json" || file.endsWith(".partial") || file.startsWith(".lock"),
  );
  if (stray.length > 0) return { fault: `left ${stray} after ${error.message}` };
  for (const [file, bytes] of Object.entries(outputsIn(out))) {
    if (bytes !== reference.outputs[file]) return { fault: `${file} is not whole after ${error.message}` };
  }
  if (wasChanged) return { outcome: "refused" };
  await runPipeline(pipelineOf(name), { out, resume: true });
  return sameAs(reference.outputs) ? { outcome: "refused, went on" } : { fault: `other bytes after ${error.message}` };
}

function sameAs(expected) {
  const found = outputsIn(out);
  return JSON.stringify(Object.entries(found).sort()) === JSON.stringify(Object.entries(expected).sort());
}

for (let n = from; n < to; n++) {
  const below = randomBelow(n);
  const [name, kind] = [names[n % names.length], kinds[below(kinds.length)]];
  const { outcome, fault } = await sabotage(name, kind, below).catch((error) => ({
    fault: `does not go on: ${error.stack}`,
  }));
  console.log(JSON.stringify({ n, name, kind, outcome, fault }));
}
const descriptors = fs.existsSync("/proc/self/fd")
  ? fs
      .readdirSync("/proc/self/fd")
      .map(target)
      .filter((path) => path.startsWith(folder))
  : [];
function target(descriptor) {
  try {
    return fs.readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return ""; // the one that listed them
  }
}
console.log(JSON.stringify({ done: true, peakMiB: Math.round(process.resourceUsage().maxRSS / 1024), descriptors }));
