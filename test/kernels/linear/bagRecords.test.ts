import { expect, it } from "vitest";
import { BagRecords, recordLength } from "#kernels";

const floatsOf = (words: Uint32Array) => new Float32Array(words.buffer, words.byteOffset, words.length);

it("lays a record out as lists, rows and outputs behind its rate", () => {
  const records = new BagRecords();
  records.begin(0.25);
  records.list(7);
  records.row(3);
  records.rows(Uint32Array.of(4, 5));
  records.output(9, 1, 2.5);
  const { words, starts } = records.take(1, true);
  expect([...starts]).toEqual([0, 11]); // 4 + 1 list + 3 rows + 3 of an output
  expect(recordLength(words, 0)).toBe(11);
  expect(floatsOf(words)[0]).toBe(0.25);
  expect([...words.subarray(1, 9)]).toEqual([1, 3, 1, 7, 3, 4, 5, 9]);
  expect([...floatsOf(words).subarray(9)]).toEqual([1, 2.5]);
});

it("takes back the record that was begun last, and no other", () => {
  const records = new BagRecords();
  for (const row of [1, 2]) {
    records.begin(1);
    records.row(row);
  }
  records.dropLast();
  expect(records.count).toBe(1);
  expect(records.take(1, true).words[4]).toBe(1);
});

it("grows without a change to what it holds", () => {
  const records = new BagRecords();
  const rows = Uint32Array.from({ length: 50_000 }, (_, i) => i);
  for (const rate of [0.5, 0.125, 2]) {
    records.begin(rate);
    records.rows(rows);
    records.output(8, 0.75, rate);
  }
  const { words, starts } = records.take(1, true);
  expect([...starts]).toEqual([0, 50_007, 100_014, 150_021]);
  expect([...starts.subarray(0, 3)].map((start) => floatsOf(words)[start])).toEqual([0.5, 0.125, 2]);
  expect(words.subarray(100_018, 150_018)).toEqual(rows);
});
