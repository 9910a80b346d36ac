/**
 * Texts that lie end to end in bytes of UTF-8, each from its own offset to the next one's. One that equals the text before it is the same string,
 * as in columns that tell rows apart by their sort.
 */
export function textCells(bytes: Uint8Array, offsets: ArrayLike<number>, rows: number): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const texts = new Array<string>(rows);
  let last = "";
  let [lastFrom, lastTo] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const [from, to] = [offsets[row]!, offsets[row + 1]!];
    if (!isSame(bytes, lastFrom, lastTo, from, to)) last = buffer.toString("utf8", from, to);
    texts[row] = last;
    [lastFrom, lastTo] = [from, to];
  }
  return texts;
}

function isSame(bytes: Uint8Array, lastFrom: number, lastTo: number, from: number, to: number): boolean {
  const length = to - from;
  if (length !== lastTo - lastFrom) return false;
  for (let i = 0; i < length; i++) if (bytes[lastFrom + i] !== bytes[from + i]) return false;
  return true;
}
