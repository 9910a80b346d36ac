import { describe, expect, it } from "vitest";
import type { TokenBatch } from "#schemas";
import { TextSample } from "../../../dist/kernels/vocabulary/textSample.js";

const batch = (ids: number[], documentOffsets: number[], size: number): TokenBatch => ({
  lexicon: {
    size,
    prunedOccurrences: 0,
    term: (id: number) => ["a", "bb", "猫", "dddd", "ee", "ff"][id],
    count: () => 0,
  },
  ids: Uint32Array.from(ids),
  documentOffsets: Uint32Array.from(documentOffsets),
  sentenceOffsets: Uint32Array.from(documentOffsets),
});

describe("TextSample", () => {
  // Four distinct terms in four tokens, six in eight; the second document goes on in the second batch.
  const sample = new TextSample();
  sample.add(batch([0, 1, 2, 3], [0, 2], 4));
  sample.add(batch([0, 1, 4, 5], [2], 6));

  it("counts a text that is the sample", () => {
    // Six terms of 1, 2, 1, 4, 2 and 2 characters. Documents {0 1} {2 3 0 1} {4 5}: 2 + 4 + 2 cells.
    expect(sample.sizes(1)).toEqual({
      documents: 3,
      tokens: 8,
      commonest: 2,
      types: 6,
      termLength: 2,
      labels: 0,
      cells: 8,
    });
    expect(sample.termsWith(1, 1)).toBe(6);
    expect(sample.termsWith(2, 1)).toBe(2);
  });

  it("expects distinct terms by Heaps' law, and all else in proportion", () => {
    // From four tokens to eight terms grow by 6 / 4, so from eight to sixteen by as much: 9.
    expect(sample.sizes(2)).toEqual({
      documents: 6,
      tokens: 16,
      commonest: 4,
      types: 9,
      termLength: 2,
      labels: 0,
      cells: 16,
    });
  });

  it("expects terms that occur n times by those that occur at all in the n-th part of the text", () => {
    // Two terms occur twice in eight tokens, where four occur in the first four: half as many. Sixteen tokens have half of the six in eight.
    expect(sample.termsWith(2, 2)).toBe(3);
  });
});
