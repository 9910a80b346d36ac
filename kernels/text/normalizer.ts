/**
 * Normalisation of UTF-8 as it arrives in pieces. ASCII goes four bytes at a time, other code points through a table that is
 * filled as they are met. Only where a code point joins the one before it (a combining mark, a Hangul vowel, a soft hyphen) does the
 * stretch from the last code point that does not join, up to the next such, go as a string through `characterMapping`.
 *
 * The result is that of the mapping on each whole document, however the text is cut into pieces, except that a stretch is cut
 * after `LONGEST_STRETCH` bytes, and that nothing joins over the start of a document or sentence.
 */
import type { StageState } from "../../schemas/state.js";
import type { TextAlignment } from "../../schemas/text.js";
import { AlignmentRecorder, unitsIn, unitsOf } from "./alignmentRecorder.js";
import { GLUE, IDENTITY, INLINE, JOINER, type ReplacementTable } from "./replacementTable.js";
import { decodeAt, sequenceLength } from "./utf8.js";

export interface NormalizedPiece {
  readonly bytes: Uint8Array;
  readonly documentOffsets: Uint32Array;
  readonly sentenceOffsets: Uint32Array;
  readonly alignment: TextAlignment | undefined;
}

export interface NormalizerOptions {
  /** Tell the way back to the original text. */
  readonly keepOffsets?: boolean;
  /** A piece may be written over by the next. */
  readonly reusesMemory?: boolean;
}

/** A letter with a hundred marks has 200 bytes. */
export const LONGEST_STRETCH = 4096;

/** State: the stretch that the next piece may go on with, at most `LONGEST_STRETCH` + 3 bytes. */
export class Normalizer {
  readonly #table: ReplacementTable;
  readonly #recorder: AlignmentRecorder | undefined;
  readonly #reusesMemory: boolean;
  readonly #held = new Uint8Array(LONGEST_STRETCH + 3);
  #heldLength = 0;
  #in: DataView = new DataView(new ArrayBuffer(0));
  #out = new Uint8Array(0);
  #outView = new DataView(this.#out.buffer);
  #length = 0;

  constructor(table: ReplacementTable, { keepOffsets = false, reusesMemory = false }: NormalizerOptions = {}) {
    this.#table = table;
    this.#recorder = keepOffsets ? new AlignmentRecorder() : undefined;
    this.#reusesMemory = reusesMemory;
  }

  get holdsText(): boolean {
    return this.#heldLength > 0;
  }

  /** Normalises a piece that ends at a code point's edge; documents are among the sentences. */
  push(bytes: Uint8Array, documentOffsets: Uint32Array, sentenceOffsets = documentOffsets): NormalizedPiece {
    this.#begin(bytes.length);
    this.#in = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const sentences = new Uint32Array(sentenceOffsets.length);
    const documents = new Uint32Array(documentOffsets.length);
    let document = 0;
    let at = 0;
    for (let i = 0; i < sentences.length; i++) {
      this.#run(bytes, at, sentenceOffsets[i]!, false);
      at = sentenceOffsets[i]!;
      sentences[i] = this.#length;
      for (; documentOffsets[document] === at; document++) {
        documents[document] = this.#length;
        this.#recorder?.startDocument();
      }
    }
    this.#run(bytes, at, bytes.length, true);
    return this.#take(documents, sentences);
  }

  /** What was held when the text ended. */
  finish(): NormalizedPiece {
    this.#begin(0);
    this.#flushHeld(0);
    return this.#take(new Uint32Array(0), new Uint32Array(0));
  }

