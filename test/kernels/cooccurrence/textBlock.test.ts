import { describe, expect, it } from "vitest";
import { TextBlock } from "../../../dist/kernels/cooccurrence/textBlock.js";

/** So many tokens, each of which is a sentence. */
const batchOf = (tokens: number) => ({
  ids: new Uint32Array(tokens),
  sentenceOffsets: Uint32Array.from({ length: tokens }, (_, i) => i),
  radius: new Uint8Array(tokens).fill(1),
  ...({ firstCentre: 0, endCentre: tokens, windowSize: 1, side: "both" } as const),
});
const sizes = { terms: 1, windowSize: 1 };

describe("TextBlock", () => {
  it("has room for so many bytes, of which each token and each edge of windows takes 4", () => {
    const block = new TextBlock({ ...sizes, reserved: 0, bytes: 400 });
    expect(block.hasRoomFor(batchOf(1000))).toBe(true); // alone
    block.add(batchOf(29)); // 1 + 58 words
    expect(block.hasRoomFor(batchOf(20))).toBe(true);
    expect(block.hasRoomFor(batchOf(21))).toBe(false);
    block.clear();
    expect(block.hasRoomFor(batchOf(1000))).toBe(true);
  });

  it("ends before 4 GiB, however many bytes it may have", () => {
    const reserved = 2 ** 32 - 2 ** 20; // leaves 15 pages, less 64 bytes for the counts of terms
    const block = new TextBlock({ ...sizes, reserved, bytes: 2 ** 40 });
    block.add(batchOf(30_000)); // 60,001 words, of 245,744
    expect(block.hasRoomFor(batchOf(92_871))).toBe(true);
    expect(block.hasRoomFor(batchOf(92_872))).toBe(false);
    block.add(batchOf(92_871));
    expect(block.stretch.to).toBe(reserved + 64 + 4 * 245_743);
    expect(block.memory.buffer.byteLength).toBeLessThanOrEqual(2 ** 32);
  });

  it("refuses terms and workers that leave no room for text, or not for a batch", () => {
    const reserved = 2 ** 32 - 2 ** 17;
    expect(() => new TextBlock({ ...sizes, reserved, bytes: 2 ** 20 })).toThrow(
      new RangeError(
        "accumulateCooccurrence: fewer terms or workers must leave 65536 bytes of 4 GiB for text, got 65472: 1 terms and 4294836224 bytes to count them",
      ),
    );
    const block = new TextBlock({ ...sizes, reserved: 2 ** 32 - 2 ** 20, bytes: 2 ** 40 });
    expect(() => block.add(batchOf(140_000))).toThrow("must leave 1120004 bytes of 4 GiB for text, got 982976");
  });
});
