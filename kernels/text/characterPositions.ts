import type { StageState } from "../../schemas/state.js";
import type { TextAlignment } from "../../schemas/text.js";

/**
 * Where each byte of a text lies in its original document, in UTF-16 code units.
 *
 * State: the position and the shift that `normalize` reports, both from the start of the document.
 */
export class CharacterPositions {
  #units = 0;
  #shift = 0;

  save(): StageState {
    return { facts: { units: this.#units, shift: this.#shift }, arrays: {} };
  }

  restore({ facts }: StageState): void {
    this.#units = facts.units as number;
    this.#shift = facts.shift as number;
  }

  startDocument(): void {
    this.#units = 0;
    this.#shift = 0;
  }

  /**
   * Goes on with `bytes[from, to)`: positions[i] becomes the place of the code point that begins at byte i, and positions[to] that of
   * the text's end.
   */
  measure(
    bytes: Uint8Array,
    from: number,
    to: number,
    alignment: TextAlignment | undefined,
    positions: Uint32Array,
  ): void {
    const at = alignment?.at ?? noPoints;
    const startsDocument = this.#units === 0; // a point here is that of the document which ends here
    let point = firstNotBelow(at, startsDocument ? from + 1 : from);
    let units = this.#units;
    let shift = this.#shift;
    for (let i = from; i < to; i++) {
      while (at[point] === i) shift = alignment!.shift[point++]!;
      positions[i] = units + shift;
      const byte = bytes[i]!;
      if (byte < 0x80 || byte >= 0xc0) units += byte < 0xf0 ? 1 : 2;
    }
    while (at[point] === to) shift = alignment!.shift[point++]!;
    positions[to] = units + shift;
    this.#units = units;
    this.#shift = shift;
  }
}

const noPoints = new Uint32Array(0);

/** The first index of an ascending list whose value is at least `least`. */
function firstNotBelow(ascending: Uint32Array, least: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
