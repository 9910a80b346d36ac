import { expect, it } from "vitest";
import { HeldDocuments } from "#kernels";

const held = (share: number, documents: number) => {
  const kept = new HeldDocuments(share, documents, 1);
  return Array.from({ length: documents }, (_, number) => kept.has(number));
};

it("keeps a share of the documents aside, the same ones in every pass, none for 0", () => {
  const first = held(0.1, 2000);
  const count = first.filter((isHeld) => isHeld).length;
  expect(Math.abs(count - 200)).toBeLessThan(80);
  expect(held(0.1, 2000)).toEqual(first);
  expect(held(0, 100)).not.toContain(true);
});

it("keeps neighbours together where there are many: 64 of them where 2048 or more are kept aside", () => {
  const many = held(0.1, 40_000);
  for (let start = 0; start < many.length; start += 64) {
    const block = many.slice(start, start + 64);
    expect(block.every((isHeld) => isHeld === block[0])).toBe(true);
  }
  expect(many.filter((isHeld) => isHeld).length).toBeGreaterThan(2000);
});

it("gives them back in words, also after it was saved", () => {
  const kept = new HeldDocuments(0.1, 100, 1);
  kept.push(Uint32Array.of(1, 0), [0]);
  kept.push(Uint32Array.of(2), [1, 2]);
  const again = new HeldDocuments(0.1, 100, 1);
  again.restore(kept.save());
  expect(again.count).toBe(2);
  expect(again.inWords(["the", "peel", "大蒜"])).toEqual([
    { tokens: ["peel", "the"], labels: [0] },
    { tokens: ["大蒜"], labels: [1, 2] },
  ]);
});
