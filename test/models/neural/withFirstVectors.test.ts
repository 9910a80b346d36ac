import { describe, expect, it } from "vitest";
import { type GptOptions, gpt, nnlm, rnnlm } from "#models";
import { nnlm as nnlmNetwork } from "../../../kernels/neural/networks/nnlm.js";
import { withFirstVectors } from "../../../models/neural/withFirstVectors.js";
import type { VectorTable } from "../../../schemas/index.js";
import { batches, bytesOf, learned, small, vocabulary } from "../../support/twoTermsBack.js";

const table = (rows: Readonly<Record<string, readonly number[]>>): VectorTable => ({
  terms: Object.keys(rows),
  vectorSize: Object.values(rows)[0]!.length,
  values: Float32Array.from(Object.values(rows).flat()),
  metadata: new Map(),
});

const sizes = { contextSize: 1, vectorSize: 2, hiddenSize: 2, direct: false, dropout: 0, initialRange: 0.5 };
const network = nnlmNetwork({ ...sizes, terms: 3, output: { kind: "full" } });
const form = network.forms.find(({ name }) => name === network.vectors)!;

describe("withFirstVectors", () => {
  it("begins with rows of the table, as large as those that it would begin with, and at random where it has none", () => {
    const own = network.initial(form, 7);
    const first = withFirstVectors("x", network, ["a", "b", "c"], table({ c: [3, 0], a: [0, -4], q: [5, 0] }));
    const values = first.initial(form, 7);
    const size = Math.hypot(...own) / Math.sqrt(6) / (Math.hypot(3, 4) / Math.sqrt(4));
    expect(values[0]).toBe(0);
    expect(values[1]).toBeCloseTo(-4 * size, 6);
    expect(values.subarray(2, 4)).toEqual(own.subarray(2, 4));
    expect(values[4]).toBeCloseTo(3 * size, 6);
    expect(values[5]).toBe(0);
  });

  it("leaves every other parameter as it is", () => {
    const first = withFirstVectors("x", network, ["a", "b", "c"], table({ a: [1, 1] }));
    for (const other of network.forms.filter(({ name }) => name !== network.vectors))
      expect(first.initial(other, 7)).toEqual(network.initial(other, 7));
  });

  it.each([
    ["nnlm", nnlm],
    ["rnnlm", rnnlm],
    ["gpt", (options: GptOptions) => gpt({ ...options, layers: 1, heads: 2, positions: 15 })],
  ] as const)("%s learns from there, and says of how many terms it had vectors", async (_, model) => {
    const rows = Object.fromEntries(vocabulary.terms.slice(0, 4).map((term, k) => [term, Array(8).fill(k - 1.5)]));
    const options = { ...small, epochs: 1, initialVectors: table({ ...rows, unheard: Array(8).fill(1) }) };
    const [at, random] = [
      await learned(model(options), batches(1)),
      await learned(model({ ...small, epochs: 1 }), batches(1)),
    ];
    expect(at.made.metadata.get("initialTerms")).toBe("4 of 5");
    expect(bytesOf(at.made)).not.toEqual(bytesOf(random.made));
  });

  it("refuses vectors of another length, and those without a term of the vocabulary", () => {
    expect(() => withFirstVectors("gpt", network, ["a", "b", "c"], table({ a: [1, 2, 3] }))).toThrow(
      "gpt: initialVectors must be of vectorSize = 2 numbers a term, got 3",
    );
    expect(() => withFirstVectors("gpt", network, ["a", "b", "c"], table({ d: [1, 2] }))).toThrow(
      "gpt: initialVectors must share terms with the vocabulary, got none of 1 among 3",
    );
  });
});
