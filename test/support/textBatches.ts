import fc from "fast-check";
import type { TextBatch } from "#schemas";
import { anyText } from "./anyText.js";

/** The documents as one stretch of text, cut after every `size` code points (the sizes are used in turn). */
export function textBatches(documents: readonly string[], sizes: readonly number[] = [Infinity]): TextBatch[] {
  return sentenceBatches(
    documents.map((document) => [document]),
    sizes,
  ).map(({ sentenceOffsets, ...batch }) => batch);
}

/** The same for documents whose sentences are known. */
export function sentenceBatches(documents: readonly (readonly string[])[], sizes: readonly number[]): TextBatch[] {
  const encoder = new TextEncoder();
  const text = documents.flat().join("");
  const bytes = encoder.encode(text);
  const documentStarts: number[] = [];
  const sentenceStarts: number[] = [];
  let end = 0;
  for (const sentences of documents) {
    documentStarts.push(end);
    if (sentences.length === 0) sentenceStarts.push(end);
    for (const sentence of sentences) {
      sentenceStarts.push(end);
      end += encoder.encode(sentence).length;
    }
  }
  const codePoints = [...text];
  const batches: TextBatch[] = [];
  let first = 0;
  for (let i = 0, from = 0; from < codePoints.length || i === 0; i++) {
    const part = codePoints.slice(from, from + sizes[i % sizes.length]!);
    from += part.length;
    const next = first + encoder.encode(part.join("")).length;
    const isLast = from >= codePoints.length;
    const within = (starts: number[]) =>
      Uint32Array.from(starts.filter((at) => at >= first && (at < next || isLast))).map((at) => at - first);
    batches.push({
      bytes: bytes.slice(first, next),
      documentOffsets: within(documentStarts),
      sentenceOffsets: within(sentenceStarts),
      position: { source: "test", offset: next, documents: documentStarts.filter((at) => at < next).length },
    });
    first = next;
  }
  return batches;
}

export const chunkSizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

const characters = [
  ..." \n\t\u00a0\u3000\u2028\0aaabcdexyzABZ0127.,,..''’’-_!?\"()éßİ",
  ..."Жшяλς中国人们的我々〇カタナー゛ひらがな한국어ไทยภาษา\u0e49שלוםעו״׳عربي،۱۲٫٬कि्ष\u200d\u200cक",
  ..."\u0301\u0308\ufe0f\u{e0101}\u00ad\ufeff👨👩❤🇨𠮷𝔘𝟙½²ﬁ",
];

/** Text that goes from one script to the other, full of what may join words. */
export const mixedText = fc
  .array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...characters) }, anyText({ minLength: 1, maxLength: 1 })), {
    maxLength: 60,
  })
  .map((units) => units.join(""));
