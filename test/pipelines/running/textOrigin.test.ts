import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { compile, type Manifest, parseConfig, type RunPipelineOptions, RunStopped, runPipeline } from "#pipelines";
import { readWhole } from "#storage";
import { kinds } from "../../../dist/kinds/kinds.js";
import { command } from "../../support/command.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const corpus = [
  ...["水果 红苹果很甜", "水果 梨子熟了", "水果 星月苹果和梨"],
  ...["船 船在海上", "船 帆船出海了", "船 船离开港口"],
];

const steps = `
  - tokenize: { mode: chinese, userDictionaries: words.txt }
  - mapTerms: { table: tables/lemmas.tsv }
  - dropTerms: { file: stop.txt }
  - learnPhrases: { minCount: 1, threshold: 0.01 }
  - joinPhrases: { joiner: "+" }`;
const training = `
  - buildVocab: { minCount: 1 }
  - encode
  - fastTextClassifier: { vectorSize: 8, epochs: 20, buckets: 1000, holdout: 0, workers: 1 }`;
const config = (rest: string) => `
source: { files: { paths: corpus.txt, format: labelled, id: "@position" } }
checkpoint: { every: 10 tokens }
steps:${steps}${training}${rest}
`;

const written = "\n  - writeClassifier: { path: classifier.arrow }";

/** A folder with a corpus and the files of its steps. */
async function prepare(): Promise<string> {
  const folder = await temporaryFolder();
  mkdirSync(join(folder, "tables"));
  writeFileSync(join(folder, "corpus.txt"), corpus.map((line) => `__label__${line}\n`).join(""));
  writeFileSync(join(folder, "words.txt"), "星月苹果\n");
  writeFileSync(join(folder, "tables/lemmas.tsv"), "梨子\t梨\n");
  writeFileSync(join(folder, "stop.txt"), "了\n");
  return folder;
}

const run = async (folder: string, text: string, options: Partial<RunPipelineOptions> = {}): Promise<Manifest> => {
  const pipeline = compile(parseConfig(text, join(folder, "c.yaml")));
  return (await runPipeline(pipeline, { out: join(folder, "out"), ...options })).manifest;
};

const predictionsIn = (folder: string, out = "out") =>
  readFileSync(join(folder, out, "predictions.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { id: string; labels: string[]; probabilities: number[]; given: string[] });

it("a classifier holds the phrases, dictionaries and tables of its texts, and no path", async () => {
  const folder = await prepare();
  const manifest = await run(
    folder,
    config(`${written}\n  - classify\n  - writePredictions: { path: predictions.jsonl }`),
  );
  const { metadata } = await readWhole(kinds.classifier, join(folder, "out/classifier.arrow"));
  expect(JSON.parse(metadata.get("textSteps")!)).toMatchObject([
    { tokenize: { mode: "chinese", userDictionaries: ["words.txt"] } },
    { mapTerms: { table: "lemmas.tsv" } },
    { dropTerms: { file: "stop.txt" } },
    { joinPhrases: { joiner: "+" } },
  ]);
  expect(JSON.parse(metadata.get("textParts")!)).toMatchObject([
    { options: { userDictionaries: [{ name: "words.txt", text: "星月苹果\n" }] } },
    { options: { table: { name: "lemmas.tsv", text: "梨子\t梨\n" } } },
    { options: { file: { name: "stop.txt", text: "了\n" } } },
    { needs: { phrases: { kind: "phrases" } } },
  ]);
  expect([...metadata.values()].join()).not.toContain(folder);
  expect(Object.keys(manifest.classifier!.fastTextClassifier!)).not.toContain("textParts"); // which may be large

  // Elsewhere, and without the files, texts are cut as they were: the probabilities are those of the run.
  const elsewhere = join(await temporaryFolder(), "moved.arrow");
  renameSync(join(folder, "out/classifier.arrow"), elsewhere);
  const texts = join(await temporaryFolder(), "texts.txt");
  writeFileSync(texts, corpus.map((line) => `${line.split(" ")[1]}\n`).join(""));
  const predictions = predictionsIn(folder);
  rmSync(folder, { recursive: true });
  const { out, err } = await command("classify", elsewhere, texts, "--json");
  expect(err).toBe("");
  const asked = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).predicted[0]);
  expect(asked.map(({ label }) => label)).toEqual(predictions.map(({ labels }) => labels[0]));
  expect(asked.map(({ probability }) => probability)).toEqual(predictions.map(({ probabilities }) => probabilities[0]));
  expect(predictions.map(({ id, given }) => [id, given[0]])).toEqual(
    corpus.map((line, k) => [join(folder, `corpus.txt:${k + 1}`), line.split(" ")[0]]),
  );
});

it("a classifier is the same bytes when the run was interrupted while it learned", async () => {
  const folder = await prepare();
  await run(folder, config(written));
  const abort = new AbortController();
  const interrupted = run(folder, config(written), {
    out: join(folder, "again"),
    signal: abort.signal,
    onProgress: ({ stage }) => stage.startsWith("epoch 3") && abort.abort(),
  });
  await expect(interrupted).rejects.toMatchObject({ name: "AbortError" });
  await run(folder, config(written), { out: join(folder, "again"), resume: true });
  const bytes = (out: string) => readFileSync(join(folder, out, "classifier.arrow"));
  expect(bytes("again").equals(bytes("out"))).toBe(true);
});

