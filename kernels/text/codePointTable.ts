/**
 * Tables of one byte per code point, made from the engine's own Unicode properties, so that they are of the same version as its
 * regular expressions.
 */

export interface Coat {
  readonly pattern: string;
  readonly as: number;
  /** Only code points that had this class before. */
  readonly over?: number;
}

/**
 * Fills a table with one class, then gives every match of a pattern its own; a later pattern covers the earlier ones.
 * @param text the code points in which they are looked for, in order
 */
export function paint(ground: number, coats: readonly Coat[], text = codePoints()): Uint8Array {
  const table = new Uint8Array(0x110000).fill(ground);
  for (const { pattern, as, over } of coats) {
    for (const { 0: run, index } of text.matchAll(new RegExp(`(?:${pattern})+`, "gu"))) {
      const start = text.codePointAt(index)!;
      const end = text.codePointAt(index + run.length)!;
      if (over === undefined) table.fill(as, start, end);
      else for (let at = start; at < end; at++) if (table[at] === over) table[at] = as;
    }
  }
  return table;
}

// Planes 4 to 13 hold nothing, 15 and 16 are for private use.
const planesInUse = [1, 2, 3, 14];

// To every pattern alike: what is not assigned or for private use, and the ideographs of which a dictionary tells more than Unicode does.
const alike = /([\p{Cn}\p{Co}])[\p{Cn}\p{Co}]+|(\p{Unified_Ideograph})\p{Unified_Ideograph}+/gu;

let codePointsWhenNeeded: string | undefined;

/**
 * Code points in order, of those in a row that are alike the first alone: a fifth of all. Each stands for those up to the next. Every
 * plane ends with two that are not assigned, so a run of matches never goes on in the next.
 */
function codePoints(): string {
  codePointsWhenNeeded ??= everyCodePoint().replace(alike, "$1$2");
  return codePointsWhenNeeded;
}

/** Those of plane 0, and of further ones. */
export function everyCodePoint(planes: readonly number[] = planesInUse): string {
  const units = new Uint16Array(0x10000 + planes.length * 0x20000);
  for (let unit = 0; unit < 0x10000; unit++) units[unit] = unit;
  units.fill(0, 0xd800, 0xe000); // surrogates, which UTF-8 cannot write
  let end = 0x10000;
  for (const plane of planes) {
    for (let low = 0; low < 0x10000; low++) {
      units[end++] = 0xd800 + ((plane - 1) << 6) + (low >> 10);
      units[end++] = 0xdc00 + (low & 0x3ff);
    }
  }
  return new TextDecoder("utf-16le", { ignoreBOM: true }).decode(units);
}
