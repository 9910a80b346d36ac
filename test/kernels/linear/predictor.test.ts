import { expect, it } from "vitest";
import { DocumentFeatures, Predictor } from "#kernels";
import { classifierOf } from "../../support/classifierOf.js";

const terms = { peel: [2, 0], boil: [0, 2], the: [0, 0] } as const;
const labels = { garlic: [1, 0], rice: [0, 1], knife: [0, 0] } as const;

/** exp(x) / (e^a + e^b + ...) */
const softmaxOf = (scores: readonly number[]) => {
  const powers = scores.map(Math.exp);
  return powers.map((power) => power / powers.reduce((x, y) => x + y));
};
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

const close = (found: Float64Array | undefined, expected: readonly number[]) => {
  expect(found).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect(found![i]).toBeCloseTo(value, 12);
  });
};

it("scores the mean of the rows by each label's row", () => {
  const predictor = new Predictor(classifierOf(terms, labels));
  close(predictor.scores(["peel", "the"]), [1, 0, 0]); // ([2, 0] + [0, 0]) / 2 = [1, 0]
  close(predictor.probabilities(["peel", "the"]), softmaxOf([1, 0, 0]));
  expect(predictor.predict(["peel", "the"], { k: 2 }).map(({ label }) => label)).toEqual(["garlic", "rice"]); // equal ones in order
});

it("divides scores by the temperature", () => {
  const predictor = new Predictor(classifierOf(terms, labels, { temperature: 0.5 }));
  close(predictor.probabilities(["peel"]), softmaxOf([4, 0, 0]));
});

it("gives each label a probability of its own for oneVsAll and negativeSampling", () => {
  for (const loss of ["oneVsAll", "negativeSampling"] as const)
    close(new Predictor(classifierOf(terms, labels, { loss })).probabilities(["boil"]), [0.5, sigmoid(2), 0.5]);
});

it("multiplies along the path of hierarchicalSoftmax, and the labels' probabilities add up to 1", () => {
  // Counts 5, 2, 1: knife and rice are joined first, node 0; knife is taken first and has bit 0. Then node 0, of 3, before garlic, of 5.
  const labelCounts = Float64Array.of(5, 2, 1);
  const nodes = { garlic: [1, 0], rice: [0, 1], knife: [0, 0] } as const; // the row of node 0, of node 1, and none
  const predictor = new Predictor(classifierOf(terms, nodes, { loss: "hierarchicalSoftmax", labelCounts }));
  // Of "peel" node 0 scores 2 and node 1 scores 0.
  close(predictor.probabilities(["peel"]), [0.5, 0.5 * sigmoid(2), 0.5 * sigmoid(-2)]);
});

it("never passes 1, and stays finite where scores are large", () => {
  const large = classifierOf({ peel: [5000, 0] }, { garlic: [1, 0], rice: [-1, 0] });
  close(new Predictor(large).probabilities(["peel"]), [1, 0]);
  close(new Predictor({ ...large, loss: "oneVsAll" }).probabilities(["peel"]), [1, 0]);
  close(new Predictor({ ...large, loss: "hierarchicalSoftmax" }).probabilities(["peel"]), [1, 0]); // bit 1 of the one node is garlic's
});

it("says nothing about a text without features, and nothing below the threshold", () => {
  const predictor = new Predictor(classifierOf(terms, labels));
  expect(predictor.predict(["onion"])).toEqual([]);
  expect(predictor.probabilities([])).toBeUndefined();
  expect(predictor.explain([])).toBeUndefined();
  expect(predictor.predict(["peel"], { k: 3, threshold: 0.5 })).toHaveLength(1);
});

it("explains a label by what each feature gives to its odds, which adds up to them", () => {
  const predictor = new Predictor(classifierOf(terms, labels));
  const explained = predictor.explain(["peel", "the", "boil", "peel"])!;
  // The mean is [4, 2] / 4, to which "peel" gives [4, 0] and "boil" [0, 2]; ln odds of garlic against rice are 1 - 0.5.
  expect(explained).toMatchObject({ label: "garlic", against: "rice" });
  expect(explained.reasons.map(({ feature }) => feature)).toEqual(["peel", "boil", "the"]);
  [1, -0.5, 0].forEach((weight, i) => {
    expect(explained.reasons[i]!.weight).toBeCloseTo(weight, 12);
  });
});

it("reads quantised rows as their centroids", () => {
  const centroids = new Float32Array(2 * 256);
  centroids.set([2, 3], 0); // the first piece of one column: code 0 is 2, code 1 is 3
  centroids.set([0, 1], 256);
  const input = { columns: 2, pieceSize: 1, codes: Uint8Array.of(0, 1, 1, 0), centroids };
  const dense = classifierOf({ peel: [2, 1], boil: [3, 0] }, labels);
  const quantized = { ...dense, input };
  const text = ["peel", "boil", "boil"];
  expect(new Predictor(quantized).scores(text)).toEqual(new Predictor(dense).scores(text));
});

it.each([2, 6])(
  "scores texts the same however often their words have come, by %i labels over four columns",
  (count) => {
    const columns = 4;
    const rowsOf = (numbers: number) => Float32Array.from({ length: numbers * columns }, (_, i) => ((7 * i) % 11) - 5);
    const buckets = Object.fromEntries(Array.from({ length: 100 }, (_, bucket) => [bucket, [0, 0] as const]));
    const classifier = {
      ...classifierOf(terms, {}, { wordNgrams: 2, buckets }),
      labels: Array.from({ length: count }, (_, label) => `${label}`),
      input: { columns, values: rowsOf(3 + 100) },
      output: { columns, values: rowsOf(count) },
    };
    const text = ["peel", "boil", "unknown", "peel"];
    const known = new DocumentFeatures(classifier);
    const rows = known.of(Int32Array.from(text, (word) => known.word(word)));
    expect(rows).toHaveLength(3 + 3); // three words that are known, and bigrams
    const expected = Array.from({ length: count }, (_, label) =>
      rows.reduce((sum, row) => {
        for (let d = 0; d < columns; d++)
          sum += (classifier.input.values[4 * row + d]! * classifier.output.values[4 * label + d]!) / rows.length;
        return sum;
      }, 0),
    );
    const predictor = new Predictor(classifier);
    close(predictor.scores(text), expected);
    expect(predictor.scores(["boil"])).toEqual(new Predictor(classifier).scores(["boil"]));
    expect(predictor.scores(text)).toEqual(new Predictor(classifier).scores(text));
    const words = Int32Array.from(text, predictor.wordForm.make);
    expect(words[0]).toBe(words[3]);
    expect(predictor.predict(words, { k: count })).toEqual(predictor.predict(text, { k: count }));
  },
);

it("tells no label of a text in which nothing is known", () => {
  const predictor = new Predictor(classifierOf(terms, labels, { wordNgrams: 2 }));
  for (const text of [[], ["洋葱"], ["onion", "leek"], ["洋葱", "韭葱", "leek"]]) {
    expect(predictor.predict(text)).toEqual([]);
    expect(predictor.probabilities(text)).toBeUndefined();
    expect(predictor.explain(text)).toBeUndefined();
  }
  expect(predictor.predict(["onion", "peel"])).toHaveLength(1);
});
