const ROOM = 1024;

/** A list of numbers that doubles its room. */
export class GrowingNumbers {
  #values = new Uint32Array(ROOM);
  length = 0;

  /** A view, up to the next change. */
  get values(): Uint32Array {
    return this.#values.subarray(0, this.length);
  }

  push(value: number): void {
    this.#reserve(1);
    this.#values[this.length++] = value;
  }

  pushAll(values: Uint32Array): void {
    this.#reserve(values.length);
    this.#values.set(values, this.length);
    this.length += values.length;
  }

  /** The numbers, in memory of their own, of which none are left here. */
  take(): Uint32Array {
    const taken = this.#values.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  /** None are left, and no more memory is held than at first. */
  clear(): void {
    this.#values = new Uint32Array(ROOM);
    this.length = 0;
  }

  #reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.#values.length) return;
    const grown = new Uint32Array(Math.max(needed, 2 * this.#values.length));
    grown.set(this.#values);
    this.#values = grown;
  }
}
