import { createHash } from "node:crypto";
import { requireFixed } from "../../kernels/vocabulary/vocabulary.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";

/** Each call of a hash costs more than the bytes of a term. */
const TERMS_AT_ONCE = 1024;

const known = new WeakMap<Vocabulary, string>();

/** SHA-256 over the terms and counts in order: tables of ids carry it, so that they are never read with another vocabulary. */
export function vocabularyHash(vocabulary: Vocabulary): string {
  const before = known.get(vocabulary);
  if (before) return before;
  const hash = createHash("sha256");
  const { terms, counts } = vocabulary;
  const lineOf = (term: string, id: number) => `${JSON.stringify(term)} ${counts[id]}\n`;
  for (let at = 0; at < terms.length; at += TERMS_AT_ONCE) {
    const some = terms.slice(at, at + TERMS_AT_ONCE);
    hash.update(some.map((term, k) => lineOf(term, at + k)).join(""), "utf8");
  }
  const digest = hash.digest("hex");
  known.set(vocabulary, digest);
  return digest;
}

export const vocabularyKey = "vocabularySha256";

export function vocabularyMetadata(vocabulary: Vocabulary | undefined): Map<string, string> {
  return new Map(vocabulary ? [[vocabularyKey, vocabularyHash(vocabulary)]] : []);
}

/** The same for batches, the first of which speaks for all. */
export function fixedMetadata(
  who: string,
  first: { readonly vocabulary: Vocabulary } | undefined,
): Map<string, string> {
  if (first) requireFixed(who, first.vocabulary);
  return vocabularyMetadata(first?.vocabulary);
}

/** @throws RangeError if a table says that it was made with another vocabulary */
export function requireVocabulary(path: string, vocabulary: Vocabulary, metadata: ReadonlyMap<string, string>): void {
  const hash = metadata.get(vocabularyKey);
  if (hash !== undefined && hash !== vocabularyHash(vocabulary))
    throw new RangeError(
      `${path}: must be read with the vocabulary it was made with (${hash.slice(0, 12)}...), got another (${vocabularyHash(vocabulary).slice(0, 12)}...)`,
    );
}
