// Pipelines of networks over sequences, killed: see killing.mjs.
import { killEach, sampleTexts } from "./killing.mjs";

const shared = (tokens, ids) => `
name: run
source: { files: { paths: corpus.txt, format: paragraphs } }
steps:
  - normalize
  - tokenize: { mode: chinese, batchSize: 1024 }
${[...tokens, ...ids].map((step) => `  - ${step}\n`).join("")}`;
const model = "  - writeLanguageModel: { path: model/model.safetensors }\n";
const words = (end) => [
  `buildVocab: { minCount: 2, extraTerms: ["[PAD]", "<unk>", "[CLS]", "[SEP]", "[MASK]", "</s>"] }`,
  `encode: { unknown: "<unk>"${end ? ', sentenceEnd: "</s>"' : ""} }`,
];
const learning = "epochs: 2, holdout: 0.1, workers: 2";

const configs = {
  nnlm: `${shared([], words(true))}  - packSequences: { length: 16, lanes: 0, batchSize: 8, shuffle: 20 }
  - nnlm: { vectorSize: 8, hiddenSize: 8, output: sampled, candidates: 50, ${learning} }
${model}`,
  rnnlm: `${shared([], words(true))}  - packSequences: { length: 10, lanes: 10, across: corpus }
  - rnnlm: { vectorSize: 8, layers: 2, dropout: 0.2, schedule: plateau, patience: 1, ${learning} }
${model}`,
  elmo: `${shared([], words(true))}  - packSequences: { length: 10, lanes: 10, across: corpus }
  - elmo: { vectorSize: 8, hiddenSize: 8, layers: 1, filters: "1:4 2:4", dropout: 0.1, ${learning} }
${model}`,
  gpt: `${shared(["learnSubwords: { size: 400 }"], ['encodeSubwords: { sentenceEnd: "<|endoftext|>" }'])}  - packSequences: { length: 16, lanes: 0, batchSize: 8 }
  - gpt: { layers: 1, heads: 2, vectorSize: 8, positions: 16, dropout: 0.1, ${learning} }
${model}`,
  bert: `${shared([], words(false))}  - sentencePairs: { length: 24, batchSize: 8 }
  - maskTokens
  - bert: { layers: 1, heads: 2, vectorSize: 8, positions: 24, dropout: 0.1, patience: 2, ${learning} }
${model}`,
};

sampleTexts(process.env.LEXSTREAM_FAULTS ? 15_000 : 4000);
await killEach(configs);
