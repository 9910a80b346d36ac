/** A ledger as data: counters with their amounts, and the parts by name. */
export interface LedgerRecord {
  readonly counts: readonly (readonly [counter: string, amount: number])[];
  readonly children: readonly (readonly [name: string, part: LedgerRecord])[];
}

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

  /** Hands all that was counted over to another ledger, and counts on from nothing. */
  moveTo(other: Ledger): void {
    for (const [counter, amount] of this.#counts) other.add(counter, amount);
    this.#counts.clear();
    for (const [name, part] of this.#children) part.moveTo(other.child(name));
  }

  toJSON(): LedgerRecord {
    return { counts: [...this.#counts], children: [...this.#children].map(([name, part]) => [name, part.toJSON()]) };
  }

  /** Takes in what another ledger had, as data. */
  restore({ counts, children }: LedgerRecord): void {
    for (const [counter, amount] of counts) this.add(counter, amount);
    for (const [name, part] of children) this.child(name).restore(part);
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  get children(): ReadonlyMap<string, Ledger> {
    return this.#children;
  }
}
