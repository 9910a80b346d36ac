import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { compile, type Manifest, type Progress, parseConfig, runPipeline } from "#pipelines";
import { samples } from "../support/samples.js";
import { shortOrLong } from "../support/shortOrLong.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const source = "source: { files: { paths: corpus.txt, format: paragraphs } }";
const everything = `
${source}
checkpoint: { every: 0s }
steps:
  - normalize
  - tokenize: { mode: chinese, batchSize: 700 }
  - buildVocab: { minCount: 2, maxSize: 300 }
  - writeVocabulary: { path: vocab.txt }
  - encode
branches:
  word2vec:
    - windowContexts: { radius: random, sample: 0.01, batchSize: 500 }
    - word2vec: { vectorSize: 8, epochs: 3, workers: 2 }
    - writeVectors: { path: word2vec.arrow }
    - layOut: { top: 40, snapshots: 3 }
    - writeLayout: { path: layout.arrow }
  reference:
    - windowContexts: { batchSize: 299, radius: fixed, sample: 0 }
    - word2vec: { vectorSize: 4, epochs: 2, kernel: reference }
    - writeVectors: { path: reference.bin }
  glove:
    - windowContexts: { boundary: document }
    - accumulateCooccurrence: { memory: 1MB }
    - writeCooccurrence: { path: cooccurrence.arrow }
    - glove: { vectorSize: 4, epochs: 4, workers: 2 }
    - writeVectors: { path: glove.txt }
    - reportNeighbors: { path: neighbors.txt, terms: [the, 的, absent] }
    - layOut: { top: 40, snapshots: 2 }
    - writeLayout: { path: gloveLayout.arrow }
  ids:
    - writeIds: { path: ids.parquet }
  pairs:
    - windowContexts: { windowSize: 2 }
    - contextPairs
    - writePairs: { path: pairs.parquet }
`;
const phrases = `
${source}
checkpoint: { every: 0s }
steps: [normalize, tokenize: { mode: chinese, batchSize: 700 }, learnPhrases: { minCount: 2, threshold: 1 }, joinPhrases, buildVocab: { minCount: 2 }, writeVocabulary: { path: vocab.arrow }, encode]
branches:
  cbow:
    - windowContexts: { batchSize: 512, radius: fixed, sample: 0 }
    - word2vec: { architecture: cbow, vectorSize: 4, epochs: 2 }
    - writeVectors: { path: cbow.vec }
  table:
    - windowContexts: { windowSize: 3 }
    - accumulateCooccurrence
    - associate: { measure: pmi }
    - writeCooccurrence: { path: pmi.parquet }
`;

const pieces = `
${source}
checkpoint: { every: 0s }
steps:
  - tokenize: { mode: chinese }
  - learnSubwords: { size: 400 }
  - writeSubwords: { path: tokenizer.json }
  - encodeSubwords: { sentenceEnd: <|endoftext|> }
  - windowContexts: { radius: fixed, sample: 0 }
  - word2vec: { vectorSize: 4, epochs: 2 }
  - writeVectors: { path: pieces.vec }
`;

interface Place {
  readonly folder: string;
  readonly out: string;
  readonly pipeline: (text?: string) => ReturnType<typeof compile>;
}

async function prepare(config: string, folder?: string): Promise<Place> {
  folder ??= await temporaryFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "corpus.txt"), samples(6000));
  const pipeline = (text = config) => compile(parseConfig(text, join(folder, "c.yaml")));
  return { folder, out: join(folder, "out"), pipeline };
}

/** Leaves the folder as a power cut at the k-th sign of progress would: copied then, and put in place of what comes after it. */
async function killAt(place: Place, k: number): Promise<boolean> {
  const { out } = place;
  const image = `${out}.image`;
  const copy = () => cpSync(out, image, { recursive: true, filter: (path) => basename(path) !== ".lock" });
  const isKilled = await interruptAt(place, k, copy);
  if (!isKilled) return false;
  rmSync(out, { recursive: true });
  renameSync(image, out);
  return true;
}

/** Stops at the k-th sign of progress, as an interrupt does; whether there were so many. */
async function interruptAt({ out, pipeline }: Place, k: number, before = () => {}): Promise<boolean> {
  const abort = new AbortController();
  let seen = 0;
  const onProgress = () => {
    if (seen++ !== k) return;
    before();
    abort.abort();
  };
  await runPipeline(pipeline(), { out, resume: true, signal: abort.signal, onProgress }).catch((error) => {
    expect(error.name).toBe("AbortError");
  });
  return abort.signal.aborted;
}

