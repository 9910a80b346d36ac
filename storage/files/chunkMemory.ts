/**
 * Memory into which chunks of a file are read. Where nobody keeps a chunk, the same is written anew once all that was lent is done with: to read
 * into new memory takes several times as long.
 * State: the chunks that were lent since the last release, and those that are free, as many as were ever lent at once.
 */
export class ChunkMemory {
  readonly #chunkSize: number;
  readonly #reuses: boolean;
  #lent: Uint8Array<ArrayBuffer>[] = [];
  #free: Uint8Array<ArrayBuffer>[] = [];

  constructor(chunkSize: number, reuses: boolean) {
    this.#chunkSize = chunkSize;
    this.#reuses = reuses;
  }

  /** Room for a chunk; only whole ones are used again. */
  take(length: number): Uint8Array<ArrayBuffer> {
    const isWhole = length === this.#chunkSize;
    return (isWhole ? this.#free.pop() : undefined) ?? new Uint8Array(length);
  }

  /** A chunk goes to whoever reads it. */
  lend(chunk: Uint8Array<ArrayBuffer>): void {
    if (this.#reuses && chunk.length === this.#chunkSize) this.#lent.push(chunk);
  }

  /** Nobody reads any more what was lent. */
  release(): void {
    this.#free.push(...this.#lent.splice(0));
  }
}
