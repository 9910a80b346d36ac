import { describe, expect, it } from "vitest";
import {
  BucketRows,
  FirstInputRows,
  meansOf,
  SubwordVectors,
  subwordRowsOf,
  subwordsOf,
  TermLists,
  TermRows,
} from "#kernels";

const form = { units: "characters", minLength: 1, maxLength: 1, buckets: 100 } as const;

/** Takes a word apart into the places of its letters in the alphabet. */
const letters = (term: string) => Array.from(term, (letter) => letter.charCodeAt(0) - 96);

describe("BucketRows", () => {
  it("gives rows in the order in which buckets occur, and each bucket one", () => {
    const made: number[][] = [];
    const rows = new BucketRows(10, 100, (row, bucket) => made.push([row, bucket]));
    expect([7, 2, 7, 9, 2].map((bucket) => rows.rowOf(bucket))).toEqual([100, 101, 100, 102, 101]);
    expect(made).toEqual([
      [100, 7],
      [101, 2],
      [102, 9],
    ]);
    expect(rows.buckets).toEqual([7, 2, 9]);
    expect(rows.ascending()).toEqual([1, 0, 2]);
  });
});

describe("TermLists", () => {
  it("keeps lists of any length, and hands out those that were replaced apart", () => {
    const lists = new TermLists();
    for (let term = 0; term < 3000; term++) lists.push(Array.from({ length: term % 20 }, (_, i) => term + i));
    expect([...lists.of(2999)]).toEqual(Array.from({ length: 19 }, (_, i) => 2999 + i));
    expect(lists.longest).toBe(19);
    const { offsets, entries } = lists.pushed;
    expect([offsets.length, entries.length]).toEqual([3001, 150 * 190]);
    lists.replace(3, [8]);
    expect([...lists.of(3)]).toEqual([8]);
    expect([...lists.pushed.entries.subarray(offsets[3], offsets[4])]).toEqual([3, 4, 5]);
  });
});

describe("TermRows", () => {
  it("has a term's own row first, then those of its subwords, repeats kept", () => {
    const rows = new TermRows(letters, 5, 27, () => {});
    for (const term of ["abba", "cab"]) rows.push(term);
    expect([...rows.lists.of(0)]).toEqual([0, 5, 6, 6, 5]);
    expect([...rows.lists.of(1)]).toEqual([1, 7, 5, 6]);
    rows.replace(0, "dab");
    expect([...rows.lists.of(0)]).toEqual([0, 8, 5, 6]);
    expect(rows.buckets.buckets).toEqual([1, 2, 3, 4]);
  });

  it("cuts what is hardly a word to 1,024 rows", () => {
    const rows = new TermRows(letters, 1, 27, () => {});
    rows.push("a".repeat(5000));
    expect(rows.lists.longest).toBe(1024);
  });
});

describe("FirstInputRows", () => {
  const rowsFor = (seed: number) => {
    const first = new FirstInputRows(3, seed, form, undefined);
    const rows = { input: new Float32Array(40), stride: 4 };
    first.fillBucket(rows, 2, 55);
    first.fillBucket(rows, 3, 56);
    first.fillBucket(rows, 4, 55);
    first.fillTerm(rows, "a", Uint32Array.of(0, 2));
    first.fillTerm(rows, "b", Uint32Array.of(1), 6);
    return (row: number) => [...rows.input.subarray(4 * row, 4 * row + 4)];
  };

  it("draws by seed and bucket, wherever the row is, and leaves the padding", () => {
    const row = rowsFor(1);
    expect(row(2)).toEqual(row(4));
    expect(row(2)).not.toEqual(row(3));
    expect(row(2)).not.toEqual(rowsFor(2)(2));
    for (const each of [0, 1, 2, 3]) {
      expect(row(each)[3]).toBe(0);
      expect(Math.max(...row(each).map(Math.abs))).toBeLessThanOrEqual(1 / 3);
    }
  });

  const initial = (changes: object = {}) => ({
    terms: ["ab"],
    vectorSize: 2,
    values: Float32Array.of(3, 6),
    metadata: new Map(),
    subwords: { form: { ...form, ...changes }, buckets: Uint32Array.of(4, 9), values: Float32Array.of(1, 2, 3, 4) },
  });

  it("begins with the vectors that are given: the mean of a term's rows is its vector", () => {
    const first = new FirstInputRows(2, 1, form, initial());
    const rows = { input: new Float32Array(6), stride: 2, vectorSize: 2 };
    first.fillBucket(rows, 1, 4);
    first.fillBucket(rows, 2, 9);
    first.fillTerm(rows, "ab", Uint32Array.of(0, 1, 2));
    // own = 3 (3, 6) - (1, 2) - (3, 4)
    expect([...rows.input]).toEqual([5, 12, 1, 2, 3, 4]);
    const lists = new TermLists();
    lists.push([0, 1, 2]);
    expect([...meansOf(lists, 1, rows)]).toEqual([3, 6]);
  });

  it.each([
    ["units", "strokes"],
    ["minLength", 2],
    ["maxLength", 3],
    ["buckets", 50],
  ])("refuses subwords of another form: %s", (part, value) => {
    expect(() => new FirstInputRows(2, 1, form, initial({ [part]: value }) as never)).toThrow(
      `fastText: initialVectors must have subwords of the same form, got ${part} ${value} for ${form[part as "units"]}`,
    );
  });

  it("refuses vectors of another size", () => {
    expect(() => new FirstInputRows(5, 1, form, initial())).toThrow(
      "fastText: initialVectors must be of vectorSize = 5 numbers a term, got 2",
    );
  });
});

it("hands the rows of subwords out ascending by bucket, without padding", () => {
  const rows = new BucketRows(10, 1);
  for (const bucket of [7, 2]) rows.rowOf(bucket);
  const input = Float32Array.of(0, 0, -1, 70, 71, -1, 20, 21, -1);
  const found = subwordRowsOf(rows, form, { input, stride: 3, vectorSize: 2 });
  expect(found).toEqual({ form, buckets: Uint32Array.of(2, 7), values: Float32Array.of(20, 21, 70, 71) });
});

describe("SubwordVectors", () => {
  // The subwords of ab are a and b; the brackets alone are none.
  const bucketsOf = subwordsOf("test", form);
  const [a] = bucketsOf("a");
  const [b] = bucketsOf("b");

  it("divides by all subwords, those without a row among them", () => {
    const rows = { form, buckets: Uint32Array.of(a!), values: Float32Array.of(3, 6) };
    expect([...new SubwordVectors(rows, 2).of("aba")!]).toEqual([2, 4]); // (3 + 0 + 3) / 3
    expect(a).not.toBe(b);
  });

  it("has none for a term without a subword that has a row", () => {
    const rows = { form, buckets: Uint32Array.of(a!), values: Float32Array.of(3, 6) };
    const vectors = new SubwordVectors(rows, 2);
    expect([vectors.of("b"), vectors.of("")]).toEqual([undefined, undefined]);
  });
});

it("refuses n-grams without a bucket, and the shortest longer than the longest", () => {
  expect(() => subwordsOf("who", { ...form, buckets: 0 })).toThrow(
    "who: buckets must be 1 or more where there are n-grams, got 0",
  );
  expect(() => subwordsOf("who", { ...form, minLength: 2 })).toThrow(
    "who: minSubword must be at most maxSubword, got 2 and 1",
  );
  expect(subwordsOf("who", { ...form, maxLength: 0, buckets: 0 })("word")).toEqual([]);
});
