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
