/** Length in bytes of the UTF-8 sequence that begins with a byte. */
export function sequenceLength(lead: number): number {
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** The code point whose sequence of the given length begins at `at`; the bytes must be valid UTF-8. */
export function decodeAt(bytes: Uint8Array, at: number, length: number): number {
  const lead = bytes[at]!;
  if (length === 1) return lead;
  if (length === 2) return ((lead & 0x1f) << 6) | (bytes[at + 1]! & 0x3f);
  const low = ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f);
  if (length === 3) return ((lead & 0x0f) << 12) | low;
  return ((lead & 0x07) << 18) | (low << 6) | (bytes[at + 3]! & 0x3f);
}

/** The bytes behind a byte-order mark, if they begin with one. */
export function withoutMark(bytes: Uint8Array): Uint8Array {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return hasMark ? bytes.subarray(3) : bytes;
}
