const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** The same bytes as a Buffer, which finds one among them several times as fast as another array does. */
function searchable(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Where a byte stands at or behind a place, infinity if nowhere; to be asked in ascending order. */
export function finder(bytes: Uint8Array, byte: number): (from: number) => number {
  const text = searchable(bytes);
  let found = -1;
  return (from) => {
    if (found < from) found = text.indexOf(byte, from);
    if (found < 0) found = Number.POSITIVE_INFINITY;
    return found;
  };
}

/** Every place of a byte, in ascending order. */
export function* placesOf(bytes: Uint8Array, byte: number): Generator<number> {
  const text = searchable(bytes);
  for (let at = text.indexOf(byte); at >= 0; at = text.indexOf(byte, at + 1)) yield at;
}

/** Finds the next line end, "\n", "\r\n" or "\r" alone, at or behind a place; infinity if there is none. */
export function lineEndFinder(bytes: Uint8Array): (from: number) => number {
  const lineFeed = finder(bytes, LINE_FEED);
  const carriageReturn = finder(bytes, CARRIAGE_RETURN);
  return (from) => Math.min(lineFeed(from), carriageReturn(from));
}

/** Every line end of a text. */
export function* lineEnds(bytes: Uint8Array): Generator<number> {
  const next = lineEndFinder(bytes);
  for (let at = next(0); at < bytes.length; at = next(behindLineEnd(bytes, at))) yield at;
}

/** Every line end of a text in which "\r" alone is none. */
export function* lineFeeds(bytes: Uint8Array): Generator<number> {
  for (const at of placesOf(bytes, LINE_FEED)) yield bytes[at - 1] === CARRIAGE_RETURN ? at - 1 : at;
}

/** Where the next line begins. */
export function behindLineEnd(bytes: Uint8Array, at: number): number {
  return bytes[at] === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED ? at + 2 : at + 1;
}

export function countLineEnds(bytes: Uint8Array): number {
  let count = 0;
  for (const _ of lineEnds(bytes)) count++;
  return count;
}

/** How many of the last bytes may be the first ones of a line end, or, where a stream begins, of a byte-order mark. */
export function undecidedLength(bytes: Uint8Array, isBeginning: boolean): number {
  const isPartOfMark = bytes.length < MARK.length && MARK.subarray(0, bytes.length).equals(bytes);
  if (isBeginning && isPartOfMark) return bytes.length;
  return bytes.at(-1) === CARRIAGE_RETURN ? 1 : 0;
}

export function markLength(bytes: Uint8Array): number {
  return MARK.equals(bytes.subarray(0, MARK.length)) ? MARK.length : 0;
}

/** Makes every line end "\n": both "\r\n" and a "\r" alone, as old Macintosh files have it. The same array if there is none. */
export function unifyLineEnds(bytes: Uint8Array): Uint8Array {
  const text = searchable(bytes);
  let at = text.indexOf(CARRIAGE_RETURN);
  if (at < 0) return bytes;
  const unified = new Uint8Array(bytes.length);
  let from = 0;
  let to = 0;
  while (at >= 0) {
    unified.set(bytes.subarray(from, at), to);
    to += at - from;
    unified[to++] = LINE_FEED;
    from = bytes[at + 1] === LINE_FEED ? at + 2 : at + 1;
    at = text.indexOf(CARRIAGE_RETURN, from);
  }
  unified.set(bytes.subarray(from), to);
  return unified.subarray(0, to + bytes.length - from);
}

export function countLineFeeds(bytes: Uint8Array, end = bytes.length): number {
  let count = 0;
  for (const _ of placesOf(bytes.subarray(0, end), LINE_FEED)) count++;
  return count;
}

/**
 * Makes every line end of a stream "\n", takes a byte-order mark away from its beginning, and knows where its bytes lay before.
 * State: the stretch last given out, and a "\r" or a part of a mark that may go on.
 */
export class LineEndUnifier {
  #held: Uint8Array = new Uint8Array(0);
  #consumed: number;
  #start = 0;
  #dropped: number[] = [];
  #passed = 0;

  constructor(offset = 0) {
    this.#consumed = offset;
  }

  /** Bytes of the stream that lie behind what was given out. */
  get consumed(): number {
    return this.#consumed;
  }

  push(chunk: Uint8Array): Uint8Array {
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    const keep = undecidedLength(bytes, this.#consumed === 0);
    this.#held = bytes.slice(bytes.length - keep);
    return this.#unify(bytes.subarray(0, bytes.length - keep));
  }

  end(): Uint8Array {
    const rest = this.#held;
    this.#held = new Uint8Array(0);
    return this.#unify(rest);
  }

  /** Where in the stream lies what lies here in the stretch last given out; to be asked in ascending order. */
  offsetOf(position: number): number {
    while (this.#dropped[this.#passed]! < position) this.#passed++;
    return this.#start + position + this.#passed;
  }

  #unify(bytes: Uint8Array): Uint8Array {
    const text = this.#consumed === 0 ? bytes.subarray(markLength(bytes)) : bytes;
    this.#start = this.#consumed + bytes.length - text.length;
    this.#consumed += bytes.length;
    this.#dropped = droppedReturns(text);
    this.#passed = 0;
    return unifyLineEnds(text);
  }
}

/** The line feeds of the unified text before which a carriage return was dropped. */
function droppedReturns(bytes: Uint8Array): number[] {
  const dropped: number[] = [];
  for (const at of placesOf(bytes, CARRIAGE_RETURN)) if (bytes[at + 1] === LINE_FEED) dropped.push(at - dropped.length);
  return dropped;
}
