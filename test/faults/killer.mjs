// Pipelines of all kinds, killed: see killing.mjs.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { folder } from "./cases.mjs";
import { killEach, sampleTexts } from "./killing.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const isLong = process.env.LEXSTREAM_FAULTS !== undefined;
const [characters, batchSize, mode, ...epochs] = isLong
  ? [50_000, 2048, "chinese", 6, 3, 12]
  : [4000, 512, "words", 2, 2, 3]; // some four batches

const shared = (source, encode = "encode", buildVocab = "minCount: 2") => `
name: run
source: { files: { ${source} } }
steps:
  - normalize
  - tokenize: { mode: ${mode}, batchSize: ${batchSize} }
  - buildVocab: { ${buildVocab} }
  - writeVocabulary: { path: vocab.parquet }
  - ${encode}
branches:
`;
const paragraphs = "paths: corpus.txt, format: paragraphs";
const labelledLines = "paths: labelled.txt, format: labelled";

/** Branches of the same steps: in the long form a pipeline each, in the short one all in one. */
const branches = {
  word2vec: `
  skipGram:
    - windowContexts: { radius: random, sample: 0.001, batchSize: ${batchSize / 2} }
    - word2vec: { vectorSize: 100, epochs: ${epochs[0]} }
    - writeVectors: { path: skipgram.bin }
  cbow:
    - windowContexts: { batchSize: 2000, radius: fixed, sample: 0 }
    - word2vec: { architecture: cbow, loss: hierarchicalSoftmax, vectorSize: 40, epochs: ${epochs[1]} }
    - writeVectors: { path: cbow.arrow }
`,
  glove: `
  glove:
    - windowContexts: { windowSize: 10, boundary: document }
    - accumulateCooccurrence: { memory: 2MB }
    - writeCooccurrence: { path: cooccurrence.arrow }
    - glove: { vectorSize: 50, xMax: 10, epochs: ${epochs[2]} }
    - writeVectors: { path: glove.txt }
`,
  fastText: `
  subwords:
    - windowContexts: { sample: 0.001, batchSize: ${batchSize / 2} }
    - fastText: { vectorSize: 50, buckets: 20000, epochs: ${epochs[0]} }
    - writeVectors: { path: subwords.bin }
  cbowOfSubwords:
    - windowContexts: { batchSize: 2000 }
    - fastText: { architecture: cbow, loss: hierarchicalSoftmax, vectorSize: 20, buckets: 5000, epochs: ${epochs[1]} }
    - writeVectors: { path: subwords.arrow }
`,
  fastTextClassifier: `
  softmax:
    - fastTextClassifier: { vectorSize: 50, maxSubword: 4, buckets: 50000, epochs: ${epochs[2]} }
    - writeClassifier: { path: softmax.arrow }
  each:
    - fastTextClassifier: { loss: oneVsAll, vectorSize: 20, buckets: 5000, epochs: ${epochs[0]} }
    - writeClassifier: { path: each.bin }
`,
  "contexts to Parquet": `
  ids:
    - writeIds: { path: ids.parquet }
  pairs:
    - windowContexts: { windowSize: 3 }
    - contextPairs
    - writePairs: { path: pairs.parquet }
`,
};
const languageModels = `${shared(paragraphs, 'encode: { unknown: "<unk>", sentenceEnd: "</s>" }', 'minCount: 2, extraTerms: ["<unk>", "</s>"]')}
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
`;

/** Configs that ship, over the small text, in several signs of progress where there is only one pass. */
const ready = Object.fromEntries(
  ["tfidf", "search", "keywords", "lsa", "lda"].map((name) => {
    const config = parse(readFileSync(join(root, "pipelines/configs", `${name}.yaml`), "utf8"));
    Object.assign(config.source.files, { paths: "corpus.txt", chunkSize: 4096 });
    return [name, config];
  }),
);

const labelled = Object.entries(sampleTexts(characters)).flatMap(([language, text]) =>
  linesOf(text).map((line, n) => `__label__${language} __label__part${n % 3} ${line}\n`),
);
writeFileSync(join(folder, "labelled.txt"), labelled.join(""));
await killEach(isLong ? eachAlone() : together());

function eachAlone() {
  const words = Object.entries(branches).map(([name, text]) => {
    const source = name === "fastTextClassifier" ? labelledLines : paragraphs;
    return [name, shared(source) + text];
  });
  const documents = Object.entries(ready).map(([name, config]) => [name, stringify(config)]);
  return Object.fromEntries([...words, ["language models", languageModels], ...documents]);
}

/** Few runs of many branches, as to start a process takes longer than to learn from the small text; networks are killed in the long form alone. */
function together() {
  return { words: shared(labelledLines) + Object.values(branches).join(""), documents: stringify(joined(ready)) };
}

/** One config with a branch for each branch of the others, whose steps it begins with. Files have the branch's name before their own; vectors and passes are as few as the small text wants. */
function joined(configs) {
  const source = { files: { paths: "corpus.txt", format: "lines", id: "@position", chunkSize: 4096 } };
  const all = Object.entries(configs).flatMap(([name, { steps = [], branches = { "": [] } }]) =>
    Object.entries(branches).map(([branch, more]) => {
      const own = name + branch;
      const text = JSON.stringify([...steps, ...more]).replaceAll('"path":"', `"path":"${own}-`);
      return [
        own,
        JSON.parse(text.replace('"vectorSize":100', '"vectorSize":20').replace('"epochs":20', '"epochs":4')),
      ];
    }),
  );
  return { name: "run", source, branches: Object.fromEntries(all) };
}

function linesOf(text) {
  return text.split("\n").filter((line) => line.trim() !== "");
}