  save(): StageState {
    return { facts: { shift: this.#recorder?.shift ?? 0 }, arrays: { held: this.#held.slice(0, this.#heldLength) } };
  }

  /** Goes on from a state; nothing was pushed yet. */
  restore({ facts, arrays }: StageState): void {
    if (this.#recorder) this.#recorder.shift = facts.shift as number;
    this.#hold(arrays.held as Uint8Array);
  }

  #begin(length: number): void {
    this.#length = 0;
    if (this.#reusesMemory) this.#reserve(length + this.#heldLength);
    else this.#writeTo(new Uint8Array(length + this.#heldLength));
    this.#recorder?.startPiece();
  }

  #take(documentOffsets: Uint32Array, sentenceOffsets: Uint32Array): NormalizedPiece {
    const bytes = this.#out.subarray(0, this.#length);
    return { bytes, documentOffsets, sentenceOffsets, alignment: this.#recorder?.alignment };
  }

  /** Normalises bytes[start, end) of one document; `open`: it may go on in the next piece. */
  #run(bytes: Uint8Array, start: number, end: number, open: boolean): void {
    let fence = this.#goOn(bytes, start, end, open);
    let at = fence;
    while (at < end) {
      at = this.#copyPlain(bytes, at, end);
      if (at === end) break;
      const stretchStart = this.#takeBack(bytes, fence, at);
      at = this.#stretchEnd(bytes, at, end, stretchStart, false);
      if (at === end && open && at - stretchStart < LONGEST_STRETCH) {
        this.#hold(bytes.subarray(stretchStart, at));
        return;
      }
      this.#writeMapped(bytes.subarray(stretchStart, at), bytes.length - at);
      fence = at;
    }
    if (open && !this.holdsText) this.#hold(bytes.subarray(this.#takeBack(bytes, fence, end), end));
  }

  /** Lengthens the held stretch by what joins it; returns where the rest begins. */
  #goOn(bytes: Uint8Array, start: number, end: number, open: boolean): number {
    if (this.#heldLength === 0) return start;
    const rest = this.#stretchEnd(bytes, start, end, start - this.#heldLength, this.#lastHeld() === GLUE);
    this.#held.set(bytes.subarray(start, rest), this.#heldLength);
    this.#heldLength += rest - start;
    const mayGoOn = open && rest === end && this.#heldLength < LONGEST_STRETCH;
    if (!mayGoOn) this.#flushHeld(bytes.length - rest);
    return rest;
  }

  /** Writes code points that stand alone, up to the first that joins the one before; returns its place. */
  #copyPlain(bytes: Uint8Array, start: number, end: number): number {
    const { ascii, smallLetterBits, entries } = this.#table;
    const input = this.#in;
    let out = this.#out;
    let outView = this.#outView;
    let length = this.#length;
    let at = start;
    while (at < end) {
      const lead = bytes[at]!;
      if (lead < 0x80) {
        const word = smallLetterBits < 0 || at + 4 > end ? -1 : input.getInt32(at, true);
        if ((word & 0x80808080) === 0) {
          outView.setInt32(length, word | ((capitals(word) >>> 2) & smallLetterBits), true);
          length += 4;
          at += 4;
        } else {
          out[length++] = ascii[lead]!;
          at++;
        }
        continue;
      }
      const size = sequenceLength(lead);
      const isHan = lead >= FIRST_HAN_LEAD && lead <= LAST_HAN_LEAD;
      const codePoint = isHan ? 0 : decodeAt(bytes, at, size);
      const entry = isHan ? IDENTITY : entries[codePoint]! || this.#table.entry(codePoint);
      if (entry === IDENTITY) {
        out[length] = lead;
        out[length + 1] = bytes[at + 1]!;
        if (size > 2) out[length + 2] = bytes[at + 2]!;
        if (size > 3) out[length + 3] = bytes[at + 3]!;
        length += size;
      } else if (entry === JOINER || entry === GLUE) {
        break;
      } else if (entry & INLINE) {
        const newSize = (entry >> 24) & 3;
        out[length] = entry >> 16;
        if (newSize > 1) out[length + 1] = entry >> 8;
        if (newSize > 2) out[length + 2] = entry;
        length += newSize;
      } else {
        this.#length = length;
        this.#write(this.#table.replacement(entry), unitsOf(size), bytes.length - at - size);
        out = this.#out;
        outView = this.#outView;
        length = this.#length;
      }
      at += size;
    }
    this.#length = length;
    return at;
  }

  /** Takes the code point before `at` out again, for something may join it; returns where it begins in `bytes`. */
  #takeBack(bytes: Uint8Array, fence: number, at: number): number {
    if (at === fence || !this.#table.hasJoiners) return at;
    let start = at - 1;
    while ((bytes[start]! & 0xc0) === 0x80) start--;
    if (isInert(bytes[start]!)) return at;
    const entry = this.#table.entry(decodeAt(bytes, start, at - start));
    const end = this.#length;
    this.#length -= this.#table.lengthOf(entry, at - start);
    this.#recorder?.tookBack(this.#out, this.#length, end, unitsOf(at - start));
    return start;
  }

  /**
   * Where a stretch that began at `stretchStart` ends: before the first code point, from `at` on, that neither joins what stands
   * before it nor is joined by it. `glued`: that at `at` is.
   */
  #stretchEnd(bytes: Uint8Array, at: number, end: number, stretchStart: number, glued: boolean): number {
    let next = at;
    let isGlued = glued;
    while (next < end && next - stretchStart < LONGEST_STRETCH) {
      const size = sequenceLength(bytes[next]!);
      const entry = this.#table.entry(decodeAt(bytes, next, size));
      if (!isGlued && entry !== JOINER && entry !== GLUE) break;
      isGlued = entry === GLUE;
      next += size;
    }
    return next;
  }

