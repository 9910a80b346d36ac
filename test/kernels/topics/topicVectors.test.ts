import { expect, it } from "vitest";
import { topicVectors } from "../../../dist/kernels/topics/topicVectors.js";
import { vocabularyOf } from "../../support/contextBatches.js";

it("gives each term its shares in the topics, and nothing to one without weight", () => {
  const topics = {
    vocabulary: vocabularyOf([["river", "河", "none"]]),
    weights: Float32Array.of(3, 1, 0, 2, 0, 0),
    alpha: Float64Array.of(0.1, 0.1),
    metadata: new Map([["model", "lda"]]),
  };
  const { values, vectorSize, terms, metadata } = topicVectors(topics);
  expect([...values]).toEqual([0.75, 0.25, 0, 1, 0, 0]);
  expect([vectorSize, terms, metadata.get("model")]).toEqual([2, topics.vocabulary.terms, "lda"]);
  expect([...topics.weights]).toEqual([3, 1, 0, 2, 0, 0]); // untouched
});
