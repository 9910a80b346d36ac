import { expect, it } from "vitest";
import { SentenceEnds } from "#kernels";

const batch = (ids: number[], sentenceOffsets: number[], documentOffsets: number[], wordOffsets?: number[]) => ({
  ids: Uint32Array.from(ids),
  sentenceOffsets: Uint32Array.from(sentenceOffsets),
  documentOffsets: Uint32Array.from(documentOffsets),
  ...(wordOffsets ? { wordOffsets: Uint32Array.from(wordOffsets) } : {}),
});

it("puts an id behind each sentence that has some, and moves the starts behind it", () => {
  const ends = new SentenceEnds(9);
  expect(ends.push(batch([1, 2, 3], [0, 2, 2], [0, 2]))).toEqual(batch([1, 2, 9, 3], [0, 3, 3], [0, 3]));
  expect(ends.push(batch([4], [], []))).toEqual(batch([4], [], []));
  expect(ends.push(batch([5], [0], [0]))).toEqual(batch([9, 5], [1], [1])); // it ends where the next begins
  expect(ends.rest()).toEqual(batch([9], [], []));
  expect(ends.rest()).toBeUndefined();
  expect(ends.takeAdded()).toBe(3);
  expect(ends.takeAdded()).toBe(0);
});

it("makes the id a word of its own among pieces", () => {
  const ends = new SentenceEnds(9);
  // words 1 2, 3 and one without pieces; the next sentence has 4
  expect(ends.push(batch([1, 2, 3, 4], [0, 3], [0], [0, 2, 3, 3]))).toEqual(
    batch([1, 2, 3, 9, 4], [0, 4], [0], [0, 2, 3, 4, 4]),
  );
  expect(ends.rest()).toEqual(batch([9], [], [], [0]));
});

it("goes on from its state", () => {
  const ends = new SentenceEnds(9);
  ends.push(batch([1], [0], [0]));
  const other = new SentenceEnds(9);
  other.restore(ends.save());
  expect(other.push(batch([2], [0], [0]))).toEqual(batch([9, 2], [1], [1]));
});
