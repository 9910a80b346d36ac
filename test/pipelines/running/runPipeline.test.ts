import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { of } from "rxjs";
import { describe, expect, it } from "vitest";
import { compile, parseConfig, runPipeline } from "#pipelines";
import { run } from "#runtime";
import { writeVectors } from "#sinks";
import { openFiles } from "../../support/openFiles.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const sentence = "the cat sat on the mat and the dog sat by the cat 我爱北京天安门\n";

const config = (corpus: string) => `
source: { files: { paths: ${corpus} } }
seed: 5
steps:
  - normalize
  - tokenize: { mode: chinese }
  - buildVocab: { minCount: 2 }
  - writeVocabulary: { path: vocab.txt }
  - encode
branches:
  word2vec:
    - windowContexts: { radius: random, sample: 0.01 }
    - word2vec: { vectorSize: 8, epochs: 3 }
    - writeVectors: { path: word2vec.bin }
  glove:
    - windowContexts: { boundary: document }
    - accumulateCooccurrence
    - writeCooccurrence: { path: cooccurrence.arrow }
    - glove: { vectorSize: 4, epochs: 2 }
    - writeVectors: { path: glove.txt }
    - reportNeighbors: { path: neighbors.txt, terms: [cat, 北京, absent] }
  ids:
    - writeIds: { path: ids.parquet }
`;

/** A file of so many bytes takes no room on the disk, and some hours to hash. */
const ENDLESS = 4e12;

async function prepare(text = sentence.repeat(40)) {
  const folder = await temporaryFolder();
  const corpus = join(folder, "corpus.txt");
  writeFileSync(corpus, text);
  const pipeline = compile(parseConfig(config("corpus.txt"), join(folder, "c.yaml")));
  return { folder, pipeline, out: join(folder, "out") };
}

const sha256 = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

