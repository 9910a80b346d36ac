import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import type {
  DocumentNorm,
  InverseDocumentFrequency,
  TermFrequency,
  WeightScheme,
} from "../../schemas/weightScheme.js";
import { ln } from "../numbers/logarithm.js";

export type {
  DocumentNorm,
  InverseDocumentFrequency,
  TermFrequency,
  WeightScheme,
} from "../../schemas/weightScheme.js";

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
  /** V, where frequencies stay as they are, so that what they make of a term is computed once. */
  readonly terms?: number;
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
const lnOfCount = (n: number): number => logarithms[n] ?? ln(n);

/**
 * Weighs the terms of documents. What has no weight is left out of its row: a term in every document where idf is log(N / df), and one
 * that was never seen. Every row alone, in float64.
 * State: 8 bytes per term of a corpus that stays as it is.
 */
export class TermWeigher {
  readonly #scheme: WeightScheme;
  readonly #slope: number;
  /** log x = ln x * perLn */
  readonly #perLn: number;
  #corpus: WeighedCorpus | undefined;
  /** What the corpus makes of each term (V,). */
  #idfs: Float64Array | undefined;

  constructor(scheme: WeightScheme, slope: number) {
    this.#scheme = scheme;
    this.#slope = slope;
    this.#perLn = scheme.base === "2" ? 1 / Math.LN2 : 1;
  }

  /** The batch with weights in the place of counts. The corpus is asked for before each row. */
  weigh(batch: DocumentTermBatch, corpusOf: (row: number) => WeighedCorpus): DocumentTermBatch {
    const rows = batch.lengths.length;
    const offsets = new Uint32Array(rows + 1);
    const terms = new Uint32Array(batch.terms.length);
    const values = new Float64Array(batch.terms.length);
    let cells = 0;
    for (let row = 0; row < rows; row++) {
      const corpus = corpusOf(row);
      const start = cells;
      cells = this.#weighRow(batch, row, corpus, { terms, values, start });
      const norm = this.#norm(batch, row, corpus, values, start, cells);
      if (norm !== 1) for (let cell = start; cell < cells; cell++) values[cell]! /= norm;
      offsets[row + 1] = cells;
    }
    return { ...batch, offsets, terms: terms.subarray(0, cells), values: values.subarray(0, cells) };
  }

  /** What the weights of a row are made of, by term. */
  explain(batch: DocumentTermBatch, row: number, corpus: WeighedCorpus): ReadonlyMap<number, WeightParts> {
    const { offsets, terms: ids, values: counts } = batch;
    const [from, to] = [offsets[row]!, offsets[row + 1]!];
    const [terms, values] = [new Uint32Array(to - from), new Float64Array(to - from)];
    const cells = this.#weighRow(batch, row, corpus, { terms, values, start: 0 });
    const norm = this.#norm(batch, row, corpus, values, 0, cells);
    const scale = this.#scaleOf(counts.subarray(from, to), batch.lengths[row]!);
    const countOf = new Map(Array.from(ids.subarray(from, to), (term, k) => [term, counts[from + k]!]));
    const partsOf = (term: number): [number, WeightParts] => [
      term,
      { tf: this.#tf(countOf.get(term)!, scale), idf: this.#idf(corpus, term), norm },
    ];
    return new Map(Array.from(terms.subarray(0, cells), partsOf));
  }

  /** Writes the terms of a row that have a weight, and tf x idf, from `start` on, and tells where they end. */
  #weighRow(
    { offsets, terms, values, lengths }: DocumentTermBatch,
    row: number,
    corpus: WeighedCorpus,
    weighed: { readonly terms: Uint32Array; readonly values: Float64Array; readonly start: number },
  ): number {
    const [from, to] = [offsets[row]!, offsets[row + 1]!];
    const scale = this.#scaleOf(values.subarray(from, to), lengths[row]!);
    const known = this.#knownIdfs(corpus);
    let cells = weighed.start;
    for (let cell = from; cell < to; cell++) {
      const term = terms[cell]!;
      const weight = this.#tf(values[cell]!, scale) * (known ? known[term]! : this.#idf(corpus, term));
      if (Math.abs(weight) <= LEAST) continue;
      weighed.terms[cells] = term;
      weighed.values[cells++] = weight;
    }
    return cells;
  }

  /** The idf of every term, of a corpus that stays as it is. */
  #knownIdfs(corpus: WeighedCorpus): Float64Array | undefined {
    if (corpus !== this.#corpus) {
      this.#corpus = corpus;
      const { terms } = corpus;
      this.#idfs =
        terms === undefined ? undefined : Float64Array.from({ length: terms }, (_, t) => this.#idf(corpus, t));
    }
    return this.#idfs;
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
        return 1 + this.#logOfCount(n);
      case "doubleLogarithm":
        return 1 + this.#log(1 + this.#logOfCount(n));
      case "augmented":
        return 0.5 + (0.5 * n) / scale;
      case "logAverage":
        return (1 + this.#logOfCount(n)) / scale;
    }
  }

  /** 0 for a term that was never seen, where its weight would not be finite. */
  #idf(corpus: WeighedCorpus, term: number): number {
    if (this.#scheme.idf === "none") return 1;
    const { documents } = corpus;
    const df = corpus.documentsOf(term);
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

  /** Of the row whose weights are values[start, end); 1 for a row without weights. */
  #norm(
    batch: DocumentTermBatch,
    row: number,
    corpus: WeighedCorpus,
    values: Float64Array,
    start: number,
    end: number,
  ): number {
    if (start === end) return 1;
    let sum = 0;
    switch (this.#scheme.norm) {
      case "none":
        return 1;
      case "l1":
        for (let cell = start; cell < end; cell++) sum += Math.abs(values[cell]!);
        return sum;
      case "l2":
        for (let cell = start; cell < end; cell++) sum += values[cell]! * values[cell]!;
        return Math.sqrt(sum);
      case "rootLength":
        return Math.sqrt(batch.lengths[row]!);
      case "pivotedUnique":
        return this.#pivoted(corpus, end - start);
      case "pivotedCharacters":
        return this.#pivoted(corpus, charactersOf(batch, row, corpus));
    }
  }

  #pivoted({ pivot }: WeighedCorpus, own: number): number {
    return (1 - this.#slope) * pivot + this.#slope * own;
  }

  #log(x: number): number {
    return ln(x) * this.#perLn;
  }

  #logOfCount(n: number): number {
    return lnOfCount(n) * this.#perLn;
  }
}

function charactersOf({ offsets, terms, values }: DocumentTermBatch, row: number, corpus: WeighedCorpus): number {
  let characters = 0;
  for (let cell = offsets[row]!; cell < offsets[row + 1]!; cell++)
    characters += values[cell]! * corpus.charactersOf(terms[cell]!);
  return characters;
}
