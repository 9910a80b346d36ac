import fc from "fast-check";
import { expect, it } from "vitest";
import { type TextShard, TextShards } from "#kernels";
import type { TextBatch } from "#schemas";
import { caseCount } from "../../support/shortOrLong.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A batch of bytes from some place on in all texts end to end. */
function batchOf(all: Uint8Array, starts: readonly number[], from: number, to: number): TextBatch {
  const inside = starts.flatMap((start, k) => (start >= from && start < to ? [{ start: start - from, k }] : []));
  return {
    bytes: all.subarray(from, to),
    documentOffsets: Uint32Array.from(inside, ({ start }) => start),
    documents: { labels: inside.map(({ k }) => [`label ${k}`]) },
    position: { source: "texts", offset: to, documents: inside.length },
  };
}

const textsOf = ({ bytes, documentOffsets, labels }: TextShard) =>
  Array.from(documentOffsets, (start, k) => ({
    text: decoder.decode(bytes.subarray(start, documentOffsets[k + 1] ?? bytes.length)),
    label: labels[k]![0],
  }));

it("cuts before the last text that has begun, once there are so many bytes", () => {
  const shards = new TextShards(5);
  const all = encoder.encode("abcdefgh");
  expect(shards.add(batchOf(all, [0, 2], 0, 4))).toBeUndefined(); // 4 bytes
  const first = shards.add(batchOf(all, [0, 2, 7], 4, 8))!;
  expect(textsOf(first)).toEqual([
    { text: "ab", label: "label 0" },
    { text: "cdefg", label: "label 1" },
  ]);
  expect(textsOf(shards.finish()!)).toEqual([{ text: "h", label: "label 2" }]);
  expect(shards.finish()).toBeUndefined();
});

it("passes on every text once and in order, empty ones too, wherever batches end", () => {
  const texts = fc.array(fc.constantFrom("", "a", "garlic", "大蒜", "peel the garlic"), {
    minLength: 1,
    maxLength: 30,
  });
  const cutsOf = fc.array(fc.nat(200), { maxLength: 8 });
  fc.assert(
    fc.property(texts, cutsOf, fc.integer({ min: 1, max: 60 }), (given, cuts, least) => {
      const all = encoder.encode(given.join(""));
      let at = 0;
      const starts = given.map((text) => {
        const start = at;
        at += encoder.encode(text).length;
        return start;
      });
      // What begins at the very end belongs to the last batch.
      const ends = [...new Set(cuts.filter((cut) => cut < all.length)), all.length + 1].sort((x, y) => x - y);
      const shards = new TextShards(least);
      const found: (TextShard | undefined)[] = ends.map((end, i) =>
        shards.add(batchOf(all, starts, ends[i - 1] ?? 0, end)),
      );
      const passed = [...found, shards.finish()].filter((shard) => shard !== undefined);
      expect(passed.flatMap(textsOf)).toEqual(given.map((text, k) => ({ text, label: `label ${k}` })));
    }),
    { seed: 6, numRuns: caseCount(60) },
  );
});
