import { describe, expect, it } from "vitest";
import { loadPipeline, readyConfigs, readyConfigText, runConfigTests } from "#pipelines";

const names = await readyConfigs();

describe("the ready configs", () => {
  it("are these", () => {
    expect(names).toEqual([
      "bert",
      "char-lstm",
      "chinese",
      "classify",
      "classify-live",
      "compare",
      "contexts-to-parquet",
      "cooccurrence-only",
      "elmo",
      "fine-tune",
      "glove",
      "gpt",
      "keywords",
      "lda",
      "lda-chinese",
      "live-http",
      "live-nats",
      "live-tail",
      "lsa",
      "lsa-chinese",
      "nnlm",
      "quickstart",
      "rnnlm",
      "search",
      "senses",
      "subwords",
      "tfidf",
      "topics-live",
      "word2vec",
    ]);
  });

  it.each(names)("%s lints, has tests, and passes them", async (name) => {
    const pipeline = await loadPipeline(name);
    const results = await runConfigTests(pipeline);
    expect(results.length).toBeGreaterThan(0);
    expect(results.filter(({ failures }) => failures.length > 0)).toEqual([]);
  });

  it("can be printed to start from, with paths that work anywhere", async () => {
    const text = await readyConfigText("quickstart");
    expect(text).not.toContain("../../../data");
    await expect(readyConfigText("quickstar")).rejects.toThrow(
      /create: the config must be one of bert, char-lstm, chinese/,
    );
  });
});
