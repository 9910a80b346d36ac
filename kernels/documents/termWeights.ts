import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import { ln } from "../numbers/logarithm.js";

/** What becomes of the count n of a term in a document. */
export type TermFrequency =
  | "raw" // n
  | "binary" // 1
  | "relative" // n / tokens of the document
  | "squareRoot" // sqrt n
  | "logarithm" // 1 + log n
  | "doubleLogarithm" // 1 + log(1 + log n)
  | "augmented" // 0.5 + 0.5 n / the largest n of the document
  | "logAverage"; // (1 + log n) / (1 + log of the mean n of the document)

/** What a term counts that occurs in df of N documents. */
export type InverseDocumentFrequency =
  | "none" // 1
  | "plain" // log(N / df)
  | "smooth" // log((1 + N) / (1 + df)) + 1
  | "corrected" // log((N + 1) / df)
  | "probabilistic"; // log((N - df) / df), and 0 where that is below

/** What the weights of a document are divided by. */
export type DocumentNorm =
  | "none"
  | "l1" // sum of |w|
  | "l2" // root of the sum of w^2
  | "rootLength" // root of the tokens of the document
  | "pivotedUnique" // (1 - slope) pivot + slope x its terms; pivot: mean number of terms of a document
  | "pivotedCharacters"; // the same with characters, a space behind each token

/** w = tf x idf / norm. */
export interface WeightScheme {
  readonly tf: TermFrequency;
  readonly idf: InverseDocumentFrequency;
  readonly norm: DocumentNorm;
  /** Base of the logarithms. */
  readonly base: "e" | "2";
}

/** Weights as programs and books define them. */
export const weightPresets = {
  /** scikit-learn's TfidfTransformer, as it is without options. */
  sklearn: { tf: "raw", idf: "smooth", norm: "l2", base: "e" },
  /** gensim's TfidfModel, as it is without options (SMART nfc). */
  gensim: { tf: "raw", idf: "plain", norm: "l2", base: "2" },
  /** Lucene's ClassicSimilarity: what a term of a document counts. */
  lucene: { tf: "squareRoot", idf: "smooth", norm: "rootLength", base: "e" },
  /** The share of the document's tokens, times log(N / df). */
  textbook: { tf: "relative", idf: "plain", norm: "none", base: "e" },
} as const satisfies Readonly<Record<string, WeightScheme>>;

/** The letters of SMART (Salton and Buckley 1988), as gensim reads them, with logarithms of base 2. */
const smartLetters = {
  tf: {
    n: "raw",
    t: "raw",
    b: "binary",
    l: "logarithm",
    d: "doubleLogarithm",
    a: "augmented",
    L: "logAverage",
  } as Readonly<Record<string, TermFrequency>>,
  idf: { n: "none", x: "none", f: "plain", t: "corrected", p: "probabilistic" } as Readonly<
    Record<string, InverseDocumentFrequency>
  >,
  norm: { n: "none", x: "none", c: "l2", u: "pivotedUnique", b: "pivotedCharacters" } as Readonly<
    Record<string, DocumentNorm>
  >,
};

/**
 * The scheme of three SMART letters, such as ltc.
 * @throws RangeError if a letter is unknown
 */
export function smartScheme(who: string, letters: string): WeightScheme {
  const [tf, idf, norm] = [...letters].map((letter, k) => Object.values(smartLetters)[k]?.[letter]);
  if (letters.length === 3 && tf && idf && norm)
    return {
      tf: tf as TermFrequency,
      idf: idf as InverseDocumentFrequency,
      norm: norm as DocumentNorm,
      base: "2",
    };
  const known = Object.values(smartLetters).map((table) => Object.keys(table).join(" "));
  throw new RangeError(
    `${who}: smart must be three letters, one of each of ${known.join(", ")}, got ${JSON.stringify(letters)}`,
  );
}

/** What is known of the corpus whose documents are weighed. */
export interface WeighedCorpus {
  /** N */
  readonly documents: number;
  /** In how many documents a term occurs; 0 for one that was never seen. */
  documentsOf(term: number): number;
  /** Mean number of different terms in a document, or of characters: what pivoted norms need. */
  readonly pivot: number;
  /** Characters of a term, a space behind it among them. */
  charactersOf(term: number): number;
}

/** What a cell's weight is made of: tf x idf / norm. */
export interface WeightParts {
  readonly tf: number;
  readonly idf: number;
  /** The same in all cells of a row. */
  readonly norm: number;
}

/** As gensim: what is less in magnitude is no weight. */
const LEAST = 1e-12;

/** ln n of small counts. */
const logarithms = Float64Array.from({ length: 1024 }, (_, n) => (n === 0 ? 0 : ln(n)));
const lnOf = (x: number): number => logarithms[x] ?? ln(x);

/**
 * Weighs the terms of documents. What has no weight is left out of its row: a term in every document where idf is log(N / df), and one
 * that was never seen.
 * State: none; every row alone, in float64.
 */
export class TermWeigher {
  readonly #scheme: WeightScheme;
  readonly #slope: number;
  /** log x = ln x * perLn */
  readonly #perLn: number;