describe("runPipeline", () => {
  it("writes every output, and a manifest that names each with its hash", async () => {
    const { pipeline, out, folder } = await prepare();
    const { manifest, reports } = await runPipeline(pipeline, { out });
    const expected = [
      "cooccurrence.arrow",
      "croissant.json",
      "glove.txt",
      "ids.parquet",
      "neighbors.txt",
      "vocab.txt",
      "word2vec.bin",
    ];
    expect(manifest.outputs.map(({ path }) => path)).toEqual(expected);
    expect(readdirSync(out).sort()).toEqual([...expected, "manifest.json"].sort());
    for (const output of manifest.outputs) expect(output.sha256).toBe(sha256(join(out, output.path)));
    const bytes = Buffer.byteLength(sentence.repeat(40));
    const corpus = join(folder, "corpus.txt");
    expect(manifest.inputs).toEqual([
      { path: corpus, bytes, sha256: sha256(corpus), counts: { bytes, documents: 40, inputBytes: bytes } },
    ]);
    expect(JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"))).toEqual(manifest);
    expect(manifest.config.steps[2]).toEqual({ buildVocab: { minCount: 2, extraTerms: [] } });
    expect(reports.join("")).toContain("absent: not in the vocabulary");
  });

  it("accounts for every token of every branch and epoch", async () => {
    const { pipeline, out } = await prepare(`${sentence.repeat(40)}once\n`);
    const { manifest } = await runPipeline(pipeline, { out });
    // 13 English words and 4 Chinese ones (我 爱 北京 天安门) a line, and one term below minCount
    const tokens = 40 * 17 + 1;
    const [word2vec, glove, ids] = ["word2vec", "glove", "ids"].map(
      (name) => manifest.conservation.find(({ branch }) => branch === name)!,
    );
    expect(glove).toMatchObject({ epochs: 1, read: tokens, used: tokens - 1, belowMinCount: 1, subsampled: 0 });
    expect(ids).toMatchObject({ epochs: 1, read: tokens, used: tokens - 1, belowMinCount: 1, subsampled: 0 });
    expect(word2vec).toMatchObject({ epochs: 3, read: 3 * tokens, belowMinCount: 3 });
    expect(word2vec!.used + word2vec!.subsampled).toBe(3 * (tokens - 1));
    expect(word2vec!.subsampled).toBeGreaterThan(0);
  });

  it("accounts for each kind of loss", async () => {
    const folder = await temporaryFolder();
    const once = Array.from({ length: 60 }, (_, n) => `once${n}`).join(" ");
    const words = `${"the cat sat 猫 坐 ".repeat(50)}${"rare kept ".repeat(3)}${once} ${"l".repeat(30)} gone new york new york`;
    writeFileSync(join(folder, "corpus.txt"), words);
    const text = `
source: { files: { paths: corpus.txt } }
steps: [tokenize: { maxTokenLength: 20, maxTerms: 40, batchSize: 10 }, dropTerms: { terms: gone }, learnPhrases: { minCount: 1, threshold: 20 }, joinPhrases, buildVocab: { minCount: 2, maxSize: 6 }, encode]
branches: { vectors: [windowContexts: { sample: 0.01, radius: fixed }, word2vec: { vectorSize: 4, epochs: 2 }, writeVectors: { path: w.txt }] }`;
    const pipeline = compile(parseConfig(text, join(folder, "c.yaml")));
    const { manifest } = await runPipeline(pipeline, { out: join(folder, "out") });
    const { branch, epochs, read, belowMinDocuments, aboveMaxDocuments, replaced, onlyTargets, alone, ...parts } =
      manifest.conservation[0]!;
    // One document, no growing vocabulary, no sequences: accountPass.test.ts, documentTerms.test.ts and packSequences.test.ts have some of these.
    expect([belowMinDocuments, aboveMaxDocuments, replaced, onlyTargets, alone]).toEqual([0, 0, 0, 0, 0]);
    expect([branch, epochs, read]).toEqual(["vectors", 2, 2 * words.split(" ").length]);
    expect(Object.entries(parts).filter(([, tokens]) => tokens === 0)).toEqual([]);
    expect(Object.keys(parts)).toHaveLength(8); // used, and where else a token can go
    expect(Object.values(parts).reduce((sum, tokens) => sum + tokens)).toBe(read);
  });

  it("accounts for tokens that became part of a phrase, in every epoch", async () => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, "corpus.txt"), "new york is new\nnew york\nnew york\na b c d e f g h\n");
    const text = `
source: { files: { paths: corpus.txt } }
steps: [tokenize, learnPhrases: { minCount: 2, threshold: 1 }, joinPhrases, buildVocab: { minCount: 1 }, writeVocabulary: { path: v.txt }, encode]
branches: { vectors: [windowContexts: { radius: fixed, sample: 0 }, word2vec: { vectorSize: 4, epochs: 2 }, writeVectors: { path: w.txt }] }`;
    // new york: (3 - 2) 16 / (4 3) = 1.33
    const pipeline = compile(parseConfig(text, join(folder, "c.yaml")));
    const { manifest } = await runPipeline(pipeline, { out: join(folder, "out") });
    expect(readFileSync(join(folder, "out/v.txt"), "utf8")).toMatch(/^new_york 3\n/);
    expect(manifest.conservation).toMatchObject([{ branch: "vectors", epochs: 2, read: 32, used: 26, joined: 6 }]);
  });

  it("records the mean loss of every epoch", async () => {
    const { pipeline, out } = await prepare();
    const { manifest } = await runPipeline(pipeline, { out });
    expect(manifest.losses.word2vec).toHaveLength(3);
    expect(manifest.losses.glove).toHaveLength(2);
    expect(manifest.vectors!.word2vec).toMatchObject({
      model: "word2vec",
      corpus: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    for (const { examples, meanLoss } of manifest.losses.word2vec!) {
      expect(examples).toBeGreaterThan(0);
      expect(meanLoss).toBeGreaterThan(0);
    }
  });

  it("writes the same bytes twice", async () => {
    const { pipeline, out } = await prepare();
    const first = await runPipeline(pipeline, { out });
    const second = await runPipeline(pipeline, { out: `${out}2` });
    expect(second.manifest).toEqual(first.manifest);
  });

  it("refuses a folder with other content, and with force replaces only what an earlier run made", async () => {
    const { pipeline, out } = await prepare();
    await runPipeline(pipeline, { out });
    writeFileSync(join(out, "notes.txt"), "mine");
    await expect(runPipeline(pipeline, { out })).rejects.toThrow(
      /run: the output folder must be new or empty, found 9 entries/,
    );
    await runPipeline(pipeline, { out, force: true });
    expect(readFileSync(join(out, "notes.txt"), "utf8")).toBe("mine");
  });

  it("refuses an output behind a link that leads out of the folder, before it reads anything", async () => {
    const { folder, out } = await prepare();
    mkdirSync(join(out), { recursive: true });
    symlinkSync(folder, join(out, "link"));
    const text = config("nowhere.txt").replace("path: glove.txt", "path: link/glove.txt");
    const pipeline = compile(parseConfig(text, join(folder, "c.yaml")));
    await expect(runPipeline(pipeline, { out, force: true })).rejects.toThrow(
      /path must lie inside the output folder .*"link\/glove\.txt"/,
    );
    expect(existsSync(join(folder, "glove.txt"))).toBe(false);
  });

  it("refuses terms that a writer cannot hold before it learns anything", async () => {
    const { folder, out } = await prepare();
    const before = config("corpus.txt").replace("word2vec.bin", "word2vec.arrow").replace("glove.txt", "glove.arrow");
    const oldOnes = { terms: ["cat", "旧 金山"], values: Float32Array.of(1, 2), vectorSize: 1, metadata: new Map() };
    await run(of(oldOnes).pipe(writeVectors({ path: join(folder, "old.arrow") })));
    const extra = before
      .replace("minCount: 2", "minCount: 2, extraTermsOf: old.arrow")
      .replace("vocab.txt", "vocab.arrow");
    const stages = new Set<string>();
    const started = (text: string, to: string) =>
      runPipeline(compile(parseConfig(text, join(folder, "c.yaml"))), {
        out: join(folder, to),
        onProgress: ({ stage }) => stages.add(stage),
      });
    await started(extra, "columns");
    expect(stages).toContain("epoch 1 of 3");
    stages.clear();
    await expect(started(extra.replace("glove.arrow", "glove.txt"), "text")).rejects.toThrow(
      'writeVectors: a term must not be empty or hold a space, tab or line end in format word2vecText, got "旧 金山"',
    );
    expect([...stages]).toEqual(["reading"]);
    expect(existsSync(join(out, "manifest.json"))).toBe(false);
  });

  it.each([
    ["reading", ["reading"]],
    ["epoch 1 of 3", ["reading", "epoch 1 of 3"]],
  ])("says at once where an input changes while the run is %s", async (stage, seen) => {
    const { pipeline, folder, out } = await prepare();
    const stages = new Set<string>();
    const onProgress = (progress: { stage: string }) => {
      stages.add(progress.stage);
      if (progress.stage === stage) appendFileSync(join(folder, "corpus.txt"), "又一行\n");
    };
    await expect(runPipeline(pipeline, { out, onProgress })).rejects.toThrow(
      /corpus\.txt must not change while it is read, got \d+ bytes after \d+$/,
    );
    expect([...stages]).toEqual(seen);
  });

  it("reads a folder without the folders of its own runs, and counts them", async () => {
    const { folder } = await prepare();
    const text = config(".").replace("vocab.txt", "词.txt");
    const pipeline = compile(parseConfig(text, join(folder, "c.yaml")));
    const first = await runPipeline(pipeline, { out: join(folder, "runs/一") });
    const second = await runPipeline(pipeline, { out: join(folder, "runs/二") });
    expect(second.manifest.inputs).toEqual(first.manifest.inputs);
    expect([first, second].map(({ manifest }) => manifest.counts.runFoldersLeftOut)).toEqual([undefined, 1]);
  });

  it("refuses a folder that has the name of an output, before it reads anything", async () => {
    const { pipeline, out } = await prepare();
    mkdirSync(join(out, "glove.txt"), { recursive: true });
    const onProgress = () => expect.unreachable();
    await expect(runPipeline(pipeline, { out, force: true, onProgress })).rejects.toThrow(
      `run: the output glove.txt must be a file to write, got a folder of that name in ${out}`,
    );
  });

  it("leaves no manifest, no scratch and nothing half-written when a stage fails", async () => {
    const { pipeline, out } = await prepare("one two three\n");
    await expect(runPipeline(pipeline, { out })).rejects.toThrow(/^buildVocab: at least one term must occur/);
    expect(readdirSync(out)).toEqual([]);
  });

  it("stops when the signal aborts, and leaves what is needed to go on", async () => {
    const { pipeline, out } = await prepare(sentence.repeat(4000));
    const abort = new AbortController();
    const running = runPipeline(pipeline, {
      out,
      signal: abort.signal,
      onProgress: ({ stage }) => stage.startsWith("epoch 2") && abort.abort(),
    });
    await expect(running).rejects.toThrow(/abort/);
    expect(existsSync(join(out, "manifest.json"))).toBe(false);
    expect(readdirSync(out).filter((name) => name.startsWith(".") || name.endsWith(".partial"))).toEqual([
      ".checkpoint",
    ]);
  });

  it("ends at once when the signal aborts while a large input is still hashed, with the file closed", async () => {
    const { folder, pipeline, out } = await prepare();
    truncateSync(join(folder, "corpus.txt"), ENDLESS);
    const abort = new AbortController();
    const running = runPipeline(pipeline, { out, signal: abort.signal, onProgress: () => abort.abort() });
    await expect(running).rejects.toThrow(/abort/);
    expect(openFiles()).not.toContain(realpathSync(join(folder, "corpus.txt")));
  });

  it("hashes no more of its input once a stage has failed", async () => {
    const { folder, pipeline, out } = await prepare("one\n");
    writeFileSync(join(folder, "corpus.txt"), Buffer.from([0xff, 0x0a]));
    truncateSync(join(folder, "corpus.txt"), ENDLESS);
    const text = config("corpus.txt").replace("paths: corpus.txt", "paths: corpus.txt, onInvalid: reject");
    const strict = compile(parseConfig(text, pipeline.file));
    await expect(runPipeline(strict, { out })).rejects.toThrow(/line 1: invalid UTF-8/);
    expect(openFiles()).not.toContain(realpathSync(join(folder, "corpus.txt")));
  });

  it("takes a dictionary for an input, which must be what it was for the run to go on", async () => {
    const { folder, out } = await prepare();
    const dictionary = join(folder, "words.txt");
    writeFileSync(dictionary, "天安门 100\n");
    const text = config("corpus.txt").replace("mode: chinese", "mode: chinese, userDictionaries: words.txt");
    const pipeline = compile(parseConfig(text, join(folder, "c.yaml")));
    const abort = new AbortController();
    const stopped = runPipeline(pipeline, {
      out,
      signal: abort.signal,
      onProgress: ({ stage }) => stage.startsWith("epoch 2") && abort.abort(),
    });
    await expect(stopped).rejects.toThrow(/abort/);
    writeFileSync(dictionary, "北京天安门 100\n");
    const resumed = runPipeline(pipeline, { out, resume: true });
    await expect(resumed).rejects.toThrow(`run: --resume needs all that the run began with, but ${dictionary} had`);
    const { manifest } = await runPipeline(pipeline, { out, force: true });
    expect(manifest.inputs.map(({ path }) => path)).toEqual([join(folder, "corpus.txt"), dictionary]);
  });

  it("fails clearly where the input is missing", async () => {
    const folder = await temporaryFolder();
    const pipeline = compile(parseConfig(config("nowhere.txt"), join(folder, "c.yaml")));
    await expect(runPipeline(pipeline, { out: join(folder, "out") })).rejects.toThrow(/^files: .*nowhere\.txt/);
  });
});
