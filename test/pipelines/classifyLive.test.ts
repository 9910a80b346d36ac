import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { drawBelow, Predictor, randomStream } from "#kernels";
import { loadPipeline, type RunPipelineOptions, RunStopped, runPipeline } from "#pipelines";
import { requireLinear } from "#schemas";
import { readWhole } from "#storage";
import { kinds } from "../../dist/kinds/kinds.js";
import { freePort } from "../support/freePort.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { chinese, english } from "../support/topics.js";

const stream = randomStream(5, "posts");

/** Lines of eight words about topics in turn, with the first word of the topic as their label. */
function postOf(topics: readonly (readonly string[])[], lines: number): string {
  return Array.from({ length: lines }, (_, n) => {
    const topic = topics[n % topics.length]!;
    const words = Array.from({ length: 8 }, (_, i) => topic[drawBelow(stream, 8 * n + i, topic.length)]!);
    return `__label__${topic[0]} ${words.join(" ")}\n`;
  }).join("");
}

it("learns English and Chinese labels that are posted, those that come after a stop, too, and counts what it cannot learn", async () => {
  const out = join(await temporaryFolder(), "out");
  const port = await freePort();
  const set = [`source.http.port=${port}`, "source.http.flushAfter=1ms", "steps.3.fastTextClassifier.buckets=1000"];
  const pipeline = () => loadPipeline("classify-live", { set: [...set, "steps.2.growVocab.maxSize=100"] });
  const clock = () => new Date(0);
  const post = async (body: string) => {
    const send = () =>
      fetch(`http://127.0.0.1:${port}/`, { method: "POST", body, headers: { "Content-Type": "text/plain" } });
    await expect.poll(async () => (await send().catch(() => undefined))?.status).toBe(202);
  };
  const until = async (documents: number, body: string, options: Partial<RunPipelineOptions> = {}) => {
    const stop = new AbortController();
    const onProgress: RunPipelineOptions["onProgress"] = ({ live }) => live!.documents >= documents && stop.abort();
    const ended = expect(
      runPipeline(await pipeline(), { out, clock, onProgress, stop: stop.signal, ...options }),
    ).rejects.toThrow(RunStopped);
    await Promise.race([ended, post(body)]);
    await ended;
  };

  const bad = "no label here\n__label__empty\nriver __label__river water __label__水 boat\n";
  await until(303, bad + postOf([english[0]!, chinese[0]!], 300));
  expect(readdirSync(out)).toContain("classifier-latest.arrow");
  await until(703, postOf([english[0]!, chinese[0]!, english[1]!, chinese[1]!], 400), { resume: true });
  await runPipeline(await pipeline(), { out, clock, resume: true, finish: true });

  const made = await readWhole(kinds.classifier, join(out, "classifier.arrow"));
  expect([...made.labels].sort()).toEqual(["河", "king", "river", "国王"].sort());
  const predictor = new Predictor(requireLinear("test", made));
  for (const topic of [english[0]!, chinese[0]!, english[1]!, chinese[1]!])
    expect(predictor.predict(topic.slice(1))[0]!.label).toBe(topic[0]);
  const { withoutLabels, withoutWords, texts, held } = JSON.parse(made.metadata.get("documents")!);
  expect(withoutLabels).toBe(1);
  // The label alone; some 128 lines of eight words before the first 1024 words, behind which words have rows; and of those that the new topics
  // have in the second post half of the 209 lines between word 2424, where it begins, and word 4096.
  expect(Math.abs(withoutWords - (1 + 128 + 105))).toBeLessThan(4);
  expect(texts + held + withoutLabels + withoutWords).toBe(703);
});
