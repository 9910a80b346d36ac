// Kills runs over live sources with SIGKILL at random places of their text, resumes them until all of the text was read, and compares every
// byte of what they made with a run that was left alone. See cases.mjs.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { natsServerCommand, startNats } from "../support/startNats.mjs";
import { eachCase, folder } from "./cases.mjs";
import { goOn } from "./goOn.mjs";
import { momentBehind, observe } from "./observe.mjs";

const isLong = process.env.LEXSTREAM_FAULTS !== undefined;
const [documents, kills, vectorSize, chunkSize, mode, snapshots] = isLong
  ? [1_000_000, 20, 50, 65_536, "chinese", "100ms"]
  : [700, 2, 10, 4000, "whitespace", "1s"]; // some six batches

const words = [..."the of and to in cat dog sat ran on mat".split(" "), ..."猫狗坐跑看山水人"];
/** Eight words a document, of which some go together. */
const documentAt = (n) =>
  Array.from({ length: 8 }, (_, k) => words[(Math.imul(n, 0x9e3779b1) >>> (3 * k)) % words.length]).join(" ");
const texts = Array.from({ length: documents }, (_, n) => documentAt(n));
/** Labels that come one after the other; some texts have none. */
const labelAt = (n) => (n % 5 === 4 ? "" : `__label__${n % (2 + Math.floor((4 * n) / documents))} `);
const messages = texts.map((text, n) => labelAt(n) + text);
const tokens = 8 * documents;
/** Some checkpoints between two kills, on any machine. */
const interval = `${Math.round(tokens / (10 * kills))} tokens`;
const counts = countsOf(texts);
const corpus = join(folder, "messages.txt");
writeFileSync(corpus, messages.map((message) => `${message}\n`).join(""));

const config = (source, isWhole) => `
name: run
source: { ${source} }
snapshot: { every: ${snapshots}, keep: 2 }
steps:
  - normalize
  - tokenize: { mode: ${mode} }
branches:
  fixed:
    - fixedVocabulary: { terms: [${words.join(", ")}], counts: counts.txt }
    - windowContexts: { radius: random, sample: 0.5 }
    - word2vec: { vectorSize: ${vectorSize}, epochs: 1, schedule: constant }
    - writeVectors: { path: fixed.arrow }
${isWhole ? online : ""}`;
const online = `
  online:
    - growVocab: { maxSize: 15, minCount: 1 }
    - windowContexts: { radius: random, sample: 0.5 }
    - word2vec: { vectorSize: ${vectorSize}, online: true }
    - writeVectors: { path: online.arrow }
  subwords:
    - growVocab: { maxSize: 15, minCount: 1 }
    - windowContexts: { sample: 0.5 }
    - fastText: { vectorSize: ${vectorSize}, minSubword: 1, maxSubword: 3, buckets: 1000, online: true }
    - writeVectors: { path: subwords.arrow }
  labels:
    - growVocab: { maxSize: 15, minCount: 1, generationSize: 4096 }
    - fastTextClassifier: { vectorSize: ${vectorSize}, buckets: 1000, online: true, maxLabels: 4, replay: 2, replayTexts: 500 }
    - writeClassifier: { path: labels.arrow }
  topics:
    - dropTerms: { terms: [the, of] }
    - growVocab: { maxSize: 15, minCount: 1 }
    - documentTerms
    - lda: { online: true, topics: 4, batchSize: 64, workers: 1 }
    - writeTopics: { path: topics.arrow }
`;
const sources = {
  "tail of a file": `tail: { paths: messages.txt, format: labelled, chunkSize: ${chunkSize} }`,
  "standard input that brings the same text again": `stdin: { onResume: skip, format: labelled, chunkSize: ${chunkSize} }`,
  ...(natsServerCommand
    ? {
        "NATS stream": `nats: { servers: "${await publish()}", stream: messages, format: labelled, chunkSize: ${chunkSize} }`,
      }
    : {}),
};

