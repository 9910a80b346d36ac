import { describe, expect, it } from "vitest";
import { applyCbow, applySkipGram, type OutputRows, scoreCbow, scoreSkipGram } from "#kernels";

const D = 3;
const rows = { rows: Uint32Array.of(2, 0, 1), labels: Uint8Array.of(1, 0, 0), length: 3 };
const contexts = Uint32Array.of(0, 2);

const someWeights = () => ({
  vectorSize: D,
  input: Float64Array.of(0.3, -0.2, 0.5, 0.1, 0.4, -0.6, -0.3, 0.7, 0.2),
  output: Float64Array.of(0.2, 0.1, -0.4, 0.6, -0.5, 0.3, -0.1, 0.8, 0.5),
});
type Weights = ReturnType<typeof someWeights>;
type Step = (weights: Weights, rate: number) => number;

function skipGramStep(weights: Weights, contexts: Uint32Array, rows: OutputRows, rate: number): number {
  const scores = scoreSkipGram(weights, contexts, rows, rate);
  applySkipGram(weights, contexts, rows, scores);
  return scores.loss;
}

function cbowStep(weights: Weights, contexts: Uint32Array, rows: OutputRows, rate: number, mean: boolean): number {
  const scores = scoreCbow(weights, contexts, rows, rate, mean);
  applyCbow(weights, contexts, rows, scores);
  return scores.loss;
}

const steps: Record<string, Step> = {
  "skip-gram": (weights, rate) => skipGramStep(weights, contexts, rows, rate),
  "CBOW of a sum": (weights, rate) => cbowStep(weights, contexts, rows, rate, false),
};

describe.each(Object.entries(steps))("%s", (_, step) => {
  it.each(["input", "output"] as const)("moves each %s weight against the finite difference of the loss", (matrix) => {
    const updated = someWeights();
    step(updated, 1);
    const h = 1e-5; // central differences err by h^2 f''' / 6, here below 1e-10, and by rounding, 1e-16 / h = 1e-11
    someWeights()[matrix].forEach((value, index) => {
      const lossAt = (shift: number) => {
        const weights = someWeights();
        weights[matrix][index]! += shift;
        return step(weights, 0);
      };
      const slope = (lossAt(h) - lossAt(-h)) / (2 * h);
      expect(updated[matrix][index]! - value).toBeCloseTo(-slope, 9);
    });
  });

  it("has a loss of ln 2 for each score of zero", () => {
    const weights = { ...someWeights(), output: new Float64Array(9) };
    const scores = step === steps["skip-gram"] ? 2 * 3 : 3; // pairs x rows, or rows
    expect(step(weights, 0)).toBeCloseTo(scores * Math.LN2, 12);
  });
});

it("CBOW of a mean halves the hidden row of two contexts, and gives each of them the whole sum", () => {
  // one output row u = (1, 0, 0) with label 1; v = (0.3, ...) and (-0.3, ...), so h . u = 0 and g = 0.5 rate
  const weights = { ...someWeights(), output: Float64Array.of(1, 0, 0) };
  const loss = cbowStep(weights, contexts, { rows: Uint32Array.of(0), labels: Uint8Array.of(1), length: 1 }, 0.1, true);
  expect(loss).toBeCloseTo(Math.LN2, 12);
  expect(weights.input[0]).toBeCloseTo(0.3 + 0.05, 12);
  expect(weights.input[6]).toBeCloseTo(-0.3 + 0.05, 12);
  expect(weights.output[1]).toBeCloseTo(0.05 * ((-0.2 + 0.7) / 2), 12);
  expect(weights.output[2]).toBeCloseTo(0.05 * ((0.5 + 0.2) / 2), 12);
});

it("skip-gram adds both sums to a row that occurs twice", () => {
  const twice = someWeights();
  const once = someWeights();
  skipGramStep(twice, Uint32Array.of(1, 1), rows, 0.1);
  skipGramStep(once, Uint32Array.of(1), rows, 0.1);
  const start = someWeights().input;
  for (let d = 3; d < 6; d++) expect(twice.input[d]! - start[d]!).toBeCloseTo(2 * (once.input[d]! - start[d]!), 12);
});

it.each([
  [2, [0.1, 4 + 0.1 * 0.1, 0.1 * 0.2]], // of u = (1, 0.1, 0.2)
  [3, [0.1, 4, 0]],
])("skip-gram lets %i contexts make their steps from the same output row", (atOnce, third) => {
  // one output row u = (1, 0, 0) with label 1, and scores of zero: every g is half the rate
  const output = Float64Array.of(1, 0, 0);
  const input = Float64Array.of(0, 1, 0, 0, 0, 2, 0, 4, 0);
  const weights = { vectorSize: D, input, output };
  const one = { rows: Uint32Array.of(0), labels: Uint8Array.of(1), length: 1 };
  const all = Uint32Array.of(0, 1, 2);
  applySkipGram(weights, all, one, scoreSkipGram(weights, all, one, 0.2), atOnce);
  expect([...input]).toEqual([0.1, 1, 0, 0.1, 0, 2, ...third]);
  expect([...output]).toEqual([1, 0.1 * 1 + 0.1 * 4, 0.2]);
});
