import { expect, it } from "vitest";
import { RecentTexts } from "#kernels";
import { copyState } from "../../support/copyState.js";

const text = (...ids: number[]) => ({ ids: Uint32Array.from(ids), labels: [ids[0]!, 7], weight: 0.5, generation: 3 });
const firstIds = (texts: RecentTexts) => texts.all().map(({ ids }) => ids[0]);

it("keeps the most recent texts, oldest first", () => {
  const texts = new RecentTexts(3, 100);
  for (const id of [1, 2, 3, 4, 5]) texts.add(text(id));
  expect(firstIds(texts)).toEqual([3, 4, 5]);
  expect([texts.size, texts.at(0)]).toEqual([3, text(3)]);
});

it("keeps at most so many words, and no text that has more alone", () => {
  const texts = new RecentTexts(10, 5);
  for (const each of [text(1, 1), text(2, 2), text(3, 3), text(4, 4, 4, 4, 4, 4)]) texts.add(each);
  expect(firstIds(texts)).toEqual([2, 3]);
  texts.add(text(5, 5, 5, 5, 5));
  expect(firstIds(texts)).toEqual([5]);
  const none = new RecentTexts(0, 5);
  none.add(text(1));
  expect(none.size).toBe(0);
});

it("goes on from where it was saved", () => {
  const texts = new RecentTexts(3, 100);
  for (const each of [text(1), text(2, 2), text(3), text(4, 4, 4)]) texts.add(each);
  const next = new RecentTexts(3, 100);
  next.restore(copyState(texts.save()));
  expect(next.all()).toEqual(texts.all());
  next.add(text(5));
  expect(firstIds(next)).toEqual([3, 4, 5]);
});
