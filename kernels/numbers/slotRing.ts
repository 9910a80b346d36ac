/**
 * A ring of slots in shared memory, through which one thread hands work to others. Its state is int32: slots published, slots taken,
 * whether to stop, and how often the first or third of these changed.
 */
export const PUBLISHED = 0;
export const TAKEN = 1;
export const STOPPED = 2;
export const CHANGES = 3;
export const CONTROL_LENGTH = 4;

/** Slots in the ring. */
export const SLOTS = 8;

/** A slot that was worked through: which turn it was (slots count on), and what `StepStats` wants. */
export interface SlotDone {
  readonly turn: number;
  readonly loss: number;
  readonly examples: number;
}

/** Works through slot after slot as they are published, until told to stop: all of them, or each the next that nobody has taken. Blocks. */
export function takeSlots(state: Int32Array, all: boolean, work: (turn: number) => void): void {
  const nextTurn = (turn: number) => (all ? turn + 1 : Atomics.add(state, TAKEN, 1));
  for (let turn = nextTurn(-1); waitFor(state, turn); turn = nextTurn(turn)) work(turn);
}

/** Takes a slot that nobody has taken, if at least so many wait; without waiting for one. */
export function takeWaiting(state: Int32Array, least: number): number | undefined {
  const turn = Atomics.load(state, TAKEN);
  if (Atomics.load(state, PUBLISHED) - turn < least) return undefined;
  return Atomics.compareExchange(state, TAKEN, turn, turn + 1) === turn ? turn : undefined;
}

/** Whether the slot of a turn was published; false once work is to stop instead. */
function waitFor(state: Int32Array, turn: number): boolean {
  for (;;) {
    const changes = Atomics.load(state, CHANGES); // read first: a change after this ends the wait at once
    if (Atomics.load(state, PUBLISHED) > turn) return true;
    if (Atomics.load(state, STOPPED) === 1) return false;
    Atomics.wait(state, CHANGES, changes);
  }
}