const loading = (options: string, more = "") => `
source: { files: { paths: corpus.txt, format: labelled } }
steps:
  - tokenize: { mode: chinese${more} }
  - classify: { ${options} }
  - writePredictions: { path: predictions.jsonl }
`;

const plain = `
source: { files: { paths: corpus.txt, format: labelled } }
steps:
  - tokenize: { mode: chinese }${training}${written}
`;

it("a step classifies by the classifier of a file or a run, which is an input of the run", async () => {
  const folder = await prepare();
  await run(folder, plain, { out: join(folder, "model") });
  for (const model of ["model", "model/classifier.arrow"]) {
    const out = `by-${model.replace("/", "-")}`;
    const { inputs } = await run(folder, loading(`model: ${model}, k: 2, threshold: 0.01`), { out: join(folder, out) });
    expect(inputs.map(({ path }) => path)).toEqual([
      join(folder, "corpus.txt"),
      join(folder, "model/classifier.arrow"),
    ]);
    const rows = predictionsIn(folder, out);
    expect(rows.map(({ labels }) => labels[0])).toEqual(corpus.map((line) => line.split(" ")[0]));
    expect(rows.every(({ labels }) => labels.length === 2)).toBe(true);
  }
});

it("a step takes the classifier of a branch", async () => {
  const folder = await prepare();
  const branches = `
source: { files: { paths: corpus.txt, format: labelled } }
steps: [tokenize: { mode: chinese }]
branches:
  learned:${training.replaceAll("\n  ", "\n    ")}
  told: [classify: { needs: { classifier: learned } }, writePredictions: { path: predictions.jsonl }]
`;
  await run(folder, branches);
  expect(predictionsIn(folder).map(({ labels }) => labels[0])).toEqual(corpus.map((line) => line.split(" ")[0]));
});

it.each([
  [loading("model: corpus.txt"), /corpus\.txt: must be an Arrow or Parquet file/],
  [
    loading("model: nothing.arrow"),
    /^classify: model: .*nothing\.arrow must be a file, a folder or a glob, got nothing there$/,
  ],
  [loading("model: vectors.txt"), /vectors\.txt: must be an Arrow or Parquet file/],
  [
    loading("model: model", ", maxTokenLength: 9"),
    "classify: tokens must be made as those that the classifier learned from, by tokenize with maxTokenLength 1000, got 9 in step 1 of its text; textSteps: any takes them as they are",
  ],
  [
    loading("k: 1"),
    "classify needs classifier, which no step above it makes; put fastTextClassifier or fineTune in between, or name a file as model",
  ],
  [
    `${plain.replace(training + written, "")}branches:
  b: [buildVocab, encode, fastTextClassifier]
  a: [classify: { model: a.arrow, needs: { classifier: b } }, writePredictions: { path: p.jsonl }]
`,
    "classify: either model or needs must say which classifier it takes, got both",
  ],
])("says in one line what is wrong with a step: %#", async (text, message) => {
  const folder = await prepare();
  writeFileSync(join(folder, "vectors.txt"), "a 1 2\nb 2 1\n");
  await run(folder, plain, { out: join(folder, "model") });
  const failed = await run(folder, text).catch((error: Error) => error.message);
  expect(failed).toMatch(message);
  expect(String(failed).split("\n")).toHaveLength(1);
});

it("lines are gone on with behind a live source that was stopped", async () => {
  const folder = await prepare();
  await run(folder, plain, { out: join(folder, "model") });
  const news = join(folder, "news.txt");
  writeFileSync(news, "红苹果很甜\n船在海上\n");
  const live = (path: string) => `
source: { tail: { paths: news.txt, pollInterval: 1ms } }
checkpoint: { every: 1 tokens }
steps:
  - tokenize: { mode: chinese }
  - classify: { model: model }
  - writePredictions: { path: ${path} }
`;
  const out = join(folder, "out");
  const stopAt = async (documents: number) => {
    const stop = new AbortController();
    const onProgress: RunPipelineOptions["onProgress"] = ({ live }) => {
      if (live!.documents >= documents) stop.abort();
    };
    const stopped = run(folder, live("predictions.jsonl"), { resume: true, stop: stop.signal, onProgress });
    await expect(stopped).rejects.toThrow(RunStopped);
  };
  await stopAt(2);
  const partial = join(out, "predictions.jsonl.lexstream.partial");
  expect(readFileSync(partial, "utf8").split("\n")).toHaveLength(2); // the second document may not have ended
  appendFileSync(news, "梨子熟了\n");
  await stopAt(3);
  await run(folder, live("predictions.jsonl"), { resume: true, finish: true });
  expect(existsSync(partial)).toBe(false);
  expect(predictionsIn(folder).map(({ labels }) => labels[0])).toEqual(["水果", "船", "水果"]);
  expect(() => compile(parseConfig(live("predictions.arrow"), join(folder, "c.yaml")))).toThrow(
    "writePredictions needs the end of the text, but tail never ends; with other options it goes on while the text passes",
  );
});
