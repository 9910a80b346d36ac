const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Makes every line end "\n": both "\r\n" and a "\r" alone, as old Macintosh files have it. The same array if there is none. */
export function unifyLineEnds(bytes: Uint8Array): Uint8Array {
  let at = bytes.indexOf(CARRIAGE_RETURN);
  if (at < 0) return bytes;
  const unified = new Uint8Array(bytes.length);
  let from = 0;
  let to = 0;
  while (at >= 0) {
    unified.set(bytes.subarray(from, at), to);
    to += at - from;
    unified[to++] = LINE_FEED;
    from = bytes[at + 1] === LINE_FEED ? at + 2 : at + 1;
    at = bytes.indexOf(CARRIAGE_RETURN, from);
  }
  unified.set(bytes.subarray(from), to);
  return unified.subarray(0, to + bytes.length - from);
}

export function countLineFeeds(bytes: Uint8Array, end = bytes.length): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0 && at < end; at = bytes.indexOf(LINE_FEED, at + 1)) count++;
  return count;
}
