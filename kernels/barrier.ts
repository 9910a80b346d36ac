/** Loads to try before a thread goes to sleep: about ten microseconds. Spinning on would starve whoever is waited for. */
const SPINS = 2000;

/** Holds threads until all have arrived. State: two shared numbers, arrivals and generation; used again and again. */
export class Barrier {
  constructor(
    readonly state: Int32Array,
    readonly threads: number,
  ) {}

  /** Returns once every thread has called it; the last to arrive runs `then` before the others go on. */
  wait(then: () => void = () => {}): void {
    const generation = Atomics.load(this.state, 1);
    if (Atomics.add(this.state, 0, 1) === this.threads - 1) {
      then();
      Atomics.store(this.state, 0, 0);
      Atomics.add(this.state, 1, 1);
      Atomics.notify(this.state, 1);
      return;
    }
    for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(this.state, 1) !== generation) return;
    while (Atomics.load(this.state, 1) === generation) Atomics.wait(this.state, 1, generation);
  }
}