const resumed = async ({ out, pipeline }: Place) => (await runPipeline(pipeline(), { out, resume: true })).manifest;

/** A run has some 25 signs of progress; one that goes on has those that are left. */
const steps = fc.array(fc.record({ stop: fc.constantFrom(killAt, interruptAt), k: fc.nat({ max: 20 }) }), {
  minLength: 1,
  maxLength: 3,
});

describe.each([
  ["every kind of branch", everything],
  ["phrases and an association table", phrases],
])("a run with %s", (_, config) => {
  it("ends in the same bytes wherever it was killed or interrupted, any number of times", async () => {
    const undisturbed = await prepare(config);
    const expected = (await runPipeline(undisturbed.pipeline(), { out: undisturbed.out })).manifest;
    const stopped = { killAt: 0, interruptAt: 0 };
    const placeIndependent = ({ inputs: _, configFile: __, ...manifest }: Manifest) => manifest;
    await fc.assert(
      fc.asyncProperty(steps, async (stops) => {
        const place = await prepare(config);
        for (const { stop, k } of stops) if (await stop(place, k)) stopped[stop.name as keyof typeof stopped]++;
        expect(placeIndependent(await resumed(place))).toEqual(placeIndependent(expected));
        expect(readdirSync(place.out).filter((name) => name.startsWith(".") || name.endsWith(".partial"))).toEqual([]);
      }),
      { seed: 7, numRuns: shortOrLong(2, 6) },
    );
    expect(stopped.killAt).toBeGreaterThan(shortOrLong(0, 4));
    expect(stopped.interruptAt).toBeGreaterThan(shortOrLong(0, 4));
  });
});

/** Interrupts a run when word2vec's second epoch begins. */
async function interrupt(place: Place): Promise<void> {
  const abort = new AbortController();
  const onProgress = ({ stage, done }: Progress) => stage.startsWith("epoch 2") && done > 3000 && abort.abort();
  const running = runPipeline(place.pipeline(), { out: place.out, signal: abort.signal, onProgress });
  await expect(running).rejects.toThrow(/abort/);
}

it("goes on with a tokenizer that was learned before it was interrupted", async () => {
  const [undisturbed, place] = [await prepare(pieces), await prepare(pieces)];
  const { outputs } = (await runPipeline(undisturbed.pipeline(), { out: undisturbed.out })).manifest;
  await interrupt(place);
  expect((await resumed(place)).outputs).toEqual(outputs);
});

