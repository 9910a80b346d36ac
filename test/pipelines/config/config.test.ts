import { describe, expect, it } from "vitest";
import { parseConfig } from "#pipelines";

const read = (text: string, file = "my-run.yaml") => parseConfig(text, file).config;

describe("parseConfig", () => {
  it("reads a step as a name or as a map from the name to its options", () => {
    const { steps } = read("source: stdin\nsteps: [normalize, tokenize: { mode: words }, encode: ]");
    expect(steps).toEqual([
      { unit: "normalize", options: {}, path: ["steps", 0] },
      { unit: "tokenize", options: { mode: "words" }, path: ["steps", 1, "tokenize"] },
      { unit: "encode", options: {}, path: ["steps", 2, "encode"] },
    ]);
  });

  it("takes the name from the file and the seed 1 where neither is given", () => {
    expect(read("source: stdin")).toMatchObject({ name: "my-run", seed: 1 });
    expect(read("source: stdin\nname: other\nseed: 9")).toMatchObject({ name: "other", seed: 9 });
  });

  it.each([
    ["a b.yaml", "a-b"],
    [".hidden.yaml", "hidden"],
    ["runs/我的 语料 (2).yml", "我的-语料-2"],
    ["新闻.YAML", "新闻"],
    ["cafe\u0301.json", "café"],
    ["हिन्दी.yaml", "हिन्दी"],
    ["v1.2_b.yaml", "v1.2_b"],
    ["--- .yaml", "pipeline"],
    ["😀.yaml", "pipeline"],
  ])("makes a name of the file %s", (file, name) => {
    expect(read("source: stdin", file).name).toBe(name);
  });

  it.each([
    ["", "got nothing"],
    ["# 没有\n", "got nothing"],
    [
      "source: stdin\n---\nsource: stdin",
      'my-run.yaml:2:1: a config must be one YAML document, and another begins here, behind "---"',
    ],
    [
      "sources: stdin",
      'my-run.yaml:1:1: /sources: unknown key "sources"; did you mean source?; known keys are name, description, dataset, seed',
    ],
    ["source: 3", "my-run.yaml:1:1: /source: source must be a map with one key, the source's name, got 3"],
    ["source: stdin\nsteps: tokenize", 'my-run.yaml:2:1: /steps: must be a list of steps, got "tokenize"'],
    [
      "source: stdin\nsteps:\n  - { a: 1, b: 2 }",
      "my-run.yaml:3:5: /steps/0: a step must be a name, or a map with one key",
    ],
    [
      "source: stdin\nsteps:\n  - tokenize: words",
      'my-run.yaml:3:5: /steps/0/tokenize: the options of tokenize must be a map, got "words"',
    ],
    ["source: stdin\nseed: -1", "my-run.yaml:2:1: /seed: seed must be an integer >= 0, got -1"],
    ["source: stdin\nname: ../x", 'my-run.yaml:2:1: /name: name must be letters, digits, ".", "_" and "-", got "../x"'],
    [
      "source: stdin\ntests: [{ documents: [true], expect: { tokens: [] } }]",
      "/tests/0/documents: documents must be a list of texts, or of maps with a text, got [true]",
    ],
    [
      "source: stdin\ntests: [{ documents: [{ text: a, labels: [7], weight: -1 }], expect: { tokens: [] } }]",
      "/tests/0/documents/0: weight must be a number >= 0, got -1",
    ],
    [
      "source: stdin\ntests: [{ documents: [{ text: a, label: x }], expect: { tokens: [] } }]",
      '/tests/0/documents/0: label must be left out, got "x"',
    ],
    [
      "source: stdin\ncheckpoint: { every: soon }",
      'my-run.yaml:2:15: /checkpoint/every: every must be a time such as "30s" or "5min", a number of tokens such as "5000000 tokens", or "never", got "soon"',
    ],
    [
      "just text",
      'a config must be a map with the keys name, description, dataset, seed, maxRejected, checkpoint, snapshot, plugins, source, steps, branches, tests, got "just text"',
    ],
  ])("refuses %j with its position", (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
