import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { builtIn, compile, parseConfig, runPipeline, withUnits } from "#pipelines";
import { type AnyUnit, integer, type ModelContext, type SequenceBatch, type StageState } from "#schemas";
import { readSequences, readVocabulary } from "#storage";
import { allOf } from "../support/allOf.js";
import { samples } from "../support/samples.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

/** A model that makes something that depends on the order of all that it reads; it waits for a turn in each update. */
function rolling(epochs: number, seen: (batch: SequenceBatch) => void) {
  let terms: readonly string[] = [];
  let values = new Float32Array();
  return {
    ...{ name: "rolling", reads: "sequences", makes: "vectors", epochs },
    begin({ vocabulary }: ModelContext) {
      terms = vocabulary!.terms;
      values = new Float32Array(100);
    },
    async update(batch: SequenceBatch) {
      await setImmediate();
      const { targets, lengths, epoch, position, continues, tokensBefore } = batch;
      targets.forEach((target, place) => {
        if (target >= 0) values[target % 100] = (values[target % 100]! * 0.9 + place + position + epoch) % 1000;
      });
      values[0]! += continues[0]! + tokensBefore / 1e6;
      seen(batch);
      const taken = lengths.reduce((sum, length) => sum + length, 0);
      return { taken, examples: taken, loss: 0, epoch };
    },
    save: (): StageState => ({ facts: {}, arrays: { values: values.slice() } }),
    restore({ arrays }: StageState, { vocabulary }: ModelContext) {
      terms = vocabulary!.terms;
      values = arrays.values as Float32Array<ArrayBuffer>;
    },
    result: () => ({
      terms: terms.slice(0, 100),
      values: values.slice(0, terms.length),
      vectorSize: 1,
      metadata: new Map(),
    }),
    close() {},
  };
}

async function prepare(packSequences: string, epochs = 2) {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "corpus.txt"), samples(400));
  let seen: (batch: SequenceBatch) => void = () => {};
  const unit = {
    ...{ name: "rolling", kind: "model", reads: "sequences", makes: "vectors", summary: "Depends on all it reads" },
    fields: { epochs: integer({ description: "Passes", default: epochs, min: 1 }) },
    create: () => rolling(epochs, (batch) => seen(batch)),
  } as unknown as AnyUnit;
  const registry = withUnits(builtIn, { units: [unit], kinds: [] });
  const config = `
source: { files: { paths: corpus.txt, format: paragraphs } }
checkpoint: { every: 1h }
steps:
  - tokenize: { batchSize: 300 }
  - buildVocab: { minCount: 1 }
  - writeVocabulary: { path: vocab.txt }
  - encode
  - packSequences: ${packSequences}
  - writeSequences: { path: sequences.arrow }
  - rolling
  - writeVectors: { path: vectors.txt }`;
  const run = async (out: string, onBatch = (_: SequenceBatch) => {}, signal?: AbortSignal) => {
    seen = onBatch;
    const pipeline = compile(parseConfig(config, join(folder, "c.yaml")), { registry });
    const options = { out: join(folder, out), resume: true, ...(signal ? { signal } : {}) };
    return (await runPipeline(pipeline, options)).manifest;
  };
  const file = (out: string, name: string) => readFileSync(join(folder, out, name), "utf8");
  return { folder, run, file };
}

describe.each([
  ["blocks", "{ length: 8, batchSize: 4, shuffle: 20 }"],
  ["lanes over documents", "{ length: 8, lanes: 3 }"],
  ["lanes over equal parts of a corpus", "{ length: 8, lanes: 3, across: corpus }"],
])("a run over %s", (_, packSequences) => {
  it("is gone on with in the middle of any epoch, to the same bytes", async () => {
    const { run, file } = await prepare(packSequences);
    const all: number[] = [];
    await run("whole", ({ epoch }) => all.push(epoch));
    for (const stop of [3, all.length - 4]) {
      const out = `stopped ${stop}`;
      const abort = new AbortController();
      let first = 0;
      const stopping = () => {
        if (++first === stop) abort.abort(new Error("enough"));
      };
      await expect(run(out, stopping, abort.signal)).rejects.toThrow("enough");
      expect(first).toBeLessThan(stop + 4);
      let rest = 0;
      await run(out, () => rest++);
      expect([stop, first + rest]).toEqual([stop, all.length]); // no batch is learned from twice
      expect(file(out, "vectors.txt") === file("whole", "vectors.txt")).toBe(true);
    }
  });

  it("accounts for every token of each epoch, and writes the rows of the first", async () => {
    const { run, folder } = await prepare(packSequences);
    const rows: SequenceBatch[] = [];
    const { conservation } = await run("out", (batch) => rows.push(batch));
    const [{ read, used, onlyTargets, alone, epochs }] = conservation as [(typeof conservation)[number]];
    expect([epochs, used + onlyTargets + alone]).toEqual([2, read]);
    const count = (batches: readonly SequenceBatch[]) =>
      batches.flatMap(({ lengths }) => [...lengths]).reduce((sum, length) => sum + length, 0);
    expect(count(rows)).toBe(used);
    const vocabulary = await readVocabulary(join(folder, "out", "vocab.txt"));
    expect(count(await allOf(readSequences(join(folder, "out", "sequences.arrow"), vocabulary)))).toBe(used / 2);
  });
});

it("lays lanes over a live source in whole documents by turn, goes on, and makes the same", async () => {
  const folder = await temporaryFolder();
  const lines = Array.from({ length: 600 }, (_, n) => `the cat ${"sat 猫 ".repeat(n % 5)}dog ${n % 3 ? "a" : "the"}`);
  writeFileSync(join(folder, "news.txt"), `${lines.join("\n")}\n`);
  const config = `
source: { tail: { paths: news.txt, chunkSize: 64, pollInterval: 1ms } }
checkpoint: { every: 1h }
steps:
  - tokenize: { batchSize: 10 }
  - growVocab: { maxSize: 20, minCount: 1, generationSize: 60 }
  - packSequences: { length: 4, lanes: 2, across: corpus }
  - liveRolling
  - writeVectors: { path: vectors.txt }`;
  let seen: (batch: SequenceBatch) => void = () => {};
  const unit = {
    ...{ name: "liveRolling", kind: "model", reads: "sequences", makes: "vectors", summary: "Depends on all it reads" },
    ...{ fields: {}, resumable: true },
    create: () => rolling(1, (batch) => seen(batch)),
  } as unknown as AnyUnit;
  const registry = withUnits(builtIn, { units: [unit], kinds: [] });
  const batchesUntil = async (stops: readonly number[]) => {
    const batches: string[] = [];
    const out = join(folder, `out ${stops}`);
    for (const enough of stops) {
      const stop = new AbortController();
      seen = ({ ids, targets, continues, position, vocabulary }) => {
        batches.push(
          JSON.stringify([position, [...continues], Array.from(ids, (id) => vocabulary.terms[id]), [...targets]]),
        );
        if (batches.length >= enough) stop.abort();
      };
      const pipeline = compile(parseConfig(config, join(folder, "c.yaml")), { registry });
      await runPipeline(pipeline, { out, resume: true, stop: stop.signal }).catch(() => {});
    }
    return batches.slice(0, stops.at(-1));
  };
  const whole = await batchesUntil([20]);
  expect(whole).toHaveLength(20);
  expect(await batchesUntil([4, 11, 20])).toEqual(whole);
  expect(whole.some((batch) => JSON.parse(batch)[1][0] === 1)).toBe(true);
});
