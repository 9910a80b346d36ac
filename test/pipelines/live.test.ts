import {
  appendFileSync,
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { basename, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import {
  builtIn,
  canStop,
  compile,
  type Manifest,
  parseConfig,
  type RunPipelineOptions,
  RunStopped,
  runPipeline,
  withUnits,
} from "#pipelines";
import { fixedVocabulary } from "../support/fixedVocabulary.mjs";
import { shortOrLong } from "../support/shortOrLong.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const registry = withUnits(builtIn, { units: [fixedVocabulary], kinds: [] });

const words = ["the", "a", "cat", "dog", "sat", "ran", "猫", "狗", "坐", "跑"];
/** Sentences of English and Chinese words, one a line; every seventh line is longer. */
const line = (n: number) =>
  Array.from({ length: n % 7 === 0 ? 40 : 5 }, (_, k) => words[(n * n + 3 * k + n) % words.length]).join(" ");
const text = (from: number, to: number) => Array.from({ length: to - from }, (_, k) => `${line(from + k)}\n`).join("");
const LINES = 120;

const config = (extra = "", source = "tail: { paths: news.txt, chunkSize: 64, pollInterval: 1ms }") => `
source: { ${source} }
checkpoint: { every: 150 tokens }
${extra}
steps:
  - splitSentences
  - normalize
  - tokenize: { mode: chinese, batchSize: 20 }
  - fixedVocabulary: { terms: [${words.join(", ")}] }
branches:
  skipGram:
    - windowContexts: { radius: random, sample: 0.2, batchSize: 30 }
    - word2vec: { vectorSize: 8, epochs: 1, schedule: constant, kernel: reference }
    - writeVectors: { path: vectors.arrow }
  cbow:
    - windowContexts: { batchSize: 16, windowSize: 2, radius: fixed, sample: 0 }
    - word2vec: { vectorSize: 4, epochs: 1, schedule: constant, architecture: cbow, kernel: reference }
    - writeVectors: { path: cbow.vec }
    - reportNeighbors: { path: neighbors.txt, terms: [cat, 猫] }
`;

const onThread = config().replace("kernel: reference", "workers: 1");
/** The same with a vocabulary that changes: 6 rows for 10 words, given anew every 50 tokens. */
const growing = onThread
  .replace(/fixedVocabulary: .*/, "growVocab: { maxSize: 6, minCount: 2, generationSize: 50 }")
  .replaceAll("epochs: 1, schedule: constant", "online: true");

/** A language model, which reads the words by the tokenizer of an earlier run. */
const languageModel = `
source: { tail: { paths: news.txt, chunkSize: 64, pollInterval: 1ms } }
checkpoint: { every: 150 tokens }
snapshot: { every: 1h, keep: 2 }
steps:
  - tokenize: { mode: whitespace, batchSize: 20 }
  - encodeSubwords: { model: tokenizer.json, sentenceEnd: </s> }
  - packSequences: { length: 5, lanes: 3 }
  - rnnlm: { vectorSize: 4, epochs: 1, schedule: constant, learningRate: 0.02, workers: 1, dropout: 0.2 }
  - writeLanguageModel: { path: model/model.safetensors }
`;
const tokenizer = {
  ...{ version: "1.0", added_tokens: [], normalizer: null, post_processor: null, decoder: null },
  pre_tokenizer: { type: "WhitespaceSplit" },
  model: {
    type: "WordLevel",
    unk_token: "<unk>",
    vocab: Object.fromEntries(["<unk>", "</s>", ...words.slice(1)].map((word, id) => [word, id])),
  },
};

interface Place {
  readonly folder: string;
  readonly out: string;
  readonly news: string;
  readonly run: (options?: Partial<RunPipelineOptions>) => Promise<Manifest>;
}

async function prepare(content = text(0, LINES), written = config()): Promise<Place> {
  const folder = await temporaryFolder();
  const news = join(folder, "news.txt");
  writeFileSync(news, content);
  const out = join(folder, "out");
  const clock = () => new Date("2026-11-23T09:15:00Z");
  const pipeline = () => compile(parseConfig(written, join(folder, "c.yaml")), { registry });
  const run = async (options: Partial<RunPipelineOptions> = {}) =>
    (await runPipeline(pipeline(), { out, resume: true, clock, ...options })).manifest;
  return { folder, out, news, run };
}

/** Runs until so many documents were read, or `each` says that it is enough, and stops as SIGTERM does. */
async function stopAt({ run }: Place, documents: number, each: (seen: number) => unknown = () => {}): Promise<void> {
  const stop = new AbortController();
  let seen = 0;
  const onProgress: RunPipelineOptions["onProgress"] = ({ live }) => {
    if (each(seen++) === "enough" || live!.documents >= documents) stop.abort();
  };
  await expect(run({ stop: stop.signal, onProgress })).rejects.toThrow(RunStopped);
}

/** Runs until so many documents were read and more was looked for in vain, and stops as SIGTERM does. */
async function stopInSilence({ run, news }: Place, documents: number): Promise<void> {
  const handle = await open(news);
  const looks = vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, "stat");
  await handle.close();
  const stop = new AbortController();
  let looksBefore = Number.POSITIVE_INFINITY;
  const onProgress: RunPipelineOptions["onProgress"] = ({ live }) => {
    if (live!.documents >= documents) looksBefore = looks.mock.calls.length;
  };
  const running = run({ stop: stop.signal, onProgress });
  running.catch(() => {});
  await expect.poll(() => looks.mock.calls.length - looksBefore, { interval: 1 }).toBeGreaterThan(3);
  looks.mockRestore();
  stop.abort();
  await expect(running).rejects.toThrow("run: stopped; --resume goes on");
}

/** Runs to the k-th sign of progress, and puts what a power cut would have left then in place of what a stop leaves. */
async function killAt(place: Place, k: number, documents = LINES): Promise<void> {
  const image = `${place.out}.image`;
  await stopAt(place, documents, (seen) => {
    if (seen !== k) return;
    cpSync(place.out, image, { recursive: true, filter: (path) => basename(path) !== ".lock" });
    return "enough";
  });
  if (!existsSync(image)) return;
  rmSync(place.out, { recursive: true });
  renameSync(image, place.out);
}

const finished = async (place: Place, documents = LINES): Promise<Partial<Manifest>> => {
  await stopAt(place, documents);
  const { configFile: _, config: __, ...manifest } = await place.run({ finish: true });
  return manifest;
};

/** What a run that was left alone makes of all lines. */
let leftAlone: Promise<Partial<Manifest>> | undefined;
const expectedOfAll = () => (leftAlone ??= prepare().then(finished));

describe("a run over a live source", () => {
  it.each([
    ["one vocabulary", onThread],
    ["a vocabulary that changes", growing],
  ])("with %s ends in the same bytes wherever it was stopped, interrupted or killed", async (_, written) => {
    const lines = LINES / 2; // some ten checkpoints
    const prepared = () => prepare(text(0, lines), written);
    const expected = await finished(await prepared(), lines);
    expect(expected.counts).toMatchObject({ documents: lines });
    expect(expected.conservation!.map(({ branch }) => branch)).toEqual(["skipGram", "cbow"]);
    const kill = (place: Place, k: number) => killAt(place, k, lines);
    const stops = fc.record({ how: fc.constantFrom(stopAt, interruptAt, kill), at: fc.nat({ max: lines - 1 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(stops, { minLength: 1, maxLength: 4 }), async (all) => {
        const place = await prepared();
        for (const { how, at } of all) await how(place, at);
        expect(pick(await finished(place, lines))).toEqual(pick(expected));
      }),
      { seed: 3, numRuns: shortOrLong(2, 4) },
    );
  });

  it("is learned by a language model to the same bytes, wherever it was stopped, with what lanes held at the end", async () => {
    const prepared = async () => {
      const place = await prepare(undefined, languageModel);
      writeFileSync(join(place.folder, "tokenizer.json"), JSON.stringify(tokenizer));
      return place;
    };
    const expected = await finished(await prepared());
    const [account] = expected.conservation!;
    // Each line is one sentence; of its words and its end, the last of each lane is only predicted.
    expect(account).toMatchObject({ read: expected.counts!.read, added: LINES, onlyTargets: 3 });
    expect(expected.counts!.unknown).toBeGreaterThan(0);
    const place = await prepared();
    for (const documents of [30, 31]) await stopAt(place, documents);
    await killAt(place, 40);
    expect(readdirSync(join(place.out, "model"))).toContain("model-latest.safetensors");
    expect(pick(await finished(place))).toEqual(pick(expected));
  });

  it("ends in the same bytes whenever the text comes, and goes on with what came while it did not run", async () => {
    const expected = await expectedOfAll();
    const place = await prepare(text(0, 31));
    await stopAt(place, 20);
    appendFileSync(place.news, text(31, 77));
    await stopAt(place, 77, (seen) => seen === 3 && appendFileSync(place.news, text(77, 100)));
    appendFileSync(place.news, text(100, LINES));
    expect(pick(await finished(place))).toEqual(pick(expected));
  });

  it("stops while its source has nothing to give, with a checkpoint behind the last batch", async () => {
    const place = await prepare();
    await stopInSilence(place, LINES);
    const documents: number[] = [];
    await place.run({ finish: true, onProgress: ({ live }) => live && documents.push(live.documents) });
    expect(documents).toEqual([LINES]); // nothing was read again
  });

  it("takes checkpoints by time also where a long silence follows the last batch", async () => {
    const place = await prepare(text(0, LINES), config().replace("150 tokens", "100ms"));
    const stop = new AbortController();
    const running = place.run({ stop: stop.signal });
    running.catch(() => {});
    const state = join(place.out, ".checkpoint/state.json");
    await expect.poll(() => existsSync(state) && readFileSync(state, "utf8").includes('"place":')).toBe(true);
    stop.abort();
    await expect(running).rejects.toThrow(RunStopped);
  });

  it.each(["0s", "1ms"])("takes checkpoints every %s, once behind each batch, also before the first", async (every) => {
    const place = await prepare(text(0, 30), config().replace("150 tokens", every));
    await stopAt(place, 30);
    expect((await place.run({ finish: true })).counts).toMatchObject({ documents: 30 });
  });

  it("reads a line again whose end had not come when it was stopped", async () => {
    const place = await prepare(`${text(0, LINES)}${"a cat sat ".repeat(100)}`);
    await stopInSilence(place, LINES);
    appendFileSync(place.news, "坐\n");
    await stopAt(place, LINES + 1);
    const { counts } = await place.run({ finish: true });
    const { counts: expected } = await expectedOfAll();
    expect([counts.documents, counts.read]).toEqual([LINES + 1, expected!.read! + 301]);
  });

  it("can be stopped before anything has come", async () => {
    await stopInSilence(await prepare(""), 0);
  });

  it("cuts nothing off a list of rejected documents that it did not write", async () => {
    const content = Array.from({ length: 20 }, (_, n) => (n % 2 ? "{}" : JSON.stringify({ text: line(n) }))).join("\n");
    const source = "tail: { paths: news.txt, chunkSize: 64, pollInterval: 1ms, format: jsonl }";
    const place = await prepare(`${content}\n`, config("maxRejected: 50%", source));
    await stopAt(place, 10);
    const list = join(place.out, "rejected.jsonl.lexstream.partial");
    const theirs = readFileSync(list, "utf8").replaceAll("must", "muss");
    writeFileSync(list, `${theirs}and more`);
    await expect(place.run({ finish: true })).rejects.toThrow(
      `${list}: must be as it was written, got other bytes before byte ${theirs.length}; --force starts anew`,
    );
    expect(readFileSync(list, "utf8")).toBe(`${theirs}and more`);
  });

  it("keeps the list of rejected documents with the checkpoint", async () => {
    const lines = Array.from({ length: LINES }, (_, n) =>
      n % 9 === 4 ? '{"no":"text"}' : JSON.stringify({ text: line(n) }),
    );
    const written = config(
      "maxRejected: 50%",
      "tail: { paths: news.txt, chunkSize: 64, pollInterval: 1ms, format: jsonl }",
    );
    const content = `${lines.join("\n")}\n`;
    const rejected = Math.ceil((LINES - 4) / 9);
    const whole = await prepare(content, written);
    await stopAt(whole, LINES - rejected);
    const expected = await whole.run({ finish: true });
    const place = await prepare(content, written);
    await stopAt(place, 30);
    await killAt(place, 9, LINES - rejected);
    await stopAt(place, LINES - rejected);
    const manifest = await place.run({ finish: true });
    const list = ({ out }: Place) =>
      readFileSync(join(out, "rejected.jsonl"), "utf8").replaceAll(/"source":"[^"]+"/g, "");
    expect(list(place)).toBe(list(whole));
    expect(list(place).trimEnd().split("\n")).toHaveLength(rejected);
    expect(manifest.counts).toEqual(expected.counts);
  });

  it("does not know how to finish what was not begun, and says so", async () => {
    const { run, out } = await prepare();
    await expect(run({ finish: true })).rejects.toThrow(
      `run: --finish needs an unfinished run over a live source, got none in ${out}`,
    );
  });
});

/** What must not depend on where a run was interrupted. */
const pick = ({ outputs, counts, losses, conservation, vectors }: Partial<Manifest>) => ({
  outputs: outputs?.filter(({ path }) => path !== "croissant.json"),
  counts,
  losses,
  conservation,
  vectors,
});

/** Stops as SIGINT does, with the signal's reason. */
async function interruptAt({ run }: Place, documents: number): Promise<void> {
  const abort = new AbortController();
  const onProgress: RunPipelineOptions["onProgress"] = ({ live }) => live!.documents >= documents && abort.abort();
  await expect(run({ signal: abort.signal, onProgress })).rejects.toThrow(/abort/);
}

describe("snapshots", () => {
  /** The clock goes on by a second whenever it is looked at. */
  async function written(extra: string): Promise<string> {
    const place = await prepare(undefined, config(extra));
    let second = 0;
    const clock = () => new Date(Date.UTC(2026, 10, 23, 9, 15, second++));
    const stop = new AbortController();
    const onProgress: RunPipelineOptions["onProgress"] = ({ live }) => live!.documents === LINES && stop.abort();
    await expect(place.run({ clock, stop: stop.signal, onProgress })).rejects.toThrow(RunStopped);
    return place.out;
  }

  it("are written under a name with the date when a run is stopped, and the latest can be found by a link", async () => {
    const out = await written("snapshot: { every: 1h }");
    expect(readdirSync(out).filter((name) => !name.startsWith("."))).toEqual([
      "cbow-20261123T091501Z.vec",
      "cbow-latest.vec",
      "neighbors-20261123T091501Z.txt",
      "neighbors-latest.txt",
      "vectors-20261123T091500Z.arrow",
      "vectors-latest.arrow",
    ]);
    expect(readlinkSync(join(out, "vectors-latest.arrow"))).toBe("vectors-20261123T091500Z.arrow");
    expect(readFileSync(join(out, "cbow-latest.vec"), "utf8").split("\n")[0]).toBe(`${words.length} 4`);
  });

  it("are as many as are to be kept, the newest, and the link leads to the last of them", async () => {
    const out = await written("snapshot: { every: 1ms, keep: 2 }");
    const names = readdirSync(out).filter((name) => /^vectors-\d/.test(name));
    expect(names).toHaveLength(2);
    expect(readlinkSync(join(out, "vectors-latest.arrow"))).toBe(names[1]);
    expect(lstatSync(join(out, "vectors-latest.arrow")).isSymbolicLink()).toBe(true);
  });

  it("are what the model has learned so far, and change nothing of what it learns", async () => {
    const place = await prepare(undefined, config("snapshot: { every: 1ms }"));
    expect(pick(await finished(place))).toEqual(pick(await expectedOfAll()));
  });

  it("are handed to whoever asks, with what was counted until then", async () => {
    const place = await prepare(text(0, 30));
    const seen: { readonly branch: string | undefined; readonly documents: number; readonly terms: number }[] = [];
    const publish: RunPipelineOptions["publish"] = {
      every: () => 3_600_000,
      run: async ({ branch }, take, ledger) => {
        const { terms } = (await take()) as { terms: readonly string[] };
        seen.push({ branch, documents: ledger.get("documents"), terms: terms.length });
      },
    };
    const stop = new AbortController();
    const onProgress: RunPipelineOptions["onProgress"] = ({ live }) => live!.documents === 30 && stop.abort();
    await expect(place.run({ publish, stop: stop.signal, onProgress })).rejects.toThrow(RunStopped);
    expect(seen).toEqual([
      { branch: "skipGram", documents: 30, terms: words.length },
      { branch: "cbow", documents: 30, terms: words.length },
    ]);
  });

  it("are removed with the rest by a run that replaces theirs", async () => {
    const place = await prepare(undefined, config("snapshot: { every: 1h }"));
    await stopAt(place, LINES);
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    await expect(place.run({ force: true, resume: false, signal: stop.signal, onProgress })).rejects.toThrow(/abort/);
    expect(readdirSync(place.out).filter((name) => !name.startsWith("."))).toEqual([]);
  });
});

describe("what a source without end can be read into", () => {
  const refusal = (steps: string) => {
    try {
      compile(parseConfig(`source: { tail: { paths: a.txt } }\nsteps: ${steps}`, "c.yaml"), { registry });
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };

  it("does not need the end of the text", () => {
    expect(refusal("[tokenize, buildVocab, writeVocabulary: { path: v.txt }]")).toMatch(
      /^c\.yaml:2:19: \/steps\/1: buildVocab needs the end of the text, but tail never ends/,
    );
    expect(refusal("[tokenize, fixedVocabulary: { terms: [a] }, writeIds: { path: ids.parquet }]")).toBe(
      "c.yaml:2:52: /steps/2/writeIds: writeIds needs the end of the text, but tail never ends",
    );
    expect(
      refusal("[tokenize, fixedVocabulary: { terms: [a] }, windowContexts: { radius: fixed, sample: 0 }, word2vec]"),
    ).toBe(undefined);
  });

  it("may need it where the source can end, which is read once and kept", () => {
    const piped = compile(
      parseConfig("source: stdin\nsteps: [tokenize, buildVocab, writeVocabulary: { path: v.txt }]", "c.yaml"),
    );
    expect(canStop(piped)).toBe(false);
  });
});