/** A server that has all messages in a stream, and ends with this process. */
async function publish() {
  const { child, port } = await startNats(join(folder, "nats-server"));
  process.once("exit", () => child.kill("SIGKILL"));
  child.unref();
  child.stderr.unref();
  const url = `nats://127.0.0.1:${port}`;
  const connection = await connect({ servers: url });
  const { streams } = await jetstreamManager(connection);
  await streams.add({ name: "messages", subjects: ["messages"] });
  for (const [n, message] of messages.entries()) {
    connection.publish("messages", message);
    if (n % 10_000 === 0) await connection.flush();
  }
  await connection.flush();
  while ((await streams.info("messages")).state.messages < documents) await wait(50);
  await connection.close();
  return url;
}

/** Counted plainly, without lexstream. */
function countsOf(texts) {
  const found = new Map(words.map((word) => [word, 0]));
  for (const text of texts) for (const word of text.split(" ")) found.set(word, found.get(word) + 1);
  return [...found].map(([word, count]) => `${word} ${count}\n`).join("");
}

const pipelines = [];
for (const [name, source] of Object.entries(sources)) {
  const file = join(folder, `${name.split(" ")[0]}.yaml`);
  const isWhole = isLong || pipelines.length === 0; // the short form learns all and goes on again of the first source alone
  writeFileSync(file, config(source, isWhole));
  const pipeline = { name, file, out: join(folder, name.split(" ")[0], "out") };
  mkdirSync(pipeline.out, { recursive: true });
  await resume(pipeline);
  pipelines.push({ ...pipeline, kills: isWhole ? kills : 1, expected: made(pipeline.out) });
}

/** Whether it ended before the moment came to kill it. What reads no standard input, and nobody kills, needs no process of its own. */
async function resume({ name, file, out }, isMoment) {
  if (!isMoment && !sources[name].startsWith("stdin")) {
    await goOn(file, out, interval, () => {}, documents);
    return true;
  }
  return (await observe([file, out, interval, String(documents)], isMoment, corpus)) !== undefined;
}

/** What must not depend on kills: every file but snapshots, which have the time in their names. */
function made(out) {
  const names = readdirSync(out).sort();
  const isSnapshot = (name) => /-(\d{8}T\d{6}Z|latest)\./.test(name);
  const files = names.filter((name) => !isSnapshot(name) && statSync(join(out, name)).isFile());
  const hash = (name) => createHash("sha256").update(readFileSync(join(out, name)));
  const manifest = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"));
  const { counts: read } = manifest;
  if (read.documents !== documents || read.read !== tokens)
    throw new Error(
      `${documents} documents and ${tokens} tokens must be counted once each, got ${JSON.stringify(read)}`,
    );
  if (readFileSync(join(out, "counts.txt"), "utf8") !== counts)
    throw new Error(`terms must be counted as often as they came, got other counts in ${out}`);
  return files.map((name) => `${name} ${hash(name).digest("hex")}`).join("\n");
}

/** Kills what runs so often, begins anew whenever it has ended before, and compares all that ends with what was expected. */
async function killOften(pipeline, below) {
  const { out, kills, expected } = pipeline;
  const state = join(out, ".checkpoint/state.json");
  const isInSource = () => existsSync(state) && readFileSync(state, "utf8").includes('"place":');
  let [done, inSource] = [0, 0];
  while (done < kills) {
    rmSync(out, { recursive: true });
    for (; done < kills; done++) {
      const share = (below(1000) / 1000) * Math.min(1, 2 / (kills - done)); // so that the kills lie all over the text
      const isEarly = inSource > 0 && below(4) === 0; // perhaps before the first checkpoint
      const isMoment = isEarly ? () => true : momentBehind(isInSource, documents, share, (seen) => seen.documents);
      if (await resume(pipeline, isMoment)) break;
      if (isInSource()) inSource++;
    }
    await resume(pipeline);
    const found = made(out);
    if (found !== expected) return { kills: done, inSource, fault: `${found}\nmust be\n${expected}` };
  }
  return { kills: done, inSource };
}

await eachCase(async (n, below) => {
  const pipeline = pipelines[n % pipelines.length];
  const { name } = pipeline;
  try {
    return { name, ...(await killOften(pipeline, below)) };
  } catch (error) {
    return { name, kills: 0, inSource: 0, fault: error.message };
  }
});
