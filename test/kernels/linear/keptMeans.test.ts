import { expect, it } from "vitest";
import { BagRecords, type BagSettings, BagTrainer, KeptMeans } from "#kernels";

/** List 0 is of rows 0 and 1, list 1 of rows 1 and 2. */
const lists = { offsets: Uint32Array.of(0, 2, 4), entries: Uint32Array.of(0, 1, 1, 2) };

function kept(slots: number) {
  const input = Float32Array.of(1, 0, 0, 1, 4, 3);
  return { input, means: new KeptMeans(slots, lists, { input, stride: 2, vectorSize: 2 }) };
}

it("moves the rows of a list by what its mean has changed by, once its place is left", () => {
  const { input, means } = kept(3);
  const { values, count } = means.at(5, 0);
  expect([...values, count]).toEqual([0.5, 0.5, 2]);
  values[0]! += 2;
  expect(means.at(5, 0).values[0]).toBe(2.5); // as it has become
  expect([...means.at(6, 1).values]).toEqual([2, 2]); // row 1 is as it was
  expect([...input]).toEqual([1, 0, 0, 1, 4, 3]);
  means.at(8, 1); // takes the slot of place 5
  expect([...input]).toEqual([3, 0, 2, 1, 4, 3]);
  expect([...means.at(8, 1).values]).toEqual([3, 2]);
});

it("leaves all places, also where lists share rows", () => {
  const { input, means } = kept(3);
  means.at(0, 0).values[0]! += 1;
  means.at(1, 1).values[0]! += 2;
  means.leaveAll();
  expect([...input]).toEqual([2, 0, 3, 1, 6, 3]); // row 1 has moved by both
  expect([...means.at(1, 1).values]).toEqual([4.5, 2]);
});

const settings: BagSettings = {
  vectorSize: 2,
  scoredBy: "rows",
  divides: false,
  groupSize: 8,
  inputRows: 3,
  outputRows: 1,
  maxInputs: 4,
  maxOutputs: 1,
  lists,
};

function learned(changes: Partial<BagSettings>, places: readonly number[]) {
  const records = new BagRecords();
  for (let step = 0; step < 3; step++) {
    records.begin(0.5);
    records.list(0);
    for (const place of places) records.row(place);
    records.output(0, 1, 1);
  }
  const trainer = new BagTrainer({ ...settings, ...changes });
  trainer.weights.input.set([1, 0, 0, 1, 4, 3]);
  trainer.weights.output.set([2, 1]);
  const { loss } = trainer.learn(records.take(8, true));
  return [loss, ...trainer.weights.input, ...trainer.weights.output];
}

it("trains one place as rows that are read anew at each step do", () => {
  const [anew, means] = [learned({ groupSize: 1 }, []), learned({ keptMeans: 3 }, [0])];
  means.forEach((value, i) => {
    expect(value).toBeCloseTo(anew[i]!, 6);
  });
});

it("weighs each mean by its rows, as if all rows were read", () => {
  const score = (changes: Partial<BagSettings>, places: readonly number[]) => {
    const records = new BagRecords();
    records.begin(0.5);
    records.list(0);
    records.list(1);
    for (const place of places) records.row(place);
    records.output(0, 1, 1);
    const uneven = { offsets: Uint32Array.of(0, 3, 4), entries: Uint32Array.of(0, 0, 1, 2) };
    const trainer = new BagTrainer({ ...settings, ...changes, lists: uneven });
    trainer.weights.input.set([1, 0, 0, 1, 4, 3]);
    trainer.weights.output.set([0.2, 0.1]);
    return trainer.score(records.take(8, true)).loss;
  };
  // h = (1 + 1 + 0 + 4, 0 + 0 + 1 + 3) / 4 = (1.5, 1); x = .4
  expect(score({ keptMeans: 3 }, [3, 4])).toBeCloseTo(Math.log(1 + Math.exp(-0.4)), 7);
  expect(score({}, [])).toBeCloseTo(Math.log(1 + Math.exp(-0.4)), 7);
});
