import { expect, it } from "vitest";
import { Ledger } from "#runtime";

it("Ledger adds up each counter, and knows no counter as 0", () => {
  const ledger = new Ledger();
  ledger.add("read", 3);
  ledger.add("read", 4);
  ledger.add("rejected", 0);
  expect(ledger.get("read")).toBe(7);
  expect(ledger.get("pruned")).toBe(0);
  expect([...ledger.counts]).toEqual([
    ["read", 7],
    ["rejected", 0],
  ]);
});

it("Ledger keeps the counts of its parts apart, one part per name", () => {
  const ledger = new Ledger();
  ledger.child("a.txt").add("invalidBytes", 1);
  ledger.child("a.txt").add("invalidBytes", 1);
  ledger.child("__proto__").add("invalidBytes", 5);
  expect(ledger.get("invalidBytes")).toBe(0);
  expect([...ledger.children.keys()]).toEqual(["a.txt", "__proto__"]);
  expect(ledger.child("a.txt").get("invalidBytes")).toBe(2);
});

it("Ledger hands over what it counted once, and its parts count on", () => {
  const [draft, ledger] = [new Ledger(), new Ledger()];
  const part = draft.child("a.txt");
  ledger.add("bytes", 1);
  draft.add("bytes", 2);
  part.add("bytes", 2);
  draft.moveTo(ledger);
  part.add("bytes", 3);
  draft.moveTo(ledger);
  expect([ledger.get("bytes"), ledger.child("a.txt").get("bytes")]).toEqual([3, 5]);
  expect([draft.get("bytes"), part.get("bytes")]).toEqual([0, 0]);
});
