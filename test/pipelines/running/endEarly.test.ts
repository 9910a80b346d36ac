import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { drawBelow, drawUniform, randomStream } from "#kernels";
import { compile, type Progress, parseConfig, runPipeline } from "#pipelines";
import { shortOrLong } from "../../support/shortOrLong.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { chinese, english } from "../../support/topics.js";

const options = "{ vectorSize: 8, epochs: 12, wordNgrams: 1, holdout: 0.3, learningRate: 1, workers: 1, kernel: plain";
const config = `
source: { files: { paths: texts.txt, format: labelled } }
steps: [normalize, tokenize: { mode: chinese, batchSize: 300 }, buildVocab: { minCount: 1 }, encode]
branches:
  patient:
    - fastTextClassifier: ${options} }
    - writeClassifier: { path: patient.arrow }
  early:
    - fastTextClassifier: ${options}, patience: 2 }
    - writeClassifier: { path: early.arrow }
`;

/** Texts of a topic each, a third with a wrong label. */
function noisyTexts(): string {
  const stream = randomStream(5, "noisy");
  const topics = [...english, ...chinese];
  const lines = Array.from({ length: 120 }, (_, t) => {
    const topic = topics[t % topics.length]!;
    const words = [0, 1, 2].map((k) => topic[1 + drawBelow(stream, 4 * t + k, 4)]!);
    const isWrong = drawUniform(stream, 4 * t + 3) < 1 / 3;
    return `__label__${topics[(t + (isWrong ? 1 : 0)) % topics.length]![0]!} ${words.join(" ")} n${t}\n`;
  });
  return lines.join("");
}

async function prepare(text = config) {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "texts.txt"), noisyTexts());
  return { out: join(folder, "out"), pipeline: () => compile(parseConfig(text, join(folder, "c.yaml"))) };
}

const bytesOf = (out: string) => ["patient", "early"].map((name) => readFileSync(join(out, `${name}.arrow`)));

it("reads kept tokens no more for a model that has ended early, while others go on", async () => {
  const { out, pipeline } = await prepare();
  const { manifest } = await runPipeline(pipeline(), { out });
  const { epochs, best } = JSON.parse(manifest.classifier!.early!.earlyStop!);
  expect(epochs).toBe(best + 2);
  expect(epochs).toBeLessThan(12);
  expect(manifest.losses.patient).toHaveLength(12);
  expect(manifest.losses.early).toHaveLength(epochs);
  const readBy = Object.fromEntries(manifest.conservation.map(({ branch, read }) => [branch, read]));
  expect(readBy.early! / epochs).toBe(readBy.patient! / 12);
});

it("ends the step where no model goes on, whose progress then is whole", async () => {
  const [head, , tail] = config.split(/(?= {2}patient:| {2}early:)/);
  const { out, pipeline } = await prepare(`${head}${tail}`);
  const seen: Progress[] = [];
  const { manifest } = await runPipeline(pipeline(), { out, onProgress: (progress) => seen.push(progress) });
  const { epochs } = JSON.parse(manifest.classifier!.early!.earlyStop!);
  const stages = new Set(seen.map(({ stage }) => stage));
  expect([...stages].slice(1)).toEqual(Array.from({ length: epochs }, (_, k) => `epoch ${k + 1} of 12`));
  expect(seen.at(-1)!.share).toBe(1);
  expect(seen.at(-2)!.share).toBeCloseTo(epochs / 12, 9);
});

it("goes on to the same bytes from wherever it was interrupted, also behind the early end", async () => {
  const whole = await prepare();
  await runPipeline(whole.pipeline(), { out: whole.out });
  const { out, pipeline } = await prepare(`checkpoint: { every: 0s }${config}`);
  let runs = 0;
  for (let isOver = false; !isOver; runs++) {
    const abort = new AbortController();
    let signs = 0;
    const onProgress = () => {
      if (++signs === shortOrLong(16, 9)) abort.abort();
    };
    await runPipeline(pipeline(), { out, resume: true, signal: abort.signal, onProgress }).catch((error: Error) => {
      expect(error.name).toBe("AbortError");
    });
    isOver = !abort.signal.aborted;
  }
  expect(runs).toBeGreaterThan(3);
  expect(bytesOf(out)).toEqual(bytesOf(whole.out));
});
