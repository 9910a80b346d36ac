import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { builtIn, compile, formatConfig, parseConfig, trainConfig, trainingOf, withUnits } from "#pipelines";
import { defineUnit, type Model } from "#schemas";

const names = (model: string, source: "files" | "stdin" = "files") =>
  trainingOf(model, source, builtIn).units.map(({ name }) => name);

const request = (model: string, more: object = {}) => ({
  ...trainingOf(model, "files", builtIn),
  ...{ files: ["a.txt"], options: new Map(), language: undefined, seed: undefined },
  ...more,
});

const models = [...builtIn.units.values()].flatMap(({ kind, name }) => (kind === "model" ? [name] : [])).join(", ");

describe("trainingOf", () => {
  it("finds the steps from a text to a model by what units read, need and make", () => {
    const shared = ["normalize", "tokenize", "buildVocab", "writeVocabulary", "encode", "windowContexts"];
    expect(names("word2vec")).toEqual(["files", ...shared, "word2vec", "writeVectors", "reportNeighbors"]);
    expect(names("glove", "stdin")).toEqual([
      ...["stdin", ...shared, "accumulateCooccurrence"],
      ...["glove", "writeVectors", "reportNeighbors"],
    ]);
  });

  it("puts a step that belongs before another one before it: normalize makes the capitals small that begin sentences", () => {
    const text = ["splitSentences", "normalize", "tokenize", "buildVocab", "writeVocabulary", "encode"];
    expect(names("bert")).toEqual(["files", ...text, "sentencePairs", "maskTokens", "bert", "writeLanguageModel"]);
  });

  it("finds them for a model from outside, by its schema alone", () => {
    const counter = defineUnit({
      ...{ name: "counter", kind: "model", reads: "ids", makes: "vectors", summary: "Counts", fields: {} },
      create: (): Model<"ids", "vectors"> => {
        throw new Error("is not made here");
      },
    });
    const { units } = trainingOf("counter", "files", withUnits(builtIn, { units: [counter], kinds: [] }));
    expect(units.map(({ name }) => name)).toEqual([
      ...[
        "files",
        "normalize",
        "tokenize",
        "buildVocab",
        "writeVocabulary",
        "encode",
        "counter",
        "writeVectors",
        "reportNeighbors",
      ],
    ]);
  });

  it("refuses a model whose result nothing would write", () => {
    const counter = defineUnit({
      ...{ name: "counter", kind: "model", reads: "ids", makes: "documents", summary: "Counts", fields: {} },
      create: (): Model<"ids", "documents"> => {
        throw new Error("is not made here");
      },
    });
    expect(() => trainingOf("counter", "files", withUnits(builtIn, { units: [counter], kinds: [] }))).toThrow(
      new RangeError("train: there must be a standard writer of documents, which counter makes, got none"),
    );
  });

  it.each([
    ["wordvec", `train: the model must be one of ${models}, got "wordvec"; did you mean word2vec?`],
    ["encode", `train: the model must be one of ${models}, got "encode"`],
  ])("has no way to %s", (model, message) => {
    expect(() => names(model)).toThrow(new RangeError(message));
  });
});

describe("trainConfig", () => {
  it("is a config that compiles, with options where they belong and paths as its folder sees them", () => {
    const options = new Map([["word2vec", { epochs: 2 }]]);
    const config = trainConfig(request("word2vec", { options, language: "chinese", seed: 7 }), resolve(".."));
    expect(config).toMatchObject({
      name: "word2vec",
      seed: 7,
      source: { files: { paths: [`${resolve().split("/").at(-1)}/a.txt`] } },
    });
    expect((config.steps as unknown[]).slice(0, 3)).toEqual([
      "normalize",
      { tokenize: { mode: "chinese" } },
      "buildVocab",
    ]);
    const { root } = compile(parseConfig(formatConfig(config), "c.yaml"));
    expect(root.options.paths).toHaveLength(1);
  });

  it("has the options of a language that go with those that were given", () => {
    const stepOf = (given: Record<string, unknown>) => {
      const options = new Map([["fastText", given]]);
      const { steps } = trainConfig(request("fastText", { options, language: "chinese" }), ".");
      return (steps as unknown[]).find((step) => typeof step === "object" && "fastText" in step!);
    };
    expect(stepOf({ seed: 2 })).toEqual({ fastText: { minSubword: 1, maxSubword: 4, seed: 2 } });
    expect(stepOf({ maxSubword: 2 })).toEqual({ fastText: { minSubword: 1, maxSubword: 2 } });
    expect(stepOf({ subwordUnits: "strokes" })).toEqual({ fastText: { subwordUnits: "strokes" } });
  });
});

describe("a bare step", () => {
  const optionsOf = (model: string, steps: string) => {
    const { root } = compile(
      parseConfig(`source: {files: {paths: a.txt}}\nsteps: [tokenize, buildVocab, encode, ${steps}]\n`, "c.yaml"),
    );
    let node = root;
    while (node.unit.name !== model) node = node.children.at(-1)!;
    return node.options;
  };

  it.each([
    ["windowContexts, word2vec", { windowSize: 5, radius: "random", sample: 0.001, boundary: "sentence" }],
    [
      "windowContexts, accumulateCooccurrence, glove",
      { windowSize: 10, radius: "fixed", sample: 0, boundary: "document" },
    ],
    [
      "windowContexts, accumulateCooccurrence, writeCooccurrence: { path: c.arrow }",
      { windowSize: 5, radius: "fixed", sample: 0, boundary: "sentence" },
    ],
    ["windowContexts: { sample: 0 }, word2vec", { radius: "random", sample: 0 }],
  ])("is as what follows was made for: %s", (steps, options) => {
    expect(optionsOf("windowContexts", steps)).toMatchObject(options);
  });

  it("keeps its own defaults where two that follow were made for others", () => {
    const text = `source: {files: {paths: a.txt}}
steps: [tokenize, buildVocab, encode, windowContexts]
branches: { a: [word2vec], b: [accumulateCooccurrence, glove] }`;
    const { root } = compile(parseConfig(text, "c.yaml"));
    const windows = root.children[0]!.children.at(-1)!.children[0]!;
    expect(windows.unit.name).toBe("windowContexts");
    expect(windows.options).toMatchObject({ windowSize: 10, boundary: "document", radius: "random" });
  });
});
