import fc from "fast-check";
import { from, lastValueFrom, toArray } from "rxjs";
import { encode } from "#operators";
import type { IdBatch, Lexicon, TokenBatch, Vocabulary } from "#schemas";
import { vocabularyOf } from "./contextBatches.js";

export type Documents = readonly (readonly (readonly string[])[])[];

/** A lexicon of words given outright. */
export class WordLexicon implements Lexicon {
  readonly #ids = new Map<string, number>();
  readonly #terms: (string | undefined)[] = [];
  readonly #counts: number[] = [];
  prunedOccurrences = 0;

  get size(): number {
    return this.#terms.length;
  }

  add(word: string): number {
    const id = this.#ids.get(word) ?? this.#terms.push(word) - 1;
    this.#ids.set(word, id);
    this.#counts[id] = (this.#counts[id] ?? 0) + 1;
    return id;
  }

  prune(word: string): void {
    const id = this.#ids.get(word)!;
    this.prunedOccurrences += this.#counts[id]!;
    this.#ids.delete(word);
    this.#terms[id] = undefined;
    this.#counts[id] = 0;
  }

  term(id: number): string | undefined {
    return this.#terms[id];
  }

  count(id: number): number {
    return this.#counts[id]!;
  }
}

/** Documents of sentences of words as batches, cut after every `size` tokens (the sizes are used in turn). */
export function tokenBatches(
  documents: Documents,
  sizes: readonly number[] = [Infinity],
  lexicon = new WordLexicon(),
): TokenBatch[] {
  const batches: TokenBatch[] = [];
  let [ids, sentences, starts]: number[][] = [[], [], []];
  const seal = () => {
    batches.push({
      lexicon,
      ids: Uint32Array.from(ids!),
      sentenceOffsets: Uint32Array.from(sentences!),
      documentOffsets: Uint32Array.from(starts!),
    });
    [ids, sentences, starts] = [[], [], []];
  };
  for (const document of documents) {
    starts!.push(ids!.length);
    if (document.length === 0) sentences!.push(ids!.length);
    for (const sentence of document) {
      sentences!.push(ids!.length);
      for (const word of sentence) {
        ids!.push(lexicon.add(word));
        if (ids!.length >= sizes[batches.length % sizes.length]!) seal();
      }
    }
  }
  seal();
  return batches;
}

/**
 * A stream of tokens as terms, with "|" for each document and "." for each sentence that begins before a token. Which sentence without
 * tokens lies in which document without tokens is not told: offsets do not tell it, either.
 */
export function spelled(batches: readonly TokenBatch[]): string[] {
  const out: string[] = [];
  let marks: string[] = [];
  const put = (...terms: string[]) => {
    out.push(...marks.sort().reverse(), ...terms); // "|" comes behind "."
    marks = [];
  };
  for (const { ids, sentenceOffsets, documentOffsets, lexicon } of batches) {
    for (let i = 0; i <= ids.length; i++) {
      for (const at of documentOffsets) if (at === i) marks.push("|");
      for (const at of sentenceOffsets) if (at === i) marks.push(".");
      if (i < ids.length) put(lexicon.term(ids[i]!)!);
    }
  }
  put();
  return out;
}

/** Batches of tokens, encoded in a vocabulary; by default one of all the words. */
export function idBatches(
  documents: Documents,
  sizes?: readonly number[],
  vocabulary: Vocabulary = vocabularyOf(documents.flat()),
  epoch = 0,
): Promise<IdBatch[]> {
  return lastValueFrom(from(tokenBatches(documents, sizes)).pipe(encode(vocabulary, { epoch }), toArray()));
}

/** "a b. c|d" is two documents, the first of two sentences. */
export function documentsOf(text: string): string[][][] {
  const words = (sentence: string) => sentence.split(" ").filter((word) => word !== "");
  return text.split("|").map((document) => document.split(".").map(words));
}

const word = fc.constantFrom("a", "b", "c", "d", "e", "猫", "狗", "𠮷");
export const documents = fc.array(fc.array(fc.array(word, { maxLength: 12 }), { maxLength: 4 }), {
  minLength: 1,
  maxLength: 4,
});
export const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
