import { describe, expect, it } from "vitest";
import { HeldSequences } from "../../../dist/models/neural/heldSequences.js";
import { lettersVocabulary, sequenceBatches } from "../../support/sequenceBatches.js";

const vocabulary = lettersVocabulary(5);
/** 200 documents of 6 ids, each 3 rows of 2, of which the last has 1. */
const documents = Array.from({ length: 200 }, (_, k) => [0, 1, 2, 3, 4, k % 5]);
const rowsGoOn = (batches: ReturnType<typeof sequenceBatches>) =>
  batches.map((batch) => ({ ...batch, continues: batch.rowDocuments.map((_, row) => Number(row > 0)) as never }));

describe("held-out documents", () => {
  it("are a share of all, and nothing of them is learned in any pass", () => {
    const held = new HeldSequences(0.25, 7);
    const [first, second] = sequenceBatches(vocabulary, documents, { length: 5, rows: 200, epochs: 2 });
    const { targets: left } = held.taken(first!);
    const heldRows = [...first!.lengths.keys()].filter((row) => held.has(row));
    expect(heldRows.length).toBeGreaterThan(30);
    expect(heldRows.length).toBeLessThan(70);
    for (const row of first!.lengths.keys()) {
      const [mine, given] = [left, first!.targets].map((targets) => [...targets.subarray(row * 5, row * 5 + 5)]);
      expect(mine).toEqual(held.has(row) ? [-1, -1, -1, -1, -1] : given);
    }
    expect(held.taken(second!)).toEqual({ targets: left });
    expect(held.tokens).toBe(5 * heldRows.length);
  });

  it("are scored in the order of their rows, with the state between them", async () => {
    const held = new HeldSequences(1 - 1e-9, 7);
    const batches = rowsGoOn(
      sequenceBatches(
        vocabulary,
        [
          [0, 1, 2, 3, 4, 0, 1],
          [4, 3, 2],
        ],
        { length: 2, rows: 9 },
      ),
    );
    for (const batch of batches) held.taken(batch);
    const calls: unknown[] = [];
    const { loss, predicted } = await held.score(8, 1, async ({ rows, ids, state, targets }) => {
      calls.push([rows, [...ids], [...state!]]);
      return { loss: rows, predicted: targets.filter((target) => target >= 0).length, state: state!.map((s) => s + 1) };
    });
    expect(calls).toEqual([
      [2, [0, 1, 4, 3], [0, 0]],
      [1, [2, 3], [1]],
      [1, [4, 0], [2]],
    ]);
    expect([loss, predicted]).toEqual([4, 8]);
  });

  it("are scored with their segments and classes, which are known again after a restore", async () => {
    const held = new HeldSequences(1 - 1e-9, 7);
    const [batch] = sequenceBatches(
      vocabulary,
      [
        [0, 1, 2],
        [3, 4, 0],
        [1, 1, 1],
      ],
      { length: 2, rows: 3 },
    );
    const segments = Uint8Array.of(0, 1, 0, 0, 1, 1);
    const labels = Uint32Array.of(1, 0, 1);
    expect(held.taken({ ...batch!, segments, labels }).labels).toEqual(Int32Array.of(-1, -1, -1));
    const again = new HeldSequences(1 - 1e-9, 7);
    again.restore(held.save());
    for (const of of [held, again]) {
      const calls: unknown[] = [];
      const { labelLoss, labelRight, labelled } = await of.score(2, 0, async (asked) => {
        calls.push([asked.segments, asked.labels]);
        return { loss: 0, predicted: 1, labelLoss: asked.labels!.length / 2, labelRight: 1 };
      });
      expect(calls).toEqual([
        [Uint8Array.of(0, 1, 0, 0), Int32Array.of(1, 0)],
        [Uint8Array.of(1, 1), Int32Array.of(1)],
      ]);
      expect([labelLoss, labelRight, labelled]).toEqual([1.5, 2, 3]);
    }
  });

  it("are known again after a restore", async () => {
    const held = new HeldSequences(0.3, 7);
    for (const batch of sequenceBatches(vocabulary, documents, { length: 2, rows: 7 })) held.taken(batch);
    const again = new HeldSequences(0.3, 7);
    again.restore(held.save());
    const score = (of: HeldSequences) =>
      of.score(4, 0, async ({ ids }) => ({ loss: ids[0]! + ids.at(-1)!, predicted: 1 }));
    expect(await score(again)).toEqual(await score(held));
    expect(again.tokens).toBe(held.tokens);
  });
});
