import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  builtIn,
  comparedUnits,
  compile,
  corpusConfigs,
  loadPipeline,
  nodesOf,
  parseConfig,
  splitLabelled,
  taskPipeline,
  tasksOfConfig,
} from "#pipelines";
import { samples } from "../../support/samples.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

it("has the models of words, topics, texts and sentences", () => {
  expect(
    comparedUnits(builtIn)
      .map(({ name }) => name)
      .sort(),
  ).toEqual([
    ...[
      "bagOfWords",
      "bert",
      "bm25",
      "elmo",
      "fastText",
      "fastTextClassifier",
      "glove",
      "gpt",
      "keywords",
      "lda",
      "lsa",
    ],
    ...["nnlm", "oneHotVectors", "plsa", "rnnlm", "tfidf", "word2vec"],
  ]);
});

describe("over a text", () => {
  it("has a config for each, with its standard steps and options for the text's size", async () => {
    const folder = await temporaryFolder();
    const corpus = join(folder, "corpus.txt");
    writeFileSync(corpus, samples(2000));
    const request = { corpus, labelled: corpus, models: undefined, minutes: 3, seed: 7 };
    const { configs } = await corpusConfigs(request, builtIn, folder);
    expect(configs.length).toBe(comparedUnits(builtIn).length);
    for (const { name, text } of configs) {
      const { root, config } = compile(parseConfig(text, join(folder, `${name}.yaml`)));
      expect([config.seed, nodesOf(root).some(({ unit }) => unit.name === name)]).toEqual([7, true]);
    }
    const unitsOf = (name: string) => {
      const { text } = configs.find((config) => config.name === name)!;
      return nodesOf(compile(parseConfig(text, join(folder, "x.yaml"))).root).map(({ unit }) => unit.name);
    };
    expect(unitsOf("rnnlm")).toEqual(expect.arrayContaining(["writeLanguageModel", "inputVectors", "writeVectors"]));
    expect(unitsOf("lsa")).toEqual(expect.arrayContaining(["writeSemanticSpace", "termVectors", "writeVectors"]));
    expect(configs.find(({ name }) => name === "fastTextClassifier")!.text).toContain("format: labelled");
    expect(configs.find(({ name }) => name === "word2vec")!.text).toContain("mode: chinese"); // the samples have both
  });

  it("leaves out what learns from labels where there are none, and refuses names that it does not know", async () => {
    const corpus = join(await temporaryFolder(), "corpus.txt");
    writeFileSync(corpus, samples(500));
    const request = { corpus, models: ["fastTextClassifier", "glove"], minutes: 3 };
    const { configs, withoutLabels } = await corpusConfigs(request, builtIn, "");
    expect([configs.map(({ name }) => name), withoutLabels]).toEqual([["glove"], ["fastTextClassifier"]]);
    await expect(corpusConfigs({ ...request, models: ["glov"] }, builtIn, "")).rejects.toThrow(
      /^compare: the models must be among .*, got "glov"; did you mean glove\?$/,
    );
    await expect(corpusConfigs({ ...request, language: "x" }, builtIn, "")).rejects.toThrow(
      /^compare: the language must be one of chinese, english, got "x"$|english, chinese, got "x"$/,
    );
  });
});

describe("of a config", () => {
  it("has a task for each of its models, which leads to it alone", async () => {
    const pipeline = await loadPipeline("compare");
    const task = { file: "compare", load: {} };
    const tasks = tasksOfConfig(pipeline, task, ["lsa", "gpt"]);
    expect(tasks.map(({ name }) => name)).toEqual(["lsa", "gpt"]);
    const { root } = await taskPipeline(tasks[0]!, {});
    const units = nodesOf(root).map(({ unit }) => unit.name);
    expect(units).toEqual(expect.arrayContaining(["lsa", "writeSemanticSpace", "termVectors", "writeVectors"]));
    expect(units).not.toContain("gpt");
    expect(() => tasksOfConfig(pipeline, task, ["none"])).toThrow('got "none"');
  });
});

it("learns from nine of ten lines with labels, and scores on the tenth", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "all.txt");
  writeFileSync(file, Array.from({ length: 21 }, (_, k) => `__label__a ${k}\n\n`).join(""));
  const { learned, scored } = await splitLabelled(file, folder);
  expect(readFileSync(scored, "utf8")).toBe("__label__a 9\n__label__a 19\n");
  expect(readFileSync(learned, "utf8").split("\n").length).toBe(20);
  writeFileSync(file, "__label__a 1\n");
  await expect(splitLabelled(file, folder)).rejects.toThrow(/must have 10 lines with labels, got 1$/);
});
