const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Bytes that become one text; a short piece of it may keep all of it in memory. */
const BLOCK = 4096;

/**
 * Makes texts of many pieces of UTF-8. Those of ASCII are cut out of one text, since a text is made of many pieces in little more time than of
 * one. State: the texts, and a block of pieces that are waiting.
 */
export class TextMaker {
  readonly #texts: string[] = [];
  readonly #block = new Uint8Array(BLOCK);
  #length = 0;
  /** Which texts are waiting, and where each ends in the block. */
  #waiting: number[] = [];
  #ends: number[] = [];

  /** The next piece is bytes[start, end). */
  add(bytes: Uint8Array, start: number, end: number): void {
    if (this.#length + end - start > BLOCK) this.#cut();
    if (this.#copies(bytes, start, end)) {
      this.#length += end - start;
      this.#waiting.push(this.#texts.length);
      this.#ends.push(this.#length);
      this.#texts.push("");
    } else this.#texts.push(decoder.decode(bytes.subarray(start, end)));
  }

  /** All texts, in the order of their pieces. */
  finish(): string[] {
    this.#cut();
    return this.#texts;
  }

  /** Copies a piece into the block if it fits in, and is ASCII. */
  #copies(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start > BLOCK) return false;
    let bits = 0;
    for (let at = start, to = this.#length; at < end; at++, to++) {
      bits |= bytes[at]!;
      this.#block[to] = bytes[at]!;
    }
    return bits < 0x80;
  }

  #cut(): void {
    const text = decoder.decode(this.#block.subarray(0, this.#length));
    let start = 0;
    for (const [i, end] of this.#ends.entries()) {
      this.#texts[this.#waiting[i]!] = text.slice(start, end);
      start = end;
    }
    this.#length = 0;
    this.#waiting = [];
    this.#ends = [];
  }
}
