import { describe, expect, it } from "vitest";
import { compile, parseConfig, runConfigTests } from "#pipelines";

const results = (text: string) => runConfigTests(compile(parseConfig(text, "c.yaml")));

const config = (test: string, steps = "[normalize, tokenize, buildVocab: { minCount: 1 }, encode]") => `
source: { files: { paths: nowhere.txt } }
steps: ${steps}
branches:
  pairs: [windowContexts: { windowSize: 1 }, contextPairs, writePairs: { path: p.parquet }]
  counts: [windowContexts, accumulateCooccurrence, writeCooccurrence: { path: c.arrow }]
  vectors: [windowContexts: { radius: fixed, sample: 0 }, word2vec: { vectorSize: 4, epochs: 1 }, writeVectors: { path: v.txt }]
tests: [${test}]
`;

describe("runConfigTests", () => {
  it.each([
    ["tokens", "[A b, c]", "[[a, b], [c]]"],
    ["vocabulary", "[b a b]", "{ b: 2, a: 1 }"],
    ["ids", "[b a b]", "[[b, a, b]]"],
    ["pairs", "[a b]", "[[a, b], [b, a]]"],
    // a-b and b-c at distance 1, a-c at distance 2
    ["cooccurrence", "[a b c]", '{ "a b": 1, "a c": 0.5, "c b": 1, "a a": 0 }'],
    ["vectors", "[a b c]", "{ terms: 3, vectorSize: 4 }"],
  ])("compares %s", async (type, documents, expected) => {
    const [passed] = await results(config(`{ name: t, documents: ${documents}, expect: { ${type}: ${expected} } }`));
    expect(passed).toEqual({ name: "t", failures: [] });
  });

  it("says what was expected and what came instead", async () => {
    const [failed] = await results(config("{ documents: [a b a], expect: { vocabulary: { a: 3 } } }"));
    expect(failed).toEqual({
      name: "test 1",
      failures: ["expect.vocabulary/a: expected 3, got 2"],
    });
  });

  it("fails where nothing of the expected type is made, the type is unknown, or the run fails", async () => {
    const [unknown, failing] = await results(
      config("{ documents: [a], expect: { words: [a] } }, { documents: [], expect: { vocabulary: { a: 1 } } }"),
    );
    expect(unknown!.failures).toEqual([
      expect.stringMatching(
        /^expect\.words: unknown kind of data; known ones are tokens, phrases, vocabulary, subwordVocabulary, ids/,
      ),
    ]);
    expect(failing!.failures).toEqual([expect.stringMatching(/^expect\.vocabulary: the run failed: buildVocab: /)]);
  });

  it("tells of every expectation, also where one of them needs a step that fails", async () => {
    const [failed] = await results(
      config(
        "{ documents: [a], expect: { tokens: [[b]], vocabulary: { a: 1 }, vectors: { terms: 1, vectorSize: 4 } } }",
      ),
    );
    expect(failed!.failures).toEqual([
      'expect.tokens/0/0: expected "b" in [b], got "a" in [a]',
      expect.stringMatching(/^expect\.vectors: the run failed: word2vec: /), // one word has no context
    ]);
  });
});
