/** Characters that text has no use for; it has one for ESC, which colours terminals. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const control = /[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]/;
/** Units of English and Chinese text: the ASCII characters, signs, ideographs, wide forms. */
const usual = /[\t\n\r -~\u00a0-\u00ff\u2010-\u203b\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]/g;
const MOSTLY = 0.9;
const FEWEST = 2;

/**
 * Which of UTF-16 and UTF-32 bytes are in that have no byte-order mark; undefined if they are in neither.
 *
 * Every number of UTF-32 has a zero in its highest byte. UTF-16 shows by a zero in every second byte where it holds ASCII characters, and
 * Chinese by units that are nearly all usual ones, while as bytes they are no UTF-8 and hold control characters.
 */
export function wideEncoding(head: Uint8Array): string | undefined {
  if (!hasControls(head)) return undefined;
  if (isUtf32(head, true)) return "UTF-32LE";
  if (isUtf32(head, false)) return "UTF-32BE";
  if (isUtf16(head, true)) return "UTF-16LE";
  return isUtf16(head, false) ? "UTF-16BE" : undefined;
}

/** Whether there are bytes that are no part of text in UTF-8. Half of those of a wide encoding may have any value. */
export function hasControls(head: Uint8Array): boolean {
  return control.test(String.fromCharCode(...head));
}

function isUtf32(head: Uint8Array, isLittleEndian: boolean): boolean {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const count = head.length >> 2;
  for (let at = 0; at < 4 * count; at += 4) {
    const codePoint = view.getUint32(at, isLittleEndian);
    if (codePoint === 0 || codePoint > 0x10ffff || isControl(codePoint)) return false;
  }
  return count >= FEWEST;
}

function isUtf16(head: Uint8Array, isLittleEndian: boolean): boolean {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const count = head.length >> 1;
  const units = Uint16Array.from({ length: count }, (_, i) => view.getUint16(2 * i, isLittleEndian));
  const text = String.fromCharCode(...units);
  if (count < FEWEST || control.test(text)) return false;
  const narrow = units.filter((unit) => unit < 0x100).length;
  if (narrow >= count / 2) return true;
  return !isUtf8(head) && (text.match(usual)?.length ?? 0) >= MOSTLY * count;
}

const isControl = (codePoint: number) => codePoint < 0x20 && control.test(String.fromCharCode(codePoint));

/** A character at the end may be cut. */
function isUtf8(head: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}