  /** The entry of the last code point that is held. */
  #lastHeld(): number {
    let at = this.#heldLength - 1;
    while ((this.#held[at]! & 0xc0) === 0x80) at--;
    return this.#table.entry(decodeAt(this.#held, at, this.#heldLength - at));
  }

  #hold(stretch: Uint8Array): void {
    this.#held.set(stretch);
    this.#heldLength = stretch.length;
  }

  #flushHeld(remaining: number): void {
    const stretch = this.#held.subarray(0, this.#heldLength);
    this.#heldLength = 0;
    if (stretch.length > 0) this.#writeMapped(stretch, remaining);
  }

  #writeMapped(stretch: Uint8Array, remaining: number): void {
    this.#write(this.#table.stretches.get(stretch), this.#recorder ? unitsIn(stretch) : 0, remaining);
  }

  /** Writes what stands for so many UTF-16 units of the original, and keeps room for the `remaining` bytes of the piece. */
  #write(replacement: Uint8Array, unitsBefore: number, remaining: number): void {
    this.#reserve(replacement.length + remaining);
    const start = this.#length;
    this.#out.set(replacement, start);
    this.#length += replacement.length;
    this.#recorder?.wrote(this.#out, start, this.#length, unitsBefore);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#out.length) return;
    const larger = new Uint8Array(Math.ceil(1.25 * (this.#length + more)));
    larger.set(this.#out.subarray(0, this.#length));
    this.#writeTo(larger);
  }

  #writeTo(out: Uint8Array<ArrayBuffer>): void {
    this.#out = out;
    this.#outView = new DataView(out.buffer);
  }
}

const FIRST_HAN_LEAD = 0xe4; // U+4000 to U+9FFF: Han and the hexagrams, which nothing changes and nothing joins
const LAST_HAN_LEAD = 0xe9;

/** The highest bit of each of four bytes of ASCII that is a capital: "A" is 0x80 - 0x3f, "[" is 0x80 - 0x25. */
const capitals = (word: number): number => (word + 0x3f3f3f3f) & ~(word + 0x25252525) & 0x80808080;

/** No mark composes with a byte of ASCII other than a letter, "<", "=" and ">", so nothing need be held for it. */
function isInert(byte: number): boolean {
  const isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
  return byte < 0x80 && !isLetter && !(byte >= 0x3c && byte <= 0x3e);
}
