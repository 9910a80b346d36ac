const REPLACEMENT = [0xef, 0xbf, 0xbd]; // U+FFFD

export interface Repaired {
  /** The bytes with every invalid sequence replaced by U+FFFD. */
  readonly bytes: Uint8Array;
  /** How many bytes were replaced. */
  readonly invalidBytes: number;
  /** Where the first of them lies in the input. */
  readonly firstInvalid: number;
}

/**
 * Replaces what is not UTF-8 as `TextDecoder` does: one U+FFFD for each longest piece that could have begun a character.
 *
 * In: bytes that hold at least one invalid sequence. Out: valid UTF-8.
 * @see Unicode 15.0, section 3.9, "U+FFFD Substitution of Maximal Subparts"; https://encoding.spec.whatwg.org/#utf-8-decoder
 */
export function repairUtf8(bytes: Uint8Array): Repaired {
  const faults: { at: number; length: number }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { length, complete } = sequenceAt(bytes, at);
    if (!complete) faults.push({ at, length });
    at += length;
  }
  const invalidBytes = faults.reduce((sum, fault) => sum + fault.length, 0);
  const repaired = new Uint8Array(bytes.length - invalidBytes + faults.length * REPLACEMENT.length);
  let from = 0;
  let to = 0;
  for (const { at, length } of faults) {
    repaired.set(bytes.subarray(from, at), to);
    to += at - from;
    repaired.set(REPLACEMENT, to);
    to += REPLACEMENT.length;
    from = at + length;
  }
  repaired.set(bytes.subarray(from), to);
  return { bytes: repaired, invalidBytes, firstInvalid: faults[0]?.at ?? -1 };
}

/** How many bytes at the end are the beginning of a character whose rest may still come: 0 to 3. */
export function incompleteTail(bytes: Uint8Array): number {
  for (let length = 1; length <= Math.min(3, bytes.length); length++) {
    const at = bytes.length - length;
    if (isContinuation(bytes[at]!)) continue;
    const sequence = sequenceAt(bytes, at);
    return !sequence.complete && sequence.length === length && neededAfter(bytes[at]!) >= length ? length : 0;
  }
  return 0;
}

/** The character at a position, or, where there is none, the longest piece that could have begun one (at least one byte). */
function sequenceAt(bytes: Uint8Array, at: number): { length: number; complete: boolean } {
  const lead = bytes[at]!;
  if (lead < 0x80) return { length: 1, complete: true };
  const needed = neededAfter(lead);
  if (needed === 0) return { length: 1, complete: false };
  for (let i = 1; i <= needed; i++) {
    const next = bytes[at + i];
    const fits = next !== undefined && (i === 1 ? isSecond(lead, next) : isContinuation(next));
    if (!fits) return { length: i, complete: false };
  }
  return { length: needed + 1, complete: true };
}

/** Continuation bytes that must follow a lead byte; 0 for a byte that leads nothing. */
function neededAfter(lead: number): number {
  if (lead >= 0xc2 && lead < 0xe0) return 1;
  if (lead >= 0xe0 && lead < 0xf0) return 2;
  return lead >= 0xf0 && lead <= 0xf4 ? 3 : 0;
}

/** The second byte is narrower after some leads, which shuts out overlong forms, surrogates and what lies above U+10FFFF. */
function isSecond(lead: number, byte: number): boolean {
  if (lead === 0xe0) return byte >= 0xa0 && byte <= 0xbf;
  if (lead === 0xed) return byte >= 0x80 && byte <= 0x9f;
  if (lead === 0xf0) return byte >= 0x90 && byte <= 0xbf;
  if (lead === 0xf4) return byte >= 0x80 && byte <= 0x8f;
  return isContinuation(byte);
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
