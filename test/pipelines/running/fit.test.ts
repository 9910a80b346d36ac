import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, expectTypeOf, it } from "vitest";
import type { Vectors } from "#kernels";
import { compile, type FitReport, fit as learn, type Progress, parseConfig, runPipeline } from "#pipelines";
import { readVectors } from "#storage";

const folder = mkdtempSync(join(tmpdir(), "lexstream-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const text = ["the cat sat on the mat", "猫坐在垫子上", "the dog sat by the cat", "狗坐在猫旁边"].join("\n").repeat(5);
const paths = join(folder, "corpus.txt");
writeFileSync(paths, text);

const steps = [{ tokenize: { mode: "chinese" } }, { buildVocab: { minCount: 1 } }, "encode"] as const;
const windows = { windowContexts: { windowSize: 2, radius: "random", sample: 0 } } as const;
const small = { vectorSize: 5, epochs: 3, kernel: "plain" } as const;

describe("fit", () => {
  it("learns what a config learns, whatever else learns beside it", async () => {
    const config = `source: { files: { paths: corpus.txt } }
steps: [tokenize: { mode: chinese }, buildVocab: { minCount: 1 }, encode]
branches:
  words: [windowContexts: { windowSize: 2, radius: random, sample: 0 }, word2vec: { vectorSize: 5, epochs: 3, kernel: plain }, writeVectors: { path: w.arrow }]
  table: [windowContexts, accumulateCooccurrence, glove: { vectorSize: 4, epochs: 2 }, writeVectors: { path: g.arrow }]
`;
    const out = join(folder, "out");
    await runPipeline(compile(parseConfig(config, join(folder, "c.yaml"))), { out });
    const { words, table } = await learn({ files: { paths } }, steps, {
      words: [windows, { word2vec: small }],
      table: ["windowContexts", "accumulateCooccurrence", { glove: { vectorSize: 4, epochs: 2 } }],
    });
    expectTypeOf(words).toEqualTypeOf<Vectors>();
    expect(words.values).toEqual((await readVectors(join(out, "w.arrow"))).values);
    expect(table.terms).toEqual((await readVectors(join(out, "g.arrow"))).terms);
    expect(table.values).toEqual((await readVectors(join(out, "g.arrow"))).values);
  });

  it("takes a model's options under its own name, reads the text once, and accounts for every token", async () => {
    const seen: Progress[] = [];
    let report: FitReport | undefined;
    const { word2vec } = await learn(
      { files: { paths } },
      [...steps, windows],
      { word2vec: small },
      { onProgress: (progress) => void seen.push(progress), onDone: (done) => (report = done) },
    );
    expect(word2vec.mostSimilar("cat", { topN: 1 })).toHaveLength(1);
    const bytes = seen.filter(({ stage }) => stage === "reading").map(({ done }) => done);
    expect(bytes.at(-1)).toBe(Buffer.byteLength(text));
    expect(new Set(seen.map(({ stage }) => stage))).toEqual(
      new Set(["reading", "epoch 1 of 3", "epoch 2 of 3", "epoch 3 of 3"]),
    );
    expect(report!.conservation).toMatchObject([{ branch: "word2vec", epochs: 3 }]);
    expect(report!.losses.word2vec).toHaveLength(3);
  });

  it("goes on from vectors learned before, and draws anew for another seed", async () => {
    const { word2vec } = await learn({ files: { paths } }, [...steps, windows], { word2vec: small });
    const options = { ...small, initialVectors: word2vec };
    const { word2vec: further } = await learn({ files: { paths } }, [...steps, windows], { word2vec: options });
    expect(further.metadata.get("initialTerms")).toBe(`${word2vec.terms.length} of ${word2vec.terms.length}`);
    const other = await learn({ files: { paths } }, [...steps, windows], { word2vec: small }, { seed: 2 });
    expect(other.word2vec.values).not.toEqual(word2vec.values);
  });

  it.each([
    [
      () => learn({ files: { paths } }, [...steps, windows], { word2vec: { vectorSize: 0 } }),
      /^fit: \/branches\/word2vec\/0\/word2vec\/vectorSize: word2vec: vectorSize must be an integer from 1/,
    ],
    [
      () => learn({ files: { paths } }, ["tokenise" as "tokenize"], {}),
      /^fit: \/steps\/0: unknown step "tokenise"; did you mean tokenize\?/,
    ],
    [
      () =>
        learn({ files: { paths } }, steps, {
          table: ["windowContexts", "accumulateCooccurrence", { writeCooccurrence: { path: "t.arrow" } }],
        }),
      /^fit: each of the models must have a step that is a model, got none in table$/,
    ],
    [
      () => learn({ files: { paths } }, [3 as never], {}),
      /^fit: steps\/0 must be a unit's name, or an object with one key, the name, got 3$/,
    ],
    [
      () =>
        learn(
          { files: { paths } },
          [...steps, windows],
          { word2vec: small },
          { signal: AbortSignal.abort(new Error("enough")) },
        ),
      /^enough$/,
    ],
  ])("refuses what cannot be learned: %#", async (failing, message) => {
    await expect(failing()).rejects.toThrow(message);
  });
});
