import { ConfigError, compile, nodesOf, parseConfig } from "lexstream/pipelines";
import { describe, expect, it } from "vitest";

const compiled = (text: string, defaults = {}) => compile(parseConfig(text, "c.yaml"), { defaults });
const refusal = (text: string): string => {
  try {
    compiled(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error("expected a ConfigError");
};

const HEAD = "source: { files: { paths: a.txt } }\n";

describe("compile", () => {
  it("joins shared steps into a chain and fills in the defaults", () => {
    const { root } = compiled(`${HEAD}steps: [tokenize, buildVocab, writeVocabulary: { path: v.txt }]`);
    expect(nodesOf(root).map(({ unit }) => unit.schema.name)).toEqual([
      "files",
      "tokenize",
      "buildVocab",
      "writeVocabulary",
    ]);
    expect(nodesOf(root)[1]?.options).toMatchObject({ mode: "words" });
  });

  it("starts a branch from the last shared step that makes what its first step reads", () => {
    const { root } = compiled(`${HEAD}steps: [tokenize, buildVocab, encode]
branches:
  vocabulary: [writeVocabulary: { path: v.txt }]
  ids: [writeIds: { path: i.parquet }]`);
    const parents = nodesOf(root).map(({ unit, parent }) => [unit.schema.name, parent?.unit.schema.name]);
    expect(parents).toContainEqual(["writeVocabulary", "buildVocab"]);
    expect(parents).toContainEqual(["writeIds", "encode"]);
  });

  it("hands the config's seed and the caller's defaults to every unit that has such an option", () => {
    const text = `${HEAD}seed: 7\nsteps: [tokenize, buildVocab, encode, windowContexts, word2vec: { seed: 3 }]`;
    const options = nodesOf(compiled(text).root).map((node) => node.options);
    expect(options.map(({ seed }) => seed).filter((seed) => seed !== undefined)).toEqual([7, 3]);
  });

  it("says which step is missing between two that do not fit", () => {
    expect(refusal(`${HEAD}steps: [normalize, buildVocab, writeVocabulary: { path: v.txt }]`)).toContain(
      "c.yaml:2:20: /steps/1: buildVocab reads tokens, but normalize before it makes text; put tokenize in between",
    );
  });

  it("reports every fault at once, with its position and a suggestion", () => {
    const message = refusal(`${HEAD}steps:
  - tokenise
  - tokenize: { mod: words }
  - buildVocab: { minCount: 0 }
  - writeVocabulary: { path: v.txt }`);
    expect(message.split("\n")).toEqual([
      expect.stringMatching(
        /^c\.yaml:3:5: \/steps\/0: unknown step "tokenise"; did you mean tokenize\?; known steps are normalize/,
      ),
      expect.stringMatching(
        /^c\.yaml:4:17: \/steps\/1\/tokenize\/mod: tokenize: unknown option "mod"; did you mean mode\?/,
      ),
      expect.stringMatching(
        /^c\.yaml:5:19: \/steps\/2\/buildVocab\/minCount: buildVocab: minCount must be an integer >= 1, got 0$/,
      ),
    ]);
  });

  it.each(["../v.txt", "/tmp/v.txt", "a/../../v.txt", "C:\\v.txt"])("refuses the output path %s", (path) => {
    expect(refusal(`${HEAD}steps: [tokenize, buildVocab, writeVocabulary: { path: '${path}' }]`)).toContain(
      "path must stay inside the run's folder",
    );
  });

  it.each(["manifest.json", "./manifest.json", ".scratch/v.txt", "a/../.scratch/v.txt", ".lock", ".lock.new.txt"])(
    "keeps %s for the run",
    (path) => {
      expect(
        refusal(`${HEAD}steps: [tokenize, buildVocab, writeVocabulary: { path: '${path}', format: gloveVocabulary }]`),
      ).toMatch(/path must leave (manifest\.json|\.scratch|\.lock.*) to the run, got/);
    },
  );

  it("refuses two writers of one file and chains that end in nothing", () => {
    expect(
      refusal(
        `${HEAD}steps: [tokenize, buildVocab, writeVocabulary: { path: v.txt }, writeVocabulary: { path: ./v.txt }]`,
      ),
    ).toContain("path must have one writer, but steps/2/writeVocabulary writes it too, got");
    expect(refusal(`${HEAD}steps: [tokenize]`)).toContain(
      "tokenize makes tokens that no step reads; end the pipeline in a model or a sink",
    );
  });
});
