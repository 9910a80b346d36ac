import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile, type Manifest, parseConfig, runPipeline } from "#pipelines";

/** A pipeline with every kind of output, in a new folder; `change` edits the config's text. */
export async function smallRun(
  folder: string,
  name = "out",
  change: (text: string) => string = (text) => text,
): Promise<Manifest> {
  const config = `
source: { files: { paths: corpus.jsonl, maxRejected: 1 } }
seed: 5
steps:
  - tokenize: { mode: chinese }
  - buildVocab: { minCount: 1 }
  - writeVocabulary: { path: vocab.parquet }
  - encode
branches:
  word2vec:
    - windowContexts: { sample: 0.1, radius: fixed }
    - word2vec: { vectorSize: 4, epochs: 2 }
    - writeVectors: { path: vectors.parquet }
    - writeVectors: { path: vectors.vec }
  table:
    - windowContexts
    - accumulateCooccurrence
    - writeCooccurrence: { path: table.arrow }
  ids: [writeIds: { path: ids.parquet }]
`;
  const corpus = ["the cat sat on the mat", "猫坐在垫子上", "the dog sat by the cat"];
  const lines = [...corpus.map((text) => JSON.stringify({ text })), '{"no": "text"}'];
  writeFileSync(join(folder, "corpus.jsonl"), `${lines.join("\n")}\n`);
  const pipeline = compile(parseConfig(change(config), join(folder, "c.yaml")));
  const { manifest } = await runPipeline(pipeline, { out: join(folder, name) });
  return manifest;
}
