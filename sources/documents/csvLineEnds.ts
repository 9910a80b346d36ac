import { behindLineEnd, finder, lineEndFinder } from "./lineEnds.js";

const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const QUOTE = 0x22;
const NOWHERE = -2;

/**
 * Finds the line ends of CSV that stand outside quotes, wherever the text is cut into chunks. Only a quote at the beginning of a cell
 * opens one, so that a stray quote, an inch sign, spoils no more than its own record.
 */
export class CsvLineEnds {
  #isQuoted = false;
  /** The byte before the chunk. */
  #previous = LINE_FEED;
  /** The last quote that closed a cell, in the chunk; -1 is the last byte before it. */
  #closedAt = NOWHERE;

  /** What follows begins a record. */
  reset(): void {
    this.#isQuoted = false;
    this.#previous = LINE_FEED;
    this.#closedAt = NOWHERE;
  }

  get isQuoted(): boolean {
    return this.#isQuoted;
  }

  *in(chunk: Uint8Array): Generator<number> {
    const nextQuote = finder(chunk, QUOTE);
    const nextLineEnd = lineEndFinder(chunk);
    for (let at = 0; at < chunk.length; ) {
      const quote = nextQuote(at);
      const lineEnd = this.#isQuoted ? Number.POSITIVE_INFINITY : nextLineEnd(at);
      if (lineEnd < quote) {
        at = behindLineEnd(chunk, lineEnd);
        yield lineEnd;
      } else {
        if (quote < chunk.length) this.#pass(quote, chunk);
        at = quote + 1;
      }
    }
    this.#closedAt = this.#closedAt === chunk.length - 1 ? -1 : NOWHERE;
    this.#previous = chunk.at(-1) ?? this.#previous;
  }

  /** A quote directly behind one that closed a cell opens it again: together they stand for one quote. */
  #pass(quote: number, chunk: Uint8Array): void {
    const before = quote > 0 ? chunk[quote - 1] : this.#previous;
    const isCellStart = before === COMMA || before === LINE_FEED || before === CARRIAGE_RETURN;
    if (this.#isQuoted) this.#closedAt = quote;
    this.#isQuoted = !this.#isQuoted && (isCellStart || this.#closedAt === quote - 1);
  }
}
