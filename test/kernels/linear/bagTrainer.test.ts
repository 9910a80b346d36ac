import { expect, it } from "vitest";
import { BagRecords, type BagSettings, BagTrainer, noLists } from "#kernels";

const settings: BagSettings = {
  vectorSize: 2,
  scoredBy: "rows",
  divides: false,
  groupSize: 1,
  inputRows: 2,
  outputRows: 2,
  maxInputs: 4,
  maxOutputs: 4,
  lists: noLists,
};

/** Two rows of input, (1, 0) and (0, 1), and two of output, (2, 0) and (0, 0). */
function trainer(changes: Partial<BagSettings> = {}): BagTrainer {
  const made = new BagTrainer({ ...settings, ...changes });
  made.weights.input.set([1, 0, 0, 1]);
  made.weights.output.set([2, 0, 0, 0]);
  made.labels = 2;
  return made;
}

function bothRows(rate: number): BagRecords {
  const records = new BagRecords();
  records.begin(rate);
  records.row(0);
  records.row(1);
  return records;
}

const close = (found: Float32Array, wanted: readonly number[]) =>
  found.forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i]!, 6);
  });

it("makes a step with a positive and a weighted noise row by hand", () => {
  const records = bothRows(0.5);
  records.output(0, 1, 1);
  records.output(1, 0, 3);
  const model = trainer();
  const { loss } = model.learn(records.take(1, true));
  // h = (.5, .5); x = (1, 0); p = (.731059, .5); g = .5 x 1 x (1 - .731059) = .134471 and .5 x 3 x (0 - .5) = -.75
  expect(loss).toBeCloseTo(Math.log(1 + Math.exp(-1)) + 3 * Math.log(2), 6);
  close(model.weights.output, [2 + 0.0672353, 0.0672353, -0.375, -0.375]);
  // e = .134471 (2, 0) - .75 (0, 0) = (.268941, 0), for every input row
  close(model.weights.input, [1.268941, 0, 0.268941, 1]);
});

it("divides the gradient by the number of rows where it is asked to", () => {
  const records = bothRows(0.5);
  records.output(0, 1, 1);
  const model = trainer({ divides: true });
  model.learn(records.take(1, true));
  close(model.weights.input, [1.1344707, 0, 0.1344707, 1]); // half of (.268941, 0)
});

it("makes a step of the softmax over all labels by hand", () => {
  const records = bothRows(1);
  records.output(1, 1, 1);
  const model = trainer({ scoredBy: "softmax" });
  const { loss } = model.learn(records.take(1, true));
  // x = (1, 0); p = (.731059, .268941); g = (-.731059, .731059)
  expect(loss).toBeCloseTo(-Math.log(0.2689414), 6);
  close(model.weights.output, [2 - 0.3655293, -0.3655293, 0.3655293, 0.3655293]);
});

it("aims at every label alone for oneVsAll", () => {
  const records = bothRows(1);
  records.output(0, 1, 1);
  const model = trainer({ scoredBy: "eachLabel" });
  const { loss } = model.learn(records.take(1, true));
  expect(loss).toBeCloseTo(Math.log(1 + Math.exp(-1)) + Math.log(2), 6); // right at x = 1, and wrong at x = 0
});

it("scores a group from the weights at its start", () => {
  const one = (groupSize: number) => {
    const records = bothRows(0.5);
    records.output(0, 1, 1);
    records.begin(0.5);
    records.row(0);
    records.output(0, 1, 1);
    const model = trainer({ groupSize });
    return model.learn(records.take(groupSize, true)).loss;
  };
  // The second example has x = 2 before the first step, and more after it.
  expect(one(2)).toBeCloseTo(Math.log(1 + Math.exp(-1)) + Math.log(1 + Math.exp(-2)), 6);
  expect(one(1)).toBeLessThan(one(2) - 0.01);
});

it("takes out whole groups, and goes on from words that were kept", () => {
  const records = new BagRecords();
  for (let row = 0; row < 5; row++) {
    records.begin(1);
    records.row(row);
    records.output(row, 1, 1);
  }
  expect([...records.take(2, false).starts]).toEqual([0, 8, 16, 24, 32]); // four records of 4 + 1 + 3 words
  expect(records.count).toBe(1);
  const kept = new BagRecords();
  kept.restore(records.save());
  expect(kept.take(2, true)).toEqual(records.take(2, true));
  expect(records.count).toBe(0);
});

it("learns from each output before it scores the next, with fastText's table of sigmoids, in fastText's order", () => {
  const records = new BagRecords();
  records.begin(0.5);
  records.row(0);
  records.output(1, 1, 1);
  records.output(1, 0, 1);
  const model = trainer({ order: "fastText" });
  model.learn(records.take(1, true));
  // h = (1, 0). x = 0, p = .5, g = .25: u = (.25, 0), e = 0. Then x = .25, p = .562177, g = -.281088: u = (-.031088, 0), e = -.070272
  close(model.weights.output, [2, 0, -0.0310883, 0]);
  close(model.weights.input, [0.9297279, 0, 0, 1]);
  // x = 2 + 1 / 64 lies between two places of the table, which are 1 / 32 apart: p is the sigmoid of 2
  const between = trainer({ order: "fastText" });
  between.weights.output[0] = 2 + 1 / 64;
  const second = new BagRecords();
  second.begin(1);
  second.row(0);
  second.output(0, 1, 1);
  between.learn(second.take(1, true));
  expect(between.weights.output[0]).toBeCloseTo(2 + 1 / 64 + (1 - 0.8807971), 6);
});
