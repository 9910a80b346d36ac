// Kills runs with SIGKILL at random places of their work, resumes them until they finish, and compares every byte with a run that was left alone.
// See cases.mjs.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eachCase, folder } from "./cases.mjs";
import { goOn } from "./goOn.mjs";
import { momentBehind, observe } from "./observe.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const [characters, batchSize, ...epochs] = process.env.LEXSTREAM_FAULTS
  ? [50_000, 2048, 6, 3, 12]
  : [8000, 1024, 3, 2, 4]; // some six batches

const shared = `
name: run
source: { files: { paths: corpus.txt, format: paragraphs } }
steps:
  - normalize
  - tokenize: { mode: chinese, batchSize: ${batchSize} }
  - buildVocab: { minCount: 2 }
  - writeVocabulary: { path: vocab.parquet }
  - encode
branches:
`;
const configs = {
  word2vec: `${shared}
  skipGram:
    - windowContexts: { radius: random, sample: 0.001, batchSize: ${batchSize / 2} }
    - word2vec: { vectorSize: 100, epochs: ${epochs[0]} }
    - writeVectors: { path: skipgram.bin }
  cbow:
    - windowContexts: { batchSize: 2000, radius: fixed, sample: 0 }
    - word2vec: { architecture: cbow, loss: hierarchicalSoftmax, vectorSize: 40, epochs: ${epochs[1]} }
    - writeVectors: { path: cbow.arrow }
`,
  glove: `${shared}
  glove:
    - windowContexts: { windowSize: 10, boundary: document }
    - accumulateCooccurrence: { memory: 2MB }
    - writeCooccurrence: { path: cooccurrence.arrow }
    - glove: { vectorSize: 50, xMax: 10, epochs: ${epochs[2]} }
    - writeVectors: { path: glove.txt }
`,
  fastText: `${shared}
  skipGram:
    - windowContexts: { sample: 0.001, batchSize: ${batchSize / 2} }
    - fastText: { vectorSize: 50, buckets: 20000, epochs: ${epochs[0]} }
    - writeVectors: { path: skipgram.bin }
  cbow:
    - windowContexts: { batchSize: 2000 }
    - fastText: { architecture: cbow, loss: hierarchicalSoftmax, vectorSize: 20, buckets: 5000, epochs: ${epochs[1]} }
    - writeVectors: { path: cbow.arrow }
`,
  fastTextClassifier: `${shared.replace("corpus.txt, format: paragraphs", "labelled.txt, format: labelled")}
  softmax:
    - fastTextClassifier: { vectorSize: 50, maxSubword: 4, buckets: 50000, epochs: ${epochs[2]} }
    - writeClassifier: { path: softmax.arrow }
  each:
    - fastTextClassifier: { loss: oneVsAll, vectorSize: 20, buckets: 5000, epochs: ${epochs[0]} }
    - writeClassifier: { path: each.bin }
`,
  "language models": `${shared.replace("minCount: 2", 'minCount: 2, extraTerms: ["<unk>", "</s>"]').replace("- encode", '- encode: { unknown: "<unk>", sentenceEnd: "</s>" }')}
  rnnlm:
    - packSequences: { length: 10, lanes: 30, across: corpus }
    - rnnlm: { vectorSize: 10, layers: 2, dropout: 0.2, holdout: 0.1, schedule: plateau, patience: 1, epochs: ${epochs[1]} }
    - writeLanguageModel: { path: rnnlm/model.safetensors }
  nnlm:
    - packSequences: { length: 16, lanes: 0, batchSize: 24, shuffle: 20 }
    - nnlm: { vectorSize: 10, hiddenSize: 10, output: sampled, candidates: 50, epochs: ${epochs[1]} }
    - writeLanguageModel: { path: nnlm/model.safetensors }
    - inputVectors
    - writeVectors: { path: nnlm.arrow }
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
/** Configs that ship, over the small text. */
for (const name of ["tfidf", "search", "keywords", "lsa", "lda"])
  configs[name] = readFileSync(join(root, "pipelines/configs", `${name}.yaml`), "utf8").replace(
    /paths: .*/,
    "paths: corpus.txt\n    chunkSize: 4096", // several signs of progress where there is only one pass
  );

/** How often checkpoints are taken, in turn; the result must not depend on it. */
const intervals = ["0s", "30ms", "5000 tokens", "300ms"];

const sample = (name) => readFileSync(join(root, "data", name), "utf8").slice(0, characters);
const texts = { english: sample("sample-english-two-novels.txt"), chinese: sample("sample-chinese-lu-xun.txt") };
writeFileSync(join(folder, "corpus.txt"), `${texts.english}\n${texts.chinese}\n`);
const labelled = Object.entries(texts).flatMap(([language, text]) =>
  linesOf(text).map((line, n) => `__label__${language} __label__part${n % 3} ${line}\n`),
);
writeFileSync(join(folder, "labelled.txt"), labelled.join(""));

const pipelines = [];
for (const [name, config] of Object.entries(configs)) {
  const place = join(folder, name.replaceAll(" ", "-"));
  mkdirSync(place);
  writeFileSync(`${place}.yaml`, config);
  const pipeline = { name, file: `${place}.yaml`, out: join(place, "out") };
  let signs = 0; // of a run that needs no process of its own, as nobody kills it
  await goOn(pipeline.file, pipeline.out, "never", () => signs++);
  pipelines.push({ ...pipeline, signs, expected: hashesIn(pipeline.out) });
}

function linesOf(text) {
  return text.split("\n").filter((line) => line.trim() !== "");
}

/** How many signs of progress there were; undefined if it was killed. */
function resume({ file, out }, interval, isMoment) {
  return observe([file, out, interval], isMoment);
}

/** SHA-256 of every file in a folder, the manifest and hidden ones included. */
function hashesIn(out) {
  const names = readdirSync(out, { recursive: true }).sort();
  const files = names.filter((name) => statSync(join(out, name)).isFile());
  const hash = (name) => createHash("sha256").update(readFileSync(join(out, name)));
  return files.map((name) => `${name} ${hash(name).digest("hex")}`).join("\n");
}

/**
 * Runs, and kills what runs behind a checkpoint, until it has ended or was killed so often that it is left alone. A run that is too short for
 * a checkpoint is killed anywhere, and begins anew.
 */
async function killUntilDone({ out, signs, ...pipeline }, mostKills, below) {
  let endedEarly = false;
  const hasCheckpoint = () => endedEarly || existsSync(join(out, ".checkpoint/state.json"));
  for (let kills = 0; ; ) {
    const interval = intervals[below(intervals.length)];
    const isMoment = momentBehind(hasCheckpoint, signs, below(1000) / 1000, (seen) => seen.sign);
    const hasEnded = await resume({ out, ...pipeline }, interval, kills < mostKills ? isMoment : undefined);
    if (hasEnded && kills > 0) return kills;
    if (hasEnded) {
      rmSync(out, { recursive: true }); // it was done before the moment came: once more
      endedEarly = true;
    } else kills++;
  }
}

await eachCase(async (n, below) => {
  const pipeline = pipelines[n % pipelines.length];
  const { name, out, expected } = pipeline;
  rmSync(out, { recursive: true });
  try {
    const kills = await killUntilDone(pipeline, 1 + (Math.floor(n / pipelines.length) % 7), below);
    const found = hashesIn(out);
    return { name, kills, fault: found === expected ? undefined : `${found}\nmust be\n${expected}` };
  } catch (error) {
    return { name, kills: 0, fault: error.message };
  }
});
