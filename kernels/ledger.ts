/**
 * What a run counted: tokens read, left out and used, bytes, faults in the input. Nothing is dropped without a line here.
 * State: one number per counter and place.
 */
export class Ledger {
  readonly #counts = new Map<string, number>();
  readonly #children = new Map<string, Ledger>();

  /** Adds `amount` to a counter, such as `read` or `rejected`. */
  add(counter: string, amount: number): void {
    this.#counts.set(counter, this.get(counter) + amount);
  }

  get(counter: string): number {
    return this.#counts.get(counter) ?? 0;
  }

  /** The ledger of a part: a branch, a file. Made when first asked for. */
  child(name: string): Ledger {
    const existing = this.#children.get(name);
    if (existing) return existing;
    const made = new Ledger();
    this.#children.set(name, made);
    return made;
  }

  /** Adds all that another ledger counted. */
  absorb(other: Ledger): void {
    for (const [counter, amount] of other.counts) this.add(counter, amount);
    for (const [name, part] of other.children) this.child(name).absorb(part);
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  get children(): ReadonlyMap<string, Ledger> {
    return this.#children;
  }
}
