import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compile, parseConfig, RunStopped, runPipeline } from "#pipelines";
import { http } from "#sources";
import { diskLog } from "./support/diskLog.js";
import { posting } from "./support/posting.js";
import { temporaryFolder } from "./support/temporaryFolder.js";

const partial = (name: string) => `${name}.lexstream.partial`;
const state = partial("state.json");

async function prepare(config: string, corpus = "the cat sat on the mat 我爱北京天安门\n".repeat(20)) {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "corpus.txt"), corpus);
  return { out: join(folder, "out"), pipeline: compile(parseConfig(config, join(folder, "c.yaml"))) };
}

/** All of a log before each place where an entry stands. */
function upToEach(entry: string, entries: readonly string[]): string[][] {
  return entries.flatMap((each, place) => (each === entry ? [entries.slice(0, place)] : []));
}

/** The files that a checkpoint names. */
function filesOf(state: string): string[] {
  const { checkpoint } = JSON.parse(readFileSync(state, "utf8")) as { checkpoint: { files: { path: string }[] } };
  return checkpoint.files.map(({ path }) => path);
}

describe("on the disk", () => {
  it("is every output, whole, before it gets its name, and then its name", async () => {
    const { out, pipeline } = await prepare(`
source: { files: { paths: corpus.txt } }
steps: [tokenize, buildVocab: { minCount: 1 }, writeVocabulary: { path: vocab.txt }, writeVocabulary: { path: vocab.arrow }, encode]
branches:
  ids: [writeIds: { path: ids.parquet }]
  pairs: [windowContexts: { windowSize: 1 }, contextPairs, writePairs: { path: pairs.arrow }]
  glove:
    - windowContexts
    - accumulateCooccurrence
    - writeCooccurrence: { path: table.bin }
    - glove: { vectorSize: 2, epochs: 1 }
    - writeVectors: { path: v.txt }
    - writeVectors: { path: v.bin }
    - writeVectors: { path: v.tsv, format: projector }
    - reportNeighbors: { path: report.txt, terms: [cat] }`);
    const { entries } = await diskLog();
    const { manifest } = await runPipeline(pipeline, { out });
    const made = [...manifest.outputs.map(({ path }) => path), "manifest.json"];
    expect(made).toHaveLength(11);
    for (const name of made) {
      const steps = entries.filter((entry) => entry.endsWith(` ${partial(name)}`) || entry === `rename ${name}`);
      expect(steps).toEqual([`write ${partial(name)}`, `fsync ${partial(name)}`, `rename ${name}`]);
      expect(entries[entries.indexOf(`rename ${name}`) + 1]).toBe("fsync out/");
    }
    expect(entries.lastIndexOf("fsync out/")).toBeGreaterThan(entries.indexOf("rename manifest.json"));
  });

  it("are all files of a checkpoint, and their names, before it takes the place of the one before", async () => {
    const { out, pipeline } = await prepare(`
source: { files: { paths: corpus.txt, chunkSize: 100 } }
checkpoint: { every: 50 tokens }
steps: [tokenize: { batchSize: 10 }, buildVocab: { minCount: 1 }, encode, windowContexts: { radius: fixed, sample: 0 }, word2vec: { vectorSize: 2, epochs: 2 }, writeVectors: { path: v.txt }]`);
    const named: string[][] = [];
    const { entries } = await diskLog((path) => {
      if (path.endsWith("state.json")) named.push(filesOf(path));
    });
    await runPipeline(pipeline, { out });
    for (const [k, steps] of upToEach("rename state.json", entries).entries()) {
      for (const name of named[k]!) {
        const [written, renamed] = [`write ${name}`, `rename ${name}`].map((step) => steps.lastIndexOf(step));
        expect(steps.lastIndexOf(`fsync ${name}`)).toBeGreaterThan(Math.max(written!, renamed!));
      }
      expect(steps.slice(-3)).toEqual(["fsync .checkpoint/", `write ${state}`, `fsync ${state}`]);
      expect(entries[steps.length + 1]).toBe("fsync .checkpoint/");
    }
    const names = new Set(named.flat().map((name) => name.replace(/\d+/g, "N")));
    for (const name of ["steps.N.buildVocab.arrow", "tokens.steps.N.tokenize.log", "steps.N.wordNvec.N.input.npy"])
      expect(names).toContain(name);
  });

  it("is the list of rejected documents, before the checkpoint that counts on it", async () => {
    const { out, pipeline } = await prepare(
      `
source: { tail: { paths: corpus.txt, format: jsonl, pollInterval: 1ms } }
maxRejected: 50%
checkpoint: { every: 1h }
steps: [tokenize, growVocab: { maxSize: 9, minCount: 1 }, windowContexts: { radius: fixed, sample: 0 }, word2vec: { vectorSize: 2, online: true }, writeVectors: { path: v.txt }]`,
      '{"text":"cat 猫"}\n{}\n{"text":"dog"}\n',
    );
    const { entries } = await diskLog();
    const stop = new AbortController();
    const run = runPipeline(pipeline, {
      out,
      stop: stop.signal,
      onProgress: ({ live }) => live!.documents === 2 && stop.abort(),
    });
    await expect(run).rejects.toThrow(RunStopped);
    const list = partial("rejected.jsonl");
    const place = entries.indexOf(`write ${list}`);
    expect(place).toBeGreaterThan(0);
    expect(entries.indexOf(`fsync ${list}`)).toBeGreaterThan(place);
    expect(entries.lastIndexOf("rename state.json")).toBeGreaterThan(entries.indexOf(`fsync ${list}`));
  });

  it("is what was posted, in a journal whose name is there, before the answer", async () => {
    const folder = await temporaryFolder();
    const log = await diskLog();
    const journal = join(folder, "posts.jsonl");
    const server = await posting((start) => http({ port: 0, journal, flushAfter: "1ms" }, start));
    expect(log.entries).toEqual(["write posts.jsonl", "fsync posts.jsonl", expect.stringMatching(/^fsync .*\/$/)]);
    for (const text of ["一\n", "two\n"]) {
      const { status } = await server.post(text);
      log.note(`answer ${status}`);
    }
    expect(log.entries.slice(3)).toEqual([
      "write posts.jsonl",
      "fsync posts.jsonl",
      "answer 202",
      "write posts.jsonl",
      "fsync posts.jsonl",
      "answer 202",
    ]);
    await server.stop();
  });
});
