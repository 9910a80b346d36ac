/** Bytes of a record in GloVe's `cooccurrence.bin`: int32 row, int32 column, float64 weight. */
export const recordBytes = 16;
