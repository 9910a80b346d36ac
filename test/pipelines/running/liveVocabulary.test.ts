import { describe, expect, it } from "vitest";
import { LiveVocabulary } from "#pipelines";
import { graphOf } from "../../support/graph.js";

const { growing, first, second, elsewhere } = graphOf({
  text: {},
  growing: { reads: "text" },
  contexts: { reads: "growing" },
  first: { reads: "contexts", kind: "model" },
  second: { reads: "growing", kind: "model" },
  elsewhere: { reads: "text", kind: "model" },
});
const vocabulary = (...terms: string[]) => ({ vocabulary: { terms } });

describe("the vocabulary of a live source", () => {
  it("has the size of the newest one, and none before the first", () => {
    const live = new LiveVocabulary();
    live.see(growing, { bytes: [] });
    expect(live.size).toBeUndefined();
    live.see(growing, vocabulary("a"));
    live.see(growing, vocabulary("a", "猫"));
    expect(live.size).toBe(2);
  });

  it("is handed, once, to the models behind the node that made it", () => {
    const live = new LiveVocabulary();
    const told: string[] = [];
    for (const model of [first, second, elsewhere]) live.whenKnown(model, ({ terms }) => told.push(model.id, ...terms));
    live.see(growing, vocabulary("a"));
    live.see(growing, vocabulary("a", "b"));
    expect(told).toEqual(["first", "a", "second", "a"]);
  });
});