describe("an interrupted run", () => {
  /** It takes a checkpoint when it is interrupted, and hardly another one. */
  const rarely = everything.replace("every: 0s", "every: 30s").replaceAll("workers: 2", "workers: 1");
  let place: Place;
  let image: string;

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), "lexstream-test-"));
    place = await prepare(rarely, join(folder, "place"));
    image = join(folder, "image");
    await interrupt(place);
    cpSync(place.folder, image, { recursive: true, preserveTimestamps: true });
    return () => rmSync(folder, { recursive: true });
  });

  /** The same run in each test, as it was when it was interrupted. */
  function interrupted(): Place {
    rmSync(place.folder, { recursive: true });
    cpSync(image, place.folder, { recursive: true, preserveTimestamps: true });
    return place;
  }

  it("goes on where it stopped, and does not read its input again", async () => {
    const place = interrupted();
    const stages: string[] = [];
    const onProgress = ({ stage }: Progress) => void stages.push(stage);
    await runPipeline(place.pipeline(), { out: place.out, resume: true, onProgress });
    expect(new Set(stages)).toEqual(new Set(["epoch 2 of 3", "epoch 3 of 3", "glove"]));
  });

  it("is not replaced by another run unless that is asked for", async () => {
    const { out, pipeline } = interrupted();
    await expect(runPipeline(pipeline(), { out })).rejects.toThrow(
      `run: ${out} holds an unfinished run; --resume goes on with it, --force starts anew`,
    );
    const { manifest } = await runPipeline(pipeline(), { out, force: true });
    expect(readdirSync(out).sort()).toEqual([...manifest.outputs.map(({ path }) => path), "manifest.json"].sort());
  });

  it("leaves no output of its own behind where another run replaces it", async () => {
    const { out, pipeline } = interrupted();
    expect(existsSync(join(out, "vocab.txt"))).toBe(true);
    await runPipeline(pipeline(rarely.replace("vocab.txt", "terms.txt")), { out, force: true });
    expect(existsSync(join(out, "vocab.txt"))).toBe(false);
  });

  it.each([
    ["minCount: 2", "minCount: 3", "config.steps.2.buildVocab.minCount was 2 and is 3"],
    ["epochs: 4", "epochs: 5", "config.branches.glove.3.glove.epochs was 4 and is 5"],
    ["steps:", "seed: 2\nsteps:", "seed was 1 and is 2"],
    ["- writeIds: { path: ids.parquet }", "- writeIds: { path: ids.arrow }", 'was "ids.parquet" and is "ids.arrow"'],
  ])("refuses to go on with %j changed to %j", async (before, after, change) => {
    const { out, pipeline } = interrupted();
    const files = readdirSync(out);
    await expect(runPipeline(pipeline(rarely.replace(before, after)), { out, resume: true })).rejects.toThrow(
      new RegExp(`^run: --resume needs all that the run began with, but .*${change}; --force starts anew$`),
    );
    expect(readdirSync(out)).toEqual(files); // it can still go on with what it began with
    await resumed({ out, pipeline, folder: "" });
  });

  it("refuses to go on with another text, and takes one that was only touched", async () => {
    const place = interrupted();
    const corpus = join(place.folder, "corpus.txt");
    const text = readFileSync(corpus, "utf8");
    writeFileSync(corpus, text.replace("e", "a"));
    await expect(resumed(place)).rejects.toThrow(/but .*corpus\.txt had another content, SHA-256 [0-9a-f]{12}\.\.\.;/);
    writeFileSync(corpus, `${text}more\n`);
    await expect(resumed(place)).rejects.toThrow(/corpus\.txt had \d+ bytes and has \d+;/);
    writeFileSync(corpus, text);
    utimesSync(corpus, 1e9, 1e9);
    await resumed(place);
  });

  it("refuses to go on with another version of lexstream or Node, and names both", async () => {
    const place = interrupted();
    rewriteState(place, (state) => state.replace(/"lexstream":"[^"]+"/, '"lexstream":"0.0.1"'));
    await expect(resumed(place)).rejects.toThrow(/but lexstream was "0\.0\.1" and is "/);
    rewriteState(place, (state) =>
      state.replace('"lexstream":"0.0.1"', `"lexstream":"${version}"`).replace(/"node":"[^"]+"/, '"node":"18.0.0"'),
    );
    await expect(resumed(place)).rejects.toThrow(/but node was "18\.0\.0" and is "/);
  });

  it("refuses a checkpoint or an output that is not as it was written", async () => {
    const place = interrupted();
    const files = readdirSync(join(place.out, ".checkpoint")).map((name) => join(place.out, ".checkpoint", name));
    expect(files.length).toBeGreaterThan(4);
    for (const file of [...files, join(place.out, "vocab.txt")]) {
      const bytes = readFileSync(file);
      writeFileSync(file, bytes.subarray(0, -1));
      await expect(resumed(place), file).rejects.toThrow(/ must .*, got .*; --force starts anew$/);
      const flipped = Buffer.from(bytes);
      flipped[bytes.length >> 1]! ^= 1;
      writeFileSync(file, flipped);
      await expect(resumed(place), file).rejects.toThrow(/ must .*, got .*; --force starts anew$/);
      writeFileSync(file, bytes);
    }
    await resumed(place);
  });

  it("is told from a finished one, which is left as it is", async () => {
    const place = await prepare(rarely);
    const first = await resumed(place);
    expect(await resumed(place)).toEqual(first);
    const other = place.pipeline(rarely.replace("minCount: 2", "minCount: 3"));
    await expect(runPipeline(other, { out: place.out, resume: true })).rejects.toThrow(/minCount was 2 and is 3/);
    await expect(runPipeline(place.pipeline(), { out: place.out })).rejects.toThrow(/must be new or empty/);
  });

  it("takes no checkpoint where none is wanted", async () => {
    const { out, pipeline } = await prepare(everything.replace("every: 0s", "every: never"));
    const onProgress = () => expect(existsSync(join(out, ".checkpoint"))).toBe(false);
    await runPipeline(pipeline(), { out, onProgress });
  });
});

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

/** Changes the text of a checkpoint's state, as a run with that state would have written it. */
function rewriteState({ out }: Place, change: (state: string) => string): void {
  const path = join(out, ".checkpoint/state.json");
  const content = change(readFileSync(path, "utf8").slice('{"sha256":"","checkpoint":'.length + 64, -2));
  const sha256 = createHash("sha256").update(content).digest("hex");
  writeFileSync(path, `{"sha256":"${sha256}","checkpoint":${content}}\n`);
}
