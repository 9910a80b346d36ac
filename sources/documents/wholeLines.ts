const LINE_FEED = 0x0a;

/**
 * Cuts what comes behind its last line end, so that a batch can end between two lines.
 * State: what came since, of at most `limit` bytes; a longer line is passed on in parts.
 */
export class WholeLines {
  readonly #limit: number;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What came behind the last line end. */
  get rest(): Uint8Array {
    return this.#rest;
  }

  /** What can be passed on; it may be nothing. */
  push(chunk: Uint8Array): Uint8Array {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const lineEnd = bytes.lastIndexOf(LINE_FEED) + 1;
    const end = lineEnd === 0 && bytes.length >= this.#limit ? bytes.length : lineEnd;
    this.#rest = bytes.slice(end);
    return bytes.subarray(0, end);
  }
}
