import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compile, parseConfig, type RunPipelineOptions, RunStopped, runPipeline } from "#pipelines";
import { freePort } from "../support/freePort.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const FIRST_LINE = '{"lexstream":"http journal","format":1,"text":null}\n';

async function prepare(journal: string, checkpoint = "1h") {
  const folder = await temporaryFolder();
  const port = await freePort();
  const text = `
source: { http: { port: ${port}, journal: ${JSON.stringify(journal)}, flushAfter: 1ms } }
checkpoint: { every: ${checkpoint} }
steps: [tokenize, growVocab: { maxSize: 10, minCount: 1, generationSize: 2 }, windowContexts: { radius: fixed, sample: 0 }, word2vec: { vectorSize: 4, online: true }, writeVectors: { path: v.txt }]`;
  const out = join(folder, "out");
  const compiled = () => compile(parseConfig(text, join(folder, "c.yaml")));
  return {
    folder,
    out,
    compiled,
    /** A run until it has read so many documents; `post` is called once it listens. */
    async until(documents: number, options: Partial<RunPipelineOptions> = {}, post = async () => {}): Promise<void> {
      const end = new AbortController();
      const onProgress: RunPipelineOptions["onProgress"] = ({ live }) => live!.documents >= documents && end.abort();
      const run = runPipeline(compiled(), {
        out,
        onProgress,
        [checkpoint === "never" ? "signal" : "stop"]: end.signal,
        ...options,
      });
      const ended = expect(run).rejects.toThrow(checkpoint === "never" ? /abort/ : RunStopped);
      await Promise.race([ended, post()]);
      await ended;
    },
    async post(body: string): Promise<void> {
      const headers = { "Content-Type": "text/plain" };
      const send = () => fetch(`http://127.0.0.1:${port}/`, { method: "POST", body, headers }).catch(() => undefined);
      await expect.poll(async () => (await send())?.status, { interval: 5 }).toBe(202);
    },
  };
}

describe("the journal of a run", () => {
  it.each([
    ["/absolute/posts.jsonl", "stay inside the run's folder"],
    ["../posts.jsonl", "stay inside the run's folder"],
    ["日志/../../posts.jsonl", "stay inside the run's folder"],
    ["manifest.json", "leave manifest.json to the run"],
    [".checkpoint/posts.jsonl", "leave .checkpoint to the run"],
    ["v.txt", "have one writer, but "],
  ])("is refused by lint at %s", async (path, fault) => {
    const { compiled } = await prepare(path);
    expect(compiled).toThrow(fault);
  });

  it.each(["posts.jsonl", "日志/posts.jsonl"])(
    "stays in the run's folder as %s, however the run ends, and is read again",
    async (name) => {
      const { out, post, until } = await prepare(name, "never");
      const journal = join(out, name);
      await until(1, {}, () => post("one 一\n"));
      await until(2, {}, () => post("two 二\n"));
      await until(3, { force: true }, () => post("three 三\n"));
      expect(readFileSync(journal, "utf8")).toBe(
        `${FIRST_LINE}${["one 一", "two 二", "three 三"].map((line) => `${JSON.stringify({ text: `${line}\n` })}\n`).join("")}`,
      );
    },
  );

  it("goes on with it after a stop, and keeps it at the end", async () => {
    const { compiled, out, post, until } = await prepare("posts.jsonl");
    await until(1, {}, () => post("one 一 one 一\n"));
    await until(2, { resume: true }, () => post("two 二 one 一\n"));
    const { manifest } = await runPipeline(compiled(), { out, resume: true, finish: true });
    expect(manifest.counts).toMatchObject({ documents: 2, read: 8 });
    expect(existsSync(join(out, "posts.jsonl"))).toBe(true);
  });

  it("is no file of somebody else that lies there, and not one that a link leads to", async () => {
    const { compiled, folder, out } = await prepare("posts.jsonl");
    const mine = '{"text":"甲"}\n{"text":"the last record, no line end"}';
    mkdirSync(out);
    writeFileSync(join(out, "posts.jsonl"), mine);
    await expect(runPipeline(compiled(), { out })).rejects.toThrow("must be a journal, which begins with the line");
    expect(readFileSync(join(out, "posts.jsonl"), "utf8")).toBe(mine);

    const other = join(folder, "other");
    mkdirSync(other);
    writeFileSync(join(folder, "mine.jsonl"), "");
    symlinkSync("../mine.jsonl", join(other, "posts.jsonl"));
    await expect(runPipeline(compiled(), { out: other })).rejects.toThrow("must lie inside the output folder");
    expect(readFileSync(join(folder, "mine.jsonl"), "utf8")).toBe("");
  });
});
