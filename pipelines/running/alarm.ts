/** Comes due some time after it was set, which is done again once what it stands for was done. */
export class Alarm {
  readonly #milliseconds: () => number;
  readonly #onDue: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isDue = false;

  constructor(milliseconds: () => number, onDue: () => void) {
    this.#milliseconds = milliseconds;
    this.#onDue = onDue;
  }

  get isDue(): boolean {
    return this.#isDue;
  }

  set(): void {
    this.clear();
    this.#timer = setTimeout(() => {
      this.#isDue = true;
      this.#onDue();
    }, this.#milliseconds()).unref();
  }

  /** Leaves it as it is if it was set before. */
  setOnce(): void {
    if (!this.#timer) this.set();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isDue = false;
  }
}
