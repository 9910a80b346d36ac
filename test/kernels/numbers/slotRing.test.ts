import { expect, it } from "vitest";
import { CONTROL_LENGTH, PUBLISHED, STOPPED, takeSlots, takeWaiting } from "#kernels";

const ring = (published: number) => {
  const state = new Int32Array(new SharedArrayBuffer(4 * CONTROL_LENGTH));
  state[PUBLISHED] = published;
  return state;
};

it("takes a slot that waits only if so many do, and leaves the others to those that take them in turn", () => {
  const state = ring(3);
  expect(takeWaiting(state, 4)).toBeUndefined();
  expect(takeWaiting(state, 3)).toBe(0);
  expect(takeWaiting(state, 3)).toBeUndefined();
  state[STOPPED] = 1;
  const turns: number[] = [];
  takeSlots(state, false, (turn) => turns.push(turn));
  expect(turns).toEqual([1, 2]);
  expect(takeWaiting(state, 1)).toBeUndefined(); // one was asked for beyond the last
});
