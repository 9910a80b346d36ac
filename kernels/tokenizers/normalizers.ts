import type { TokenizerPart } from "../../schemas/subwordVocabulary.js";
import { partsOf, requireKnown } from "./tokenizerParts.js";

export type TextChange = (text: string) => string;

const normalizers: Readonly<Record<string, (part: TokenizerPart, where: string) => TextChange>> = {
  BertNormalizer: bertNormalizer,
  NFC: () => form("NFC"),
  NFD: () => form("NFD"),
  NFKC: () => form("NFKC"),
  NFKD: () => form("NFKD"),
  Lowercase: () => lowercase,
  StripAccents: () => (text) => text.replace(/\p{M}/gu, ""),
  Sequence: (part, where) => {
    const steps = partsOf(part, "normalizers", where).map((step) => compileNormalizer(step, where));
    return (text) => steps.reduce((changed, step) => step(changed), text);
  },
};

/**
 * What a tokenizer does to a text first.
 * @throws SyntaxError if it is none of those that are known
 */
export function compileNormalizer(part: TokenizerPart | null, where: string): TextChange {
  if (!part) return (text) => text;
  return requireKnown(normalizers, "normalizer", part, where)(part, where);
}

const onlyAscii = /^[\0-\x7f]*$/;

function form(name: "NFC" | "NFD" | "NFKC" | "NFKD"): TextChange {
  return (text) => (onlyAscii.test(text) ? text : text.normalize(name));
}

/** Character by character: a final sigma stays a sigma, as in the tokenizers library, where JavaScript looks at what is around it. */
function lowercase(text: string): string {
  const small = (part: string) => part.toLowerCase();
  return text.includes("Σ") ? text.split("Σ").map(small).join("σ") : small(text);
}

/** Han characters as BERT has them: google-research/bert tokenization.py, _is_chinese_char, with the bounds of the tokenizers library. */
const han =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;
const isClean = /^[ -~]*$/;

function bertNormalizer({
  clean_text,
  handle_chinese_chars,
  strip_accents,
  lowercase: lower,
}: TokenizerPart): TextChange {
  const isAccented = strip_accents ?? lower ?? true;
  return (text) => {
    let changed = text;
    if (!isClean.test(text)) {
      if (clean_text !== false)
        changed = changed.replace(/(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\ufffd]/gu, "").replace(/\p{White_Space}/gu, " ");
      if (handle_chinese_chars !== false) changed = changed.replace(han, " $& ");
      if (isAccented) changed = changed.normalize("NFD").replace(/\p{Mn}/gu, "");
    }
    return lower === false ? changed : lowercase(changed);
  };
}