  constructor(scheme: WeightScheme, slope: number) {
    this.#scheme = scheme;
    this.#slope = slope;
    this.#perLn = scheme.base === "2" ? 1 / Math.LN2 : 1;
  }

  /** The batch with weights in the place of counts. The corpus is asked for before each row. */
  weigh(batch: DocumentTermBatch, corpusOf: (row: number) => WeighedCorpus): DocumentTermBatch {
    const offsets = new Uint32Array(batch.offsets.length);
    const terms = new Uint32Array(batch.terms.length);
    const values = new Float64Array(batch.terms.length);
    let cells = 0;
    for (let row = 0; row < batch.lengths.length; row++) {
      const corpus = corpusOf(row);
      const start = cells;
      this.#forEachCell(batch, row, corpus, (cell, tf, idf) => {
        terms[cells] = batch.terms[cell]!;
        values[cells++] = tf * idf;
      });
      const norm = this.#norm(batch, row, corpus, values.subarray(start, cells));
      if (norm !== 1) for (let cell = start; cell < cells; cell++) values[cell]! /= norm;
      offsets[row + 1] = cells;
    }
    return { ...batch, offsets, terms: terms.subarray(0, cells), values: values.subarray(0, cells) };
  }

  /** What the weights of a row are made of, by term. */
  explain(batch: DocumentTermBatch, row: number, corpus: WeighedCorpus): ReadonlyMap<number, WeightParts> {
    const parts = new Map<number, WeightParts>();
    const weights: number[] = [];
    this.#forEachCell(batch, row, corpus, (cell, tf, idf) => {
      weights.push(tf * idf);
      parts.set(batch.terms[cell]!, { tf, idf, norm: 1 });
    });
    const norm = this.#norm(batch, row, corpus, Float64Array.from(weights));
    return new Map([...parts].map(([term, { tf, idf }]) => [term, { tf, idf, norm }]));
  }

  #forEachCell(
    { offsets, terms, values, lengths }: DocumentTermBatch,
    row: number,
    corpus: WeighedCorpus,
    visit: (cell: number, tf: number, idf: number) => void,
  ): void {
    const [from, to] = [offsets[row]!, offsets[row + 1]!];
    const of = this.#scaleOf(values.subarray(from, to), lengths[row]!);
    for (let cell = from; cell < to; cell++) {
      const tf = this.#tf(values[cell]!, of);
      const idf = this.#idf(corpus, terms[cell]!);
      if (Math.abs(tf * idf) > LEAST) visit(cell, tf, idf);
    }
  }

  /** What the frequencies of a row are related to: its tokens, its largest count, or its mean. */
  #scaleOf(counts: Float64Array, tokens: number): number {
    const { tf } = this.#scheme;
    if (tf === "augmented") return counts.reduce((most, count) => Math.max(most, count), 0);
    if (tf === "logAverage") return 1 + this.#log(counts.reduce((sum, count) => sum + count, 0) / counts.length);
    return tokens;
  }

  #tf(n: number, scale: number): number {
    switch (this.#scheme.tf) {
      case "raw":
        return n;
      case "binary":
        return 1;
      case "relative":
        return n / scale;
      case "squareRoot":
        return Math.sqrt(n);
      case "logarithm":
        return 1 + this.#log(n);
      case "doubleLogarithm":
        return 1 + this.#log(1 + this.#log(n));
      case "augmented":
        return 0.5 + (0.5 * n) / scale;
      case "logAverage":
        return (1 + this.#log(n)) / scale;
    }
  }

  /** 0 for a term that was never seen, where its weight would not be finite. */
  #idf({ documents, documentsOf }: WeighedCorpus, term: number): number {
    if (this.#scheme.idf === "none") return 1;
    const df = documentsOf(term);
    if (this.#scheme.idf === "smooth") return this.#log((1 + documents) / (1 + df)) + 1;
    if (df === 0) return 0;
    switch (this.#scheme.idf) {
      case "plain":
        return this.#log(documents / df);
      case "corrected":
        return this.#log((documents + 1) / df);
      case "probabilistic":
        return df >= documents ? 0 : Math.max(0, this.#log((documents - df) / df));
    }
  }

  /** 1 for a row without weights. */
  #norm(batch: DocumentTermBatch, row: number, corpus: WeighedCorpus, weights: Float64Array): number {
    if (weights.length === 0) return 1;
    switch (this.#scheme.norm) {
      case "none":
        return 1;
      case "l1":
        return weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
      case "l2":
        return Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0));
      case "rootLength":
        return Math.sqrt(batch.lengths[row]!);
      case "pivotedUnique":
        return this.#pivoted(corpus, weights.length);
      case "pivotedCharacters":
        return this.#pivoted(corpus, charactersOf(batch, row, corpus));
    }
  }

  #pivoted({ pivot }: WeighedCorpus, own: number): number {
    return (1 - this.#slope) * pivot + this.#slope * own;
  }

  #log(x: number): number {
    return lnOf(x) * this.#perLn;
  }
}

function charactersOf({ offsets, terms, values }: DocumentTermBatch, row: number, corpus: WeighedCorpus): number {
  let characters = 0;
  for (let cell = offsets[row]!; cell < offsets[row + 1]!; cell++)
    characters += values[cell]! * corpus.charactersOf(terms[cell]!);
  return characters;
}
