const growth = 1.5;

/**
 * Rows of numbers, one behind the other. State: the rows, grown by half where there are more than expected; memory is reserved for those that
 * are expected, but pages that nothing is written to are not taken.
 */
export class RowBuffer {
  #values: Float32Array;
  #count = 0;

  constructor(
    readonly vectorSize: number,
    expectedRows: number,
  ) {
    this.#values = new Float32Array(Math.max(1, expectedRows) * vectorSize);
  }

  get count(): number {
    return this.#count;
  }

  /** Room for the numbers of the next row, to be filled before `keep`. */
  next(): Float32Array {
    const start = this.#count * this.vectorSize;
    if (start + this.vectorSize > this.#values.length) {
      const larger = new Float32Array(Math.ceil((this.#count + 1) * growth) * this.vectorSize);
      larger.set(this.#values);
      this.#values = larger;
    }
    return this.#values.subarray(start, start + this.vectorSize);
  }

  keep(): void {
    this.#count++;
  }

  get values(): Float32Array {
    return this.#values.subarray(0, this.#count * this.vectorSize);
  }
}
