import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Progress, RunHistory, readHistory } from "#pipelines";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const steps = [
  { id: "source", passes: 1 },
  { id: "model", passes: 2 },
];

/** How a model stands that has learned from so many of the 1,000 tokens of an epoch, with a loss of 2 for each example. */
function learning(epoch: number, done: number): Progress {
  return {
    ...{ step: "model", share: (epoch - 1 + done / 1000) / 2, stage: `epoch ${epoch} of 2`, unit: "tokens" },
    ...{ done, total: 1000, losses: new Map([["word2vec", { examples: done, loss: 2 * done }]]) },
  };
}

const at = (milliseconds: number) => new Date(1_000_000 + milliseconds);

it("keeps what was learned between two points, and how much work was done in all passes", async () => {
  const folder = await temporaryFolder();
  const history = new RunHistory(folder, steps);
  history.note(learning(1, 100), at(0));
  history.note(learning(1, 150), at(100)); // too soon
  history.note(learning(1, 400), at(300));
  history.note(learning(2, 500), at(600));
  const told = readHistory(folder).map(({ work, losses }) => [work, losses.word2vec]);
  expect(told).toEqual([
    [100, { examples: 100, loss: 200 }],
    [400, { examples: 300, loss: 600 }],
    [1500, { examples: 500, loss: 1000 }],
  ]);
});

it("has a point of each stage, however short, and of each epoch that is told of", async () => {
  const folder = await temporaryFolder();
  const history = new RunHistory(folder, steps);
  history.note({ ...learning(1, 0), step: "source", stage: "reading", losses: new Map() }, at(0));
  history.note(learning(1, 500), at(1));
  history.note(learning(1, 1000), at(2));
  history.note(learning(2, 1000), at(3));
  const epochs = [1, 2].map(
    (done): Progress => ({ ...learning(1, 0), stage: "glove", unit: "epochs", done, total: 2, share: done / 2 }),
  );
  for (const epoch of epochs) history.note(epoch, at(4));
  expect(readHistory(folder).map(({ stage, work }) => [stage, work])).toEqual([
    ["reading", 0],
    ["epoch 1 of 2", 1000],
    ["epoch 2 of 2", 2000],
    ["glove", 1],
    ["glove", 2],
  ]);
});

it("goes on with the points up to where a run goes on, and leaves out a line that was not written whole", async () => {
  const folder = await temporaryFolder();
  const before = new RunHistory(folder, steps);
  for (const [k, done] of [100, 200, 300, 400].entries()) before.note(learning(1, done), at(1000 * k));
  appendFileSync(join(folder, "progress.jsonl"), '{"time":1,"losses":{');
  new RunHistory(folder, steps).note(learning(1, 250), at(9000));
  expect(readHistory(folder).map(({ work }) => work)).toEqual([100, 200, 250]);
  expect(readFileSync(join(folder, "progress.jsonl"), "utf8").trim().split("\n")).toHaveLength(3);
});

it("never has more than 4,096 points: each two become one, which has learned what both have", async () => {
  const folder = await temporaryFolder();
  const history = new RunHistory(folder, [{ id: "model", passes: 2 }]);
  for (let k = 1; k <= 4097; k++) {
    const losses = new Map([["word2vec", { examples: k, loss: 3 * k }]]);
    history.note({ ...learning(1, 0), share: k / 10_000, done: k, total: 5000, losses }, at(1000 * k));
  }
  const points = readHistory(folder);
  expect(points).toHaveLength(2049);
  expect(points.reduce((sum, { losses }) => sum + losses.word2vec!.examples, 0)).toBe(4097);
  expect(points[7]!.losses.word2vec).toEqual({ examples: 2, loss: 6 });
});

it("joins no points of different stages, and takes new ones half as often from then on", async () => {
  const folder = await temporaryFolder();
  const history = new RunHistory(folder, [{ id: "model", passes: 2 }]);
  // 3 points of one stage, an odd number, then 4,094 of another.
  for (let k = 1; k <= 4097; k++) {
    const losses = new Map([["word2vec", { examples: k <= 3 ? k : k - 3, loss: 0 }]]);
    const stage = k <= 3 ? "epoch 1 of 2" : "epoch 2 of 2";
    history.note({ ...learning(1, 0), stage, share: k / 10_000, done: k, total: 5000, losses }, at(1000 * k));
  }
  const points = readHistory(folder);
  expect(points).toHaveLength(2 + 2047);
  expect(points.slice(0, 3).map(({ stage, losses }) => [stage, losses.word2vec!.examples])).toEqual([
    ["epoch 1 of 2", 2],
    ["epoch 1 of 2", 1],
    ["epoch 2 of 2", 2],
  ]);
  const later = (k: number, milliseconds: number) =>
    history.note(
      { ...learning(1, 0), stage: "epoch 2 of 2", share: k / 10_000, done: k, total: 5000, losses: new Map() },
      at(1000 * 4097 + milliseconds),
    );
  later(4098, 499);
  expect(readHistory(folder)).toHaveLength(2049);
  later(4099, 500);
  expect(readHistory(folder)).toHaveLength(2050);
});
