/** A map whose values are made when they are asked for: each by its name, all where all are gone through. Names and their order are known before. */
export class LazyMap<V> implements ReadonlyMap<string, V> {
  readonly #makers: ReadonlyMap<string, () => V>;
  readonly #made = new Map<string, V>();

  constructor(makers: Readonly<Record<string, () => V>>) {
    this.#makers = new Map(Object.entries(makers));
  }

  get size(): number {
    return this.#makers.size;
  }

  has(name: string): boolean {
    return this.#makers.has(name);
  }

  get(name: string): V | undefined {
    const make = this.#makers.get(name);
    if (make && !this.#made.has(name)) this.#made.set(name, make());
    return this.#made.get(name);
  }

  keys(): MapIterator<string> {
    return this.#makers.keys();
  }

  values(): MapIterator<V> {
    return this.#all().values();
  }

  entries(): MapIterator<[string, V]> {
    return this.#all().entries();
  }

  forEach(visit: (value: V, name: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [name, value] of this) visit(value, name, this);
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  #all(): Map<string, V> {
    return new Map(Array.from(this.keys(), (name) => [name, this.get(name)!]));
  }
}
