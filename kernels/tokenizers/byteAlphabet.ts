/**
 * GPT-2's alphabet of bytes: a character for each of the 256 bytes, so that a byte-level tokenizer can keep bytes in texts. Bytes that are
 * printable in Latin-1 stand for themselves, the others for U+0100 and what follows, in their order: a space is Ġ, a line end Ċ.
 * Source: openai/gpt-2 src/encoder.py, bytes_to_unicode.
 */
const characters: readonly string[] = alphabet();
const byteOf: ReadonlyMap<string, number> = new Map(characters.map((character, byte) => [character, byte]));

/** The 256 characters, in the order of their code points. */
export function byteCharacters(): string[] {
  return [...characters].sort();
}

const ascii = /^[!-~]*$/;

/** The bytes of a text, each as its character. */
export function spellBytes(text: string): string {
  if (ascii.test(text)) return text;
  let spelled = "";
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (isSurrogate(unit)) return spelled + spell(text.slice(i));
    spelledUnits[unit] ??= spell(text[i]!);
    spelled += spelledUnits[unit];
  }
  return spelled;
}

/** Of characters below U+10000, once they have come. */
const spelledUnits: string[] = new Array(0x1_0000);

const isSurrogate = (unit: number): boolean => (unit & 0xf800) === 0xd800;

function spell(text: string): string {
  return Array.from(encoder.encode(text), (byte) => characters[byte]!).join("");
}

/** The bytes that characters stand for; a text with any other character stands for its own bytes. */
export function bytesOfSpelled(text: string): Uint8Array {
  const bytes = Array.from(text, (character) => byteOf.get(character));
  return bytes.includes(undefined) ? encoder.encode(text) : Uint8Array.from(bytes as number[]);
}

const encoder = new TextEncoder();

function alphabet(): string[] {
  let others = 0;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : 256 + others++));
}

function isPrintable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}
