// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has the same placeholders

import { describe, expect, it } from "vitest";
import { builtIn, ConfigError, compile, nodesOf, parseConfig } from "#pipelines";
import { checkOptions } from "#schemas";

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

/** Each step in a branch of its own: what reads the vocabulary, and what learns. */
const inBranches = (steps: readonly string[]) => steps.map((step, k) => `  b${k}: [${step}]\n`).join("");
const toProjector = "windowContexts, word2vec, writeVectors: { path: vectors.tsv }";

const HEAD = "source: { files: { paths: a.txt } }\n";

describe("compile", () => {
  it("joins shared steps into a chain and fills in the defaults", () => {
    const { root } = compiled(`${HEAD}steps: [tokenize, buildVocab, writeVocabulary: { path: v.txt }]`);
    expect(nodesOf(root).map(({ unit }) => unit.name)).toEqual(["files", "tokenize", "buildVocab", "writeVocabulary"]);
    expect(nodesOf(root)[1]?.options).toMatchObject({ mode: "words" });
  });

  it.each<[paths: string, env: Record<string, string>, set: string[], found: string[]]>([
    ["2024", {}, [], ["2024"]],
    ["[007, 1e3, 0x1F, 12345678901234567890, 资料]", {}, [], ["007", "1e3", "0x1F", "12345678901234567890", "资料"]],
    ['"${F}"', { F: "007" }, [], ["007"]],
    ['"${F:1e3}"', {}, [], ["1e3"]],
    ["[*n, &x 1.50, *x]", {}, [], ["2.50", "1.50", "1.50"]],
    ["a.txt", {}, ["source.files.paths=007"], ["007"]],
  ])("takes the number in paths: %s as the text that was written", (paths, env, set, found) => {
    const source = `description: &n 2.50\nsource: { files: { paths: ${paths}, field: 2, maxRejected: 1e1 } }`;
    const steps = "steps: [tokenize, buildVocab, writeVocabulary: { path: 2024, format: gloveVocabulary }]";
    const { root } = compile(parseConfig(`${source}\n${steps}`, "c.yaml", { env, set }));
    expect(nodesOf(root).at(-1)?.options).toMatchObject({ path: "2024" });
    expect(root.options).toMatchObject({ paths: found, field: "2", maxRejected: 10 });
  });

  it("starts a branch from the last shared step that makes what its first step reads", () => {
    const { root } = compiled(`${HEAD}steps: [tokenize, buildVocab, encode]
branches:
  vocabulary: [writeVocabulary: { path: v.txt }]
  ids: [writeIds: { path: i.parquet }]`);
    const parents = nodesOf(root).map(({ unit, parent }) => [unit.name, parent?.unit.name]);
    expect(parents).toContainEqual(["writeVocabulary", "buildVocab"]);
    expect(parents).toContainEqual(["writeIds", "encode"]);
  });

  it("takes snapshots of a model's epochs alone", () => {
    const read = `source: { files: { paths: v.txt } }\nsteps: [tokenize, buildVocab, oneHotVectors, layOut: { snapshots: 4 }]`;
    expect(refusal(read)).toContain(
      "/steps/3/layOut/snapshots: layOut: snapshots must be of a model, whose epochs they are of, got 4 behind oneHotVectors",
    );
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

  it.each([
    [
      ["writeVocabulary: { path: 词 , format: arrow }", "writeVocabulary: { path: 词/v.txt }"],
      "be no file and folder at once",
    ],
    [
      ["writeVocabulary: { path: a/v.txt }", "writeVocabulary: { path: a, format: arrow }"],
      "be no file and folder at once",
    ],
    [["writeVocabulary: { path: v/, format: arrow }"], 'path must name a file, not a folder, got "v/"'],
    [["writeVocabulary: { path: metadata.tsv, format: arrow }", toProjector], "writes metadata.tsv, too"],
  ])("refuses %j, whose files get in each other's way", (steps, message) => {
    expect(refusal(`${HEAD}steps: [tokenize, buildVocab, encode]\nbranches:\n${inBranches(steps)}`)).toContain(message);
  });

  it.each([
    [`buildVocab: { extraTerms: ["san francisco"] }`, "writeVectors: { path: v.bin }", "/buildVocab/extraTerms: "],
    [
      `buildVocab: { extraTerms: [猫, "旧\\u000b金山"] }`,
      "writeVectors: { path: v.glove }",
      "/buildVocab/extraTerms: ",
    ],
    [`buildVocab: { extraTerms: [""] }`, "writeVectors: { path: v.txt }", "/buildVocab/extraTerms: "],
    [`buildVocab: { extraTerms: "a\\tb" }`, "writeVectors: { path: v, format: projector }", "/buildVocab/extraTerms: "],
    [`joinPhrases: { joiner: " " }, buildVocab`, "writeVectors: { path: v.vec }", "/joinPhrases/joiner: "],
    [`joinPhrases: { joiner: "\\n" }, buildVocab`, "writeVectors: { path: v.vec }", "/joinPhrases/joiner: "],
  ])("refuses %s before %s, whose file cannot hold the terms", (steps, writer, place) => {
    const before = steps.startsWith("join") ? "tokenize, learnPhrases" : "tokenize";
    const learn = `windowContexts, word2vec, ${writer}`;
    const text = (last: string) => `${HEAD}steps: [${before}, ${steps}, encode]\nbranches: { w: [${last}] }`;
    expect(refusal(text(learn))).toMatch(
      new RegExp(`${place}\\w+: \\w+ must make terms that can be written, but writeVectors: a term `),
    );
    expect(() => compiled(text("windowContexts, word2vec, writeVectors: { path: v.arrow }"))).not.toThrow();
  });

  it("refuses strokes before a file of fastText's, which cannot hold them", () => {
    const text = (options: string, path: string) =>
      `${HEAD}steps: [tokenize, buildVocab, encode, windowContexts, fastText: { ${options} }, writeVectors: { path: ${path} }]`;
    expect(refusal(text("subwordUnits: strokes", "v.fasttext"))).toContain(
      "fastText: subwordUnits must make subwords that can be written, but writeVectors: subwords must be of characters in " +
        "format fastText, got strokes; arrow and parquet hold them",
    );
    for (const [options, path] of [
      ["subwordUnits: strokes", "v.arrow"],
      ["subwordUnits: strokes", "v.vec"],
      ["subwordUnits: strokes, maxSubword: 0", "v.fasttext"],
      ["maxSubword: 4", "v.fasttext"],
    ] as const)
      expect(() => compiled(text(options, path))).not.toThrow();
  });

  it("refuses two writers of one file and chains that end in nothing", () => {
    expect(
      refusal(
        `${HEAD}steps: [tokenize, buildVocab, writeVocabulary: { path: v.txt }, writeVocabulary: { path: ./v.txt }]`,
      ),
    ).toContain("path must have one writer, but steps/2/writeVocabulary writes v.txt, too, got");
    expect(refusal(`${HEAD}steps: [tokenize]`)).toContain(
      "tokenize makes tokens that no step reads; end the pipeline in a model or a sink",
    );
  });

  it.each(
    [...builtIn.units.values()].flatMap(({ name, fields }) =>
      Object.entries(fields)
        .filter(([, { file }]) => file !== undefined)
        .map(([option]) => [name, option] as const),
    ),
  )("refuses %s with a blank %s, which would stand for the config's folder", (name, option) => {
    const schema = builtIn.units.get(name)!;
    for (const blank of ["", "  ", "\u3000"]) {
      const given = checkOptions(schema, { [option]: blank }).filter((problem) => problem.option === option);
      expect(given).toMatchObject([
        { message: expect.stringMatching(/not empty|none of them empty|path of a file/), errorClass: RangeError },
      ]);
    }
  });

  it.each([
    ["buildVocab: { extraTerms: [甲, 乙, 丙], maxSize: 2 }", "/maxSize: buildVocab: maxSize must leave room for the 3"],
    [
      "tokenize: { mode: characters, userDictionaries: 词典.txt }",
      ": tokenize: mode must be words or chinese for userDictionaries",
    ],
    ["accumulateCooccurrence: { memory: 1kB }", "/memory: accumulateCooccurrence: memory must be at least 1MB"],
    ["word2vec: { learningRate: 0.01, minLearningRate: 0.1 }", "at most learningRate = 0.01, got 0.1"],
    ["word2vec: { minLearningRate: 0.03 }", "at most learningRate = 0.025, got 0.03"],
    ["word2vec: { online: true, epochs: 2 }", "/epochs: word2vec: epochs must be 1 with online, got 2"],
    ["growVocab: { maxSize: 10, counters: 9 }", "/maxSize: growVocab: maxSize must be at most counters = 9, got 10"],
    ["writeVectors: { path: 词.doc }", "/path: writeVectors: path must end in one of .arrow .feather .parquet"],
    ["writeIds: { path: i.txt }", "/path: writeIds: path must end in one of .arrow .feather .parquet"],
  ])("tells of %s what a run would tell when it makes the step", (step, message) => {
    expect(refusal(`${HEAD}steps:\n  - ${step}`)).toContain(message);
  });

  it.each([
    ['sse: { url: "http://a/", reconnectAfter: 5min }', 'reconnectAfter must be at most maxReconnectWait = "1min"'],
    ['websocket: { url: "ws://a/", reconnectAfter: 5min }', 'reconnectAfter must be at most maxReconnectWait = "1min"'],
    ['websocket: { url: "http://a/" }', "url must be an address with ws: or wss:"],
    ["http: { host: 0.0.0.0 }", "tokenFile is required where host is not this machine alone"],
    ["files: { paths: [] }", "paths must be a path or a list of paths, at least 1, none of them empty, got []"],
    ["nats: { stream: s, servers: [] }", "servers must be a text or a list of texts, at least 1"],
  ])("tells of a source as %s what a run would tell when it opens it", (source, message) => {
    expect(refusal(`source: { ${source} }\nsteps: [tokenize]`)).toContain(message);
  });
});
