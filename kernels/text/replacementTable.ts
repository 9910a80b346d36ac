import type { NormalizationOptions } from "../../schemas/text.js";
import { characterMapping, diacritics, invisibles } from "./characterMapping.js";
import { joinsBefore } from "./joiningCharacters.js";
import { StretchCache } from "./stretchCache.js";

/** A code point stays as it is. */
export const IDENTITY = 1;
/** A code point may change, or be changed by, what stands before it. */
export const JOINER = 2;
/** As a joiner, and what stands after it joins, too. */
export const GLUE = 3;
/** The replacement is in the entry: its length in bits 24 and 25, its bytes below, the first one highest. It is not longer. */
export const INLINE = 1 << 28;
/** The entry holds the place of the replacement in a byte arena: its length, its bytes. */
const ARENA = 1 << 29;

const CAPITAL_A = 0x41;
const isCapital = (byte: number): boolean => byte >= CAPITAL_A && byte <= 0x5a;

const encoder = new TextEncoder();

/**
 * For each code point, what becomes of it where nothing joins it. Filled when a code point is first met.
 * Memory: 4.5 MB, of which an operating system hands out only the pages that are touched, and the replacements.
 */
export class ReplacementTable {
  /** What becomes of stretches in which something joins. */
  readonly stretches: StretchCache;
  /** 0 = not known yet. */
  readonly entries = new Int32Array(0x11_0000);
  /** What each ASCII byte becomes. */
  readonly ascii = new Uint8Array(128);
  /** What a capital of ASCII gains in each of four bytes, if that is all that ASCII changes; else -1. */
  readonly smallLetterBits: number;
  /** Whether any code point may join the one before. */
  readonly hasJoiners: boolean;
  readonly #map: (text: string) => string;
  readonly #options: NormalizationOptions;
  #arena = new Uint8Array(1024);
  #used = 0;

  constructor(options: NormalizationOptions) {
    this.#options = options;
    this.#map = characterMapping(options);
    this.stretches = new StretchCache(this.#map);
    this.hasJoiners = options.form !== "none" || options.accents === "remove" || options.invisible === "remove";
    for (let byte = 0; byte < 128; byte++) this.ascii[byte] = this.#map(String.fromCharCode(byte)).charCodeAt(0);
    const change = this.ascii[CAPITAL_A]! - CAPITAL_A;
    const isPlain = this.ascii.every((to, byte) => to - byte === (isCapital(byte) ? change : 0));
    this.smallLetterBits = isPlain ? change * 0x01010101 : -1;
  }

  entry(codePoint: number): number {
    return this.entries[codePoint]! || this.#fill(codePoint);
  }

  /** Length in bytes of what a code point of `size` bytes becomes. */
  lengthOf(entry: number, size: number): number {
    if (entry === IDENTITY) return size;
    return entry & INLINE ? (entry >> 24) & 3 : this.#arena[entry & ~ARENA]!;
  }

  /** What an entry that is neither an identity, a joiner nor inline stands for; to be read at once. */
  replacement(entry: number): Uint8Array {
    const at = entry & ~ARENA;
    return this.#arena.subarray(at + 1, at + 1 + this.#arena[at]!);
  }

  #fill(codePoint: number): number {
    const entry = this.#makeEntry(String.fromCodePoint(codePoint));
    this.entries[codePoint] = entry;
    return entry;
  }

  #makeEntry(character: string): number {
    if (this.#options.invisible === "remove" && invisibles.test(character)) return GLUE;
    if (this.#joins(character)) return JOINER;
    const text = this.#map(character);
    if (text === character) return IDENTITY;
    const bytes = encoder.encode(text);
    const isShort = bytes.length <= Math.min(3, encoder.encode(character).length);
    if (!isShort || text.length !== character.length) return this.#store(bytes);
    return bytes.reduce((entry, byte, i) => entry | (byte << (16 - 8 * i)), INLINE | (bytes.length << 24));
  }

  #joins(character: string): boolean {
    const { form, accents, width, invisible } = this.#options;
    if (!this.hasJoiners) return false;
    if (invisible === "remove" && diacritics.test(character)) return true;
    const mapped = width === "half" && /[\uff9e\uff9f]/.test(character) ? character.normalize("NFKC") : character;
    const [first] = form === "none" ? mapped : mapped.normalize(form.includes("K") ? "NFKD" : "NFD");
    return (form !== "none" && joinsBefore(first!)) || (accents === "remove" && /\p{M}/u.test(first!));
  }

  #store(bytes: Uint8Array): number {
    const at = this.#used;
    this.#used += 1 + bytes.length;
    if (this.#used > this.#arena.length) {
      const larger = new Uint8Array(2 * this.#used);
      larger.set(this.#arena);
      this.#arena = larger;
    }
    this.#arena[at] = bytes.length;
    this.#arena.set(bytes, at + 1);
    return ARENA | at;
  }
}

let latest: { readonly key: string; readonly table: ReplacementTable } | undefined;

/** The table of these options, which is that of the call before where those were the same: runs of one process mostly share it. */
export function replacementTable(options: NormalizationOptions): ReplacementTable {
  const key = JSON.stringify(options);
  if (latest?.key !== key) latest = { key, table: new ReplacementTable(options) };
  return latest.table;
}
