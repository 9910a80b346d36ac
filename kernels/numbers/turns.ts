/** Loads to try before a thread goes to sleep: about ten microseconds. Spinning on would starve whoever is waited for. */
const SPINS = 2000;

/** Waits, on a thread that may sleep, until a shared counter has reached a value. */
export function waitForTurn(counters: Int32Array, index: number, turn: number): void {
  for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(counters, index) >= turn) return;
  for (;;) {
    const found = Atomics.load(counters, index);
    if (found >= turn) return;
    Atomics.wait(counters, index, found);
  }
}

/** Moves a shared counter on by one, and wakes those who wait for it. */
export function passTurn(counters: Int32Array, index: number): void {
  Atomics.add(counters, index, 1);
  Atomics.notify(counters, index);
}
