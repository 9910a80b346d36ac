import type { TextAlignment } from "../../schemas/text.js";
import { sequenceLength } from "./utf8.js";

/**
 * Notes, while text is normalised, how the positions in it shift against the original, in UTF-16 units. Inside a replacement
 * that is longer than what it stands for, positions stop at the end of the original: "ﷺ" has one place for its 18 letters.
 */
export class AlignmentRecorder {
  /** Units that the document has lost so far. */
  shift = 0;
  #at: number[] = [];
  #shifts: number[] = [];

  startPiece(): void {
    this.#at = [];
    this.#shifts = [];
    if (this.shift !== 0) this.#add(0, this.shift);
  }

  startDocument(): void {
    this.shift = 0;
  }

  /** bytes[start, end) was written for so many units of the original. */
  wrote(bytes: Uint8Array, start: number, end: number, unitsBefore: number): void {
    let units = 0;
    for (let at = start; at < end; ) {
      const size = sequenceLength(bytes[at]!);
      if (units > unitsBefore) this.#add(at, this.shift + unitsBefore - units);
      units += unitsOf(size);
      at += size;
    }
    if (units === unitsBefore) return;
    this.shift += unitsBefore - units;
    this.#add(end, this.shift);
  }

  /** Forgets what `wrote` was told of bytes[start, end), the last thing written. */
  tookBack(bytes: Uint8Array, start: number, end: number, unitsBefore: number): void {
    this.shift += unitsIn(bytes.subarray(start, end)) - unitsBefore;
    while (this.#at.length > 0 && this.#at.at(-1)! > start) {
      this.#at.pop();
      this.#shifts.pop();
    }
  }

  get alignment(): TextAlignment {
    return { at: Uint32Array.from(this.#at), shift: Int32Array.from(this.#shifts) };
  }

  #add(at: number, shift: number): void {
    this.#at.push(at);
    this.#shifts.push(shift);
  }
}

/** UTF-16 units of a code point that has so many bytes in UTF-8. */
export function unitsOf(size: number): number {
  return size < 4 ? 1 : 2;
}

/** UTF-16 units of a text in UTF-8. */
export function unitsIn(bytes: Uint8Array): number {
  let units = 0;
  for (let at = 0; at < bytes.length; ) {
    const size = sequenceLength(bytes[at]!);
    units += unitsOf(size);
    at += size;
  }
  return units;
}
