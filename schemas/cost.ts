/**
 * How much flows through a run, as far as it is told before: from options, or estimated from the beginning of the text. NaN stands for what
 * nobody knows, and for all that is computed from it.
 */
export interface Sizes {
  readonly documents: number;
  readonly tokens: number;
  /** Tokens of the most frequent term. */
  readonly commonest: number;
  /** Distinct terms, however rare. */
  readonly types: number;
  /** Characters of a distinct term, on average. */
  readonly termLength: number;
  /** Terms that are kept, once a step has chosen them. */
  readonly vocabulary: number;
  readonly labels: number;
  /** Cells of the matrix of documents and terms: distinct terms of each document, added up. */
  readonly cells: number;
  /** Pairs of a token and a neighbour in its window. */
  readonly pairs: number;
  /** Cells of a table of co-occurrence. */
  readonly cooccurrences: number;
  /** Rows of a batch of sequences, and places in a row. */
  readonly batchRows: number;
  readonly rowLength: number;
}

export type SizeName = keyof Sizes;

/** What a unit is told to say what it will take. */
export interface CostInput {
  readonly sizes: Sizes;
  /** Distinct terms that occur so often at least. */
  termsWith(minCount: number): number;
}

/** Bytes, with the sizes and options that they are computed from. */
export interface NamedBytes {
  readonly bytes: number;
  readonly from: readonly string[];
}

/** What a unit takes in a run, as upper bounds. */
export interface Cost {
  /** While its step goes on. */
  readonly memory: NamedBytes;
  /** From then on, until the last step that reads or needs what it makes; nothing if left out. */
  readonly held?: NamedBytes;
  /** Files that are removed when nobody reads them any more. */
  readonly scratch?: NamedBytes;
  /** How often it reads what is whole before it begins; once if left out. */
  readonly passes?: number;
  /** Threads besides the main one. */
  readonly threads?: number;
  /** Sizes that steps behind it, and those that need what it makes, are told in the place of those before it. */
  readonly makes?: Partial<Sizes>;
}

/** The smaller of a size and a bound; the bound where nobody knows the size. */
export const atMost = (bound: number, size: number): number => (Number.isNaN(size) ? bound : Math.min(bound, size));

/**
 * What arrays that were read from a file and dropped again may take before V8 collects them: it does so once they have grown by 64 MiB
 * (`kExternalAllocationSoftLimit`).
 */
export const UNCOLLECTED_BYTES = 64 * 2 ** 20;
