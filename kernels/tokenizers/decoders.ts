import type { TokenizerPart } from "../../schemas/subwordVocabulary.js";
import { bytesOfSpelled } from "./byteAlphabet.js";
import { partsOf, requireKnown } from "./tokenizerParts.js";

/** Changes the pieces of a text so that, put one behind the other, they are the text. */
type Decoder = (pieces: readonly string[]) => readonly string[];

const decoders: Readonly<Record<string, (part: TokenizerPart, where: string) => Decoder>> = {
  ByteLevel: () => (pieces) => [decodeBytes(pieces)],
  WordPiece: ({ prefix = "##", cleanup = true }) => wordPiece(String(prefix), cleanup !== false),
  BPEDecoder:
    ({ suffix = "</w>" }) =>
    (pieces) =>
      pieces.map((piece, i) => piece.replaceAll(String(suffix), i === pieces.length - 1 ? "" : " ")),
  Fuse: () => (pieces) => [pieces.join("")],
  Sequence: (part, where) => {
    const steps = partsOf(part, "decoders", where).map((step) => compile(step, where));
    return (pieces) => steps.reduce((changed, step) => step(changed), pieces);
  },
};

/**
 * How a tokenizer makes a text of pieces; one that does not say sets a space between them.
 * @throws SyntaxError if it is none of those that are known
 */
export function compileDecoder(part: TokenizerPart | null, where: string): (pieces: readonly string[]) => string {
  if (!part) return (pieces) => pieces.join(" ");
  const decoder = compile(part, where);
  return (pieces) => decoder(pieces).join("");
}

function compile(part: TokenizerPart, where: string): Decoder {
  return requireKnown(decoders, "decoder", part, where)(part, where);
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

function decodeBytes(pieces: readonly string[]): string {
  const parts = pieces.map(bytesOfSpelled);
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return utf8.decode(bytes);
}

/** Spaces that stand too much before marks and English contractions; as the tokenizers library, piece by piece. */
const cleanups: readonly (readonly [string, string])[] = [
  [" .", "."],
  [" ?", "?"],
  [" !", "!"],
  [" ,", ","],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [" do not", " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

function wordPiece(prefix: string, cleansUp: boolean): Decoder {
  const spaced = (piece: string) => (piece.startsWith(prefix) ? piece.slice(prefix.length) : ` ${piece}`);
  const cleaned = (piece: string) => cleanups.reduce((text, [long, short]) => text.replaceAll(long, short), piece);
  return (pieces) =>
    pieces.map((piece, i) => {
      const text = i === 0 ? piece : spaced(piece);
      return cleansUp ? cleaned(text) : text;
    });
}
