/** Takes words, as the pre-tokenizer cuts them, apart into ids of pieces. */
export interface PieceModel {
  /** Puts the ids of a word behind those in `ids`. */
  encode(word: string, ids: number[]): void;
}

/** The id of each piece; of a piece that stands twice, the last. */
export type PieceIds = ReadonlyMap<string, number>;
