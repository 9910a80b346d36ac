/** Adds up whole numbers, each below 2^53, of which the sum may be larger. */
export class ExactSum {
  #large = 0n;
  #small = 0;

  add(amount: number): void {
    if (amount > Number.MAX_SAFE_INTEGER - this.#small) {
      this.#large += BigInt(this.#small);
      this.#small = 0;
    }
    this.#small += amount;
  }

  get total(): bigint {
    return this.#large + BigInt(this.#small);
  }
}
