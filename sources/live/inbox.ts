interface InboxOptions {
  /** About how much is handed out at once. */
  readonly groupSize: number;
  /** How much may wait to be taken. */
  readonly capacity: number;
  /** Milliseconds after which what is there is handed out, however little. */
  readonly wait: number;
}

/**
 * Where what arrives by itself waits to be taken: many small items are handed out together.
 * State: items of `capacity` and one more, if whoever puts them in looks at `isFull`.
 */
export class Inbox<T> {
  readonly #options: InboxOptions;
  readonly #items: T[] = [];
  readonly #sizes: number[] = [];
  #size = 0;
  /** The first item has waited long enough. */
  #isDue = false;
  #timer: NodeJS.Timeout | undefined;
  #end: { readonly error?: unknown } | undefined;
  #wakeTaker = () => {};
  #wakePutter = () => {};

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  get isFull(): boolean {
    return this.#size >= this.#options.capacity;
  }

  get isOver(): boolean {
    return this.#end !== undefined;
  }

  /** How much waits to be taken. */
  get size(): number {
    return this.#size;
  }

  put(item: T, size: number): void {
    this.#items.push(item);
    this.#sizes.push(size);
    this.#size += size;
    this.#arm();
    if (this.#isReady) this.#wakeTaker();
  }

  /** Resolves once there is room again, or nothing more is wanted. */
  async room(): Promise<void> {
    while (this.isFull && !this.isOver)
      await new Promise<void>((resolve) => {
        this.#wakePutter = resolve;
      });
  }

  /** Nothing more comes; with an error, `take` throws it once all is taken. */
  end(error?: unknown): void {
    this.#end ??= error === undefined ? {} : { error };
    clearTimeout(this.#timer);
    this.#wakeTaker();
    this.#wakePutter();
  }

  /** What has come: a group's worth if that is there, else what came within the wait. Nothing once all is over. */
  async take(): Promise<T[]> {
    while (!this.#isReady)
      await new Promise<void>((resolve) => {
        this.#wakeTaker = resolve;
      });
    if (this.#items.length === 0 && this.#end && "error" in this.#end) throw this.#end.error;
    let count = 0;
    let size = 0;
    while (count < this.#items.length && size < this.#options.groupSize) size += this.#sizes[count++]!;
    this.#sizes.splice(0, count);
    this.#size -= size;
    this.#isDue = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const group = this.#items.splice(0, count);
    if (this.#items.length > 0) this.#arm();
    this.#wakePutter();
    return group;
  }

  get #isReady(): boolean {
    return this.#isDue || this.#size >= this.#options.groupSize || this.isOver;
  }

  #arm(): void {
    if (this.isOver || this.#isDue) return;
    this.#timer ??= setTimeout(() => {
      this.#isDue = true;
      this.#wakeTaker();
    }, this.#options.wait);
  }
}

/**
 * Reads ahead, a bounded bit, and passes on in groups what has come.
 * State: an `Inbox`. When it is left, `items` is closed once it gives its next item or ends; whoever opened it makes it do so.
 */
export async function* gather<T>(
  items: AsyncIterable<T>,
  sizeOf: (item: T) => number,
  options: InboxOptions,
): AsyncGenerator<T[]> {
  const inbox = new Inbox<T>(options);
  const fill = async () => {
    for await (const item of items) {
      if (inbox.isOver) return;
      inbox.put(item, sizeOf(item));
      if (inbox.isFull) await inbox.room();
    }
  };
  fill().then(
    () => inbox.end(),
    (error: unknown) => inbox.end(error),
  );
  try {
    for (let group = await inbox.take(); group.length > 0; group = await inbox.take()) yield group;
  } finally {
    inbox.end();
  }
}
