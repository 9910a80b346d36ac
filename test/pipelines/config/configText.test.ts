// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has the same placeholders

import { describe, expect, it } from "vitest";
import { ConfigError, parseConfigText } from "#pipelines";

const parse = (text: string, options = {}) => parseConfigText(text, "c.yaml", options).data;
const refusal = (text: string, options = {}): string => {
  try {
    parse(text, options);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error("expected a ConfigError");
};

describe("parseConfigText", () => {
  it("knows what came from outside, and which variables were left to their defaults", () => {
    const text = 'a: { b: ["${X:x.txt}", "in/${X:x}", c.txt], d: "${Y:y.txt}" }';
    const outside = (options: object, ...path: (string | number)[]) =>
      parseConfigText(text, "c.yaml", options).isFromOutside(["a", ...path]);
    expect(outside({ env: { X: "here.txt" } }, "b", 0)).toBe(true);
    for (const k of [1, 2]) expect(outside({ env: { X: "here.txt" } }, "b", k)).toBe(false);
    expect(outside({}, "b", 0)).toBe(false);
    expect(outside({ set: ["a.b=[p.txt]"] }, "b", 0)).toBe(true);
    expect(outside({ set: ["a.b=p.txt"] }, "d")).toBe(false);
    const defaulted = (set: string[]) => [...parseConfigText(text, "c.yaml", { set }).defaulted];
    expect(defaulted([])).toEqual([
      ["X", "x"],
      ["Y", "y.txt"],
    ]);
    expect(defaulted(["a.b=p.txt"])).toEqual([["Y", "y.txt"]]);
  });

  it("reads YAML and JSON alike", () => {
    expect(parse("source: { files: { paths: [a.txt] } }")).toEqual(
      parse('{"source": {"files": {"paths": ["a.txt"]}}}'),
    );
  });

  it("fills in environment variables and defaults, with the value's own type", () => {
    const env = { CORPUS: "wiki.txt", EPOCHS: "3" };
    const text = 'a: ${CORPUS}\nb: ${EPOCHS}\nc: ${MISSING:0.5}\nd: x-${EPOCHS}\ne: $${CORPUS}\nf: "${EMPTY:}"';
    expect(parse(text, { env })).toEqual({ a: "wiki.txt", b: 3, c: 0.5, d: "x-3", e: "${CORPUS}", f: "" });
  });

  it("takes the default of a variable that is set to nothing, and nothing where there is none", () => {
    const text = 'a: ${CORPUS:资料.txt}\nb: "${CORPUS:资料.txt}"\nc: "${CORPUS}"\nd: "${CORPUS:}"\ne: x-${CORPUS:3}';
    const found = parse(text, { env: { CORPUS: "" } });
    expect(found).toEqual({ a: "资料.txt", b: "资料.txt", c: "", d: "", e: "x-3" });
  });

  it("names a variable that is not set, with its position", () => {
    expect(refusal("a: 1\nb: ${NOWHERE}")).toBe(
      "c.yaml:2:4: the environment variable NOWHERE must be set, or have a default as in ${NOWHERE:value}",
    );
  });

  it("sets options by step name and by index", () => {
    const text = "steps:\n  - tokenize: { mode: words }\n  - buildVocab\nbranches: { a: [word2vec: {}] }";
    const set = [
      "steps.buildVocab.minCount=3",
      "steps/0/tokenize/mode=chinese",
      "branches.a.word2vec.epochs=2",
      "seed=7",
    ];
    expect(parse(text, { set })).toEqual({
      steps: [{ tokenize: { mode: "chinese" } }, { buildVocab: { minCount: 3 } }],
      branches: { a: [{ word2vec: { epochs: 2 } }] },
      seed: 7,
    });
  });

  const two = `
source: { files: { paths: a.txt } }
steps: [tokenize, buildVocab]
branches:
  a: [windowContexts, word2vec: { epochs: 1 }]
  b: [windowContexts, glove, plot: {}, plot: {}]
`;

  it.each([
    ["minCount=3", "steps.buildVocab.minCount=3"],
    ["buildVocab.minCount=3", "steps.buildVocab.minCount=3"],
    ["paths=b.txt", "source.files.paths=b.txt"],
    ["glove.epochs=3", "branches.b.glove.epochs=3"],
    ["b.windowContexts.windowSize=3", "branches.b.windowContexts.windowSize=3"],
    ["encode.needs.vocabulary=a", "steps.encode.needs.vocabulary=a"],
  ])("finds an option by the end of its path: %s", (short, whole) => {
    const text = two.replace("buildVocab]", "buildVocab, encode]");
    expect(parse(text, { set: [short] })).toEqual(parse(text, { set: [whole] }));
  });

  it.each([
    ["epochs=3", "and could be branches.a.word2vec.epochs or branches.b.glove.epochs"],
    ["plot.size=3", "and could be branches.b.2.plot.size or branches.b.3.plot.size"],
    ["minCoutn=3", "or name a step or an option that a step of this config has; did you mean minCount?"],
    ["wordvec.epochs=3", "did you mean word2vec.epochs?"],
    ["sorce.files.paths=x", "did you mean source.files.paths?"],
  ])("tells where %s could belong", (assignment, hint) => {
    expect(refusal(two, { set: [assignment] })).toContain(`c.yaml: --set ${assignment}: the path must `);
    expect(refusal(two, { set: [assignment] })).toContain(hint);
  });

  it("refuses an assignment to a step that is not there", () => {
    expect(refusal("steps: [tokenize]", { set: ["steps.glove.xMax=1"] })).toBe(
      'c.yaml: --set steps.glove.xMax=1: the list /steps must hold the step "glove", and does not',
    );
  });

  it.each(["__proto__", "constructor", "prototype", "<<"])("refuses the key %s", (key) => {
    expect(refusal(`a: 1\n"${key}": { x: 1 }`)).toBe(`c.yaml:2:1: the key "${key}" is not allowed`);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it("refuses tags, duplicate keys and syntax errors with their position", () => {
    expect(refusal("a: !!js/function 'x'")).toMatch(/^c\.yaml:1:4: Unresolved tag/);
    expect(refusal("a: 1\na: 2")).toMatch(/^c\.yaml:2:1: Map keys must be unique/);
    expect(refusal("a: [1, 2")).toMatch(/^c\.yaml:1:9: /);
  });

  it("refuses an alias without an anchor before it, and one that stands for what it is part of", () => {
    expect(refusal("a: 1\nb: *x")).toBe("c.yaml:2:4: the alias *x must have its anchor before it");
    expect(refusal("a: &x [*x]")).toBe("c.yaml:1:8: the alias *x must not stand in what it stands for");
  });

  it("refuses an alias bomb before it grows", () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(", ")}]`,
    );
    expect(refusal(`l0: &l0 [lol]\n${levels.join("\n")}`)).toBe(
      "c.yaml: a config may have at most 20 aliases, got more",
    );
  });

  it("refuses a config of more than a million characters", () => {
    expect(refusal(`a: "${"x".repeat(1_000_000)}"`)).toMatch(/must have at most 1000000 characters/);
  });
});
