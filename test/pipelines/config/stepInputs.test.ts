import { createHash } from "node:crypto";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  compile,
  convertVectors,
  loadVectors,
  type Progress,
  parseConfig,
  rerun,
  runConfigTests,
  runPipeline,
} from "#pipelines";
import { shortOrLong } from "../../support/shortOrLong.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const firstText = "the cat sat on the mat and the dog sat by the cat 我爱北京天安门\n".repeat(30);
const secondText = "the cat sat on the sofa and the fox sat by the cat 我爱北京烤鸭\n".repeat(30);

const first = `
source: { files: { paths: first.txt } }
steps: [normalize, tokenize: { mode: chinese }, buildVocab: { minCount: 2 }, encode]
branches:
  word2vec: [windowContexts: { radius: fixed, sample: 0 }, word2vec: { vectorSize: 6, epochs: 2 }, writeVectors: { path: old.arrow }]
  glove: [windowContexts, accumulateCooccurrence, glove: { vectorSize: 6, epochs: 2 }, writeVectors: { path: glove.glove }]
`;

const second = (vectors: string) => `
source: { files: { paths: second.txt } }
checkpoint: { every: 0s }
steps: [normalize, tokenize: { mode: chinese }, buildVocab: { minCount: 2, extraTermsOf: ${vectors} }, encode]
branches:
  word2vec: [windowContexts: { radius: fixed, sample: 0 }, word2vec: { vectorSize: 6, epochs: 3, initialVectors: ${vectors} }, writeVectors: { path: new.arrow }]
tests: [{ name: old terms, documents: [fox fox], expect: { vectors: { terms: 12, vectorSize: 6 } } }]
`;

const pipelineIn = (folder: string, text: string) => compile(parseConfig(text, join(folder, "c.yaml")));
const sha256 = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

/** A folder with a finished first run in `first/`. */
async function prepared(): Promise<string> {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "first.txt"), firstText);
  writeFileSync(join(folder, "second.txt"), secondText);
  await runPipeline(pipelineIn(folder, first), { out: join(folder, "first") });
  return folder;
}

describe("vectors that a step begins with", () => {
  it("are read from any format, or from a run, recorded as an input, and told of by what comes out", async () => {
    const folder = await prepared();
    const old = join(folder, "first/old.arrow");
    const made: string[] = [];
    for (const name of ["old.parquet", "old.vec", "old.bin", "old.glove", "first#word2vec"]) {
      const path = name.startsWith("first") ? old : join(folder, name);
      if (path !== old) await convertVectors(old, path);
      const { manifest } = await runPipeline(pipelineIn(folder, second(name)), { out: join(folder, `out.${name}`) });
      expect(manifest.inputs.map((input) => [input.path, input.sha256])).toEqual(
        [join(folder, "second.txt"), path].map((each) => [each, sha256(each)]),
      );
      const corpus = createHash("sha256")
        .update(sha256(join(folder, "second.txt")))
        .digest("hex");
      // 12 terms were there before, "dog" among them; "sofa", "fox" and "北京烤鸭" are new
      expect(manifest.vectors!.word2vec).toMatchObject({
        corpus,
        initialVectors: sha256(path),
        initialTerms: "12 of 12",
      });
      const { terms, values } = await loadVectors(join(folder, `out.${name}`, "new.arrow"));
      expect(terms).toHaveLength(15);
      expect(terms).toEqual(expect.arrayContaining(["dog", "天安门", "fox", "北京烤鸭"]));
      made.push(Buffer.from(values.buffer).toString("hex"));
      if (path === old || shortOrLong(false, true))
        expect((await rerun(join(folder, `out.${name}`))).filter(({ fault }) => fault)).toEqual([]);
    }
    expect(new Set(made).size).toBe(1); // the formats keep every bit
  });

  it("serve glove as well", async () => {
    const folder = await prepared();
    const text = second("first/glove.glove").replace(
      / {2}word2vec: .*/,
      "  glove: [windowContexts, accumulateCooccurrence, glove: { vectorSize: 6, epochs: 1, initialVectors: first/glove.glove }, writeVectors: { path: new.arrow }]",
    );
    const { manifest } = await runPipeline(pipelineIn(folder, text), { out: join(folder, "out") });
    expect(manifest.vectors!.glove).toMatchObject({ initialTerms: "12 of 12" });
  });

  it("are there in a config's own tests", async () => {
    const folder = await prepared();
    // 12 old terms; "fox" occurs twice and is new
    const text = second("first/old.arrow").replace("terms: 12", "terms: 13");
    expect(await runConfigTests(pipelineIn(folder, text))).toEqual([{ name: "old terms", failures: [] }]);
  });

  it("must be of the model's size before anything is read", async () => {
    const folder = await prepared();
    const text = second("first/old.arrow").replace("vectorSize: 6, epochs: 3", "vectorSize: 7, epochs: 3");
    const seen: Progress[] = [];
    const onProgress = (progress: Progress) => void seen.push(progress);
    await expect(runPipeline(pipelineIn(folder, text), { out: join(folder, "out"), onProgress })).rejects.toThrow(
      "word2vec: initialVectors must be of vectorSize = 7 numbers a term, got 6",
    );
    expect(seen).toEqual([]);
  });

  it("must be a file of vectors that is there", async () => {
    const folder = await prepared();
    const running = (vectors: string) =>
      runPipeline(pipelineIn(folder, second(vectors)), { out: join(folder, "out"), force: true });
    await expect(running("nowhere.arrow")).rejects.toThrow(/^buildVocab: extraTermsOf: .*nowhere\.arrow/);
    await expect(running("first.txt")).rejects.toThrow(/first\.txt/);
    await expect(running("first")).rejects.toThrow(
      /first: must name one of the run's vectors: .*first#glove, .*first#word2vec$/,
    );
    expect(() => pipelineIn(folder, second("[a, b]"))).toThrow(
      /initialVectors must be the path of a file of vectors, or of a run that made some; in code, their table, got \["a","b"\]/,
    );
  });

  it("end in the same bytes when the run was interrupted, and must not have changed then", async () => {
    const folder = await prepared();
    await convertVectors(join(folder, "first/old.arrow"), join(folder, "old.vec"));
    const pipeline = pipelineIn(folder, second("old.vec"));
    const whole = await runPipeline(pipeline, { out: join(folder, "whole") });
    const interrupt = async () => {
      const abort = new AbortController();
      const onProgress = ({ stage }: Progress) => stage.startsWith("epoch 2") && abort.abort();
      const out = join(folder, "out");
      await expect(runPipeline(pipeline, { out, force: true, signal: abort.signal, onProgress })).rejects.toThrow(
        /abort/,
      );
      return () => runPipeline(pipeline, { out, resume: true });
    };
    const resume = await interrupt();
    expect((await resume()).manifest).toEqual(whole.manifest);
    const again = await interrupt();
    appendFileSync(join(folder, "old.vec"), "\n");
    await expect(again()).rejects.toThrow(
      /^run: --resume needs all that the run began with, but .*old\.vec had \d+ bytes/,
    );
  });
});
