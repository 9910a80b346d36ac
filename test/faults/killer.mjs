// Pipelines of all kinds, killed: see killing.mjs.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { folder } from "./cases.mjs";
import { killEach, sampleTexts } from "./killing.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
// In the short form the first pipeline alone loads the Chinese dictionary, once in each process.
const [characters, batchSize, mode, ...epochs] = process.env.LEXSTREAM_FAULTS
  ? [50_000, 2048, "chinese", 6, 3, 12]
  : [6000, 512, "words", 3, 2, 4]; // some six batches

const shared = `
name: run
source: { files: { paths: corpus.txt, format: paragraphs } }
steps:
  - normalize
  - tokenize: { mode: ${mode}, batchSize: ${batchSize} }
  - buildVocab: { minCount: 2 }
  - writeVocabulary: { path: vocab.parquet }
  - encode
branches:
`;
const configs = {
  word2vec: `${shared.replace(mode, "chinese")}
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

const labelled = Object.entries(sampleTexts(characters)).flatMap(([language, text]) =>
  linesOf(text).map((line, n) => `__label__${language} __label__part${n % 3} ${line}\n`),
);
writeFileSync(join(folder, "labelled.txt"), labelled.join(""));
await killEach(configs);

function linesOf(text) {
  return text.split("\n").filter((line) => line.trim() !== "");
}
