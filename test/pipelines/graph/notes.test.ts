import { expect, it } from "vitest";
import { compile, formatProblem, parseConfig } from "#pipelines";

const remarks = (steps: string) => {
  const { warnings, notes } = compile(parseConfig(`source: {files: {paths: a.txt}}\nsteps: [${steps}]\n`, "c.yaml"));
  return {
    warnings: warnings.map((found) => formatProblem("c.yaml", found)),
    notes: notes.map(({ message }) => message),
  };
};

it("warns of a step behind one that takes away what it looks for", () => {
  expect(remarks("normalize, splitSentences, tokenize, buildVocab, writeVocabulary: { path: v.txt }").warnings).toEqual(
    [
      "c.yaml:2:20: /steps/1: splitSentences finds less behind normalize, which makes the capitals small that begin a sentence; put it before normalize",
    ],
  );
});

it.each(["splitSentences, normalize, tokenize", "normalize: { case: keep }, splitSentences, tokenize"])(
  "has no warning for %s",
  (steps) => {
    expect(remarks(`${steps}, buildVocab, writeVocabulary: { path: v.txt }`).warnings).toEqual([]);
  },
);

it("notes options left out whose default is another than that of the program that people know", () => {
  const steps = (glove: string) => `tokenize, buildVocab, encode, windowContexts, accumulateCooccurrence, ${glove}`;
  expect(remarks(steps("glove")).notes).toEqual([
    "glove: vectorSize is 100, where GloVe's glove takes 50",
    "glove: xMax is 10, where GloVe's glove takes 100",
  ]);
  expect(remarks(steps("glove: { vectorSize: 50, xMax: 10 }")).notes).toEqual([]);
});
