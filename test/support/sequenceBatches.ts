import { NO_TARGET, type SequenceBatch, type Vocabulary } from "#schemas";
import { makeVocabulary } from "../../dist/kernels/vocabulary/vocabulary.js";

/** A vocabulary of terms a, b, c ..., in this order. */
export function lettersVocabulary(size: number): Vocabulary {
  const terms = Array.from({ length: size }, (_, id) => String.fromCharCode(97 + id));
  return makeVocabulary(
    terms,
    Float64Array.from(terms, (_, id) => size - id),
  );
}

/**
 * Passes over documents of ids as batches of rows of `length` that stand alone, `rows` at a time; what a row predicts is the id that follows.
 */
export function sequenceBatches(
  vocabulary: Vocabulary,
  documents: readonly (readonly number[])[],
  { length, rows, epochs = 1 }: { readonly length: number; readonly rows: number; readonly epochs?: number },
): SequenceBatch[] {
  const cut = documents.flatMap((document, number) =>
    Array.from({ length: Math.ceil((document.length - 1) / length) }, (_, k) => ({
      number,
      goesOn: false,
      ids: document.slice(k * length, Math.min((k + 1) * length, document.length - 1)),
      targets: document.slice(k * length + 1, (k + 1) * length + 1),
    })),
  );
  const expectedTokens = cut.reduce((sum, { ids }) => sum + ids.length, 0);
  const batches: SequenceBatch[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    let tokensBefore = 0;
    for (let position = 0; position < cut.length; position += rows) {
      const some = cut.slice(position, position + rows);
      const ids = new Uint32Array(some.length * length);
      const targets = new Int32Array(ids.length).fill(NO_TARGET);
      some.forEach((row, k) => {
        ids.set(row.ids, k * length);
        targets.set(row.targets, k * length);
      });
      batches.push({
        ...{ vocabulary, sequenceLength: length, ids, targets, epoch, position, tokensBefore, expectedTokens },
        lengths: Uint32Array.from(some, (row) => row.ids.length),
        continues: new Uint8Array(some.length),
        rowDocuments: Uint32Array.from(some, ({ number }) => number),
      });
      tokensBefore += some.reduce((sum, row) => sum + row.ids.length, 0);
    }
  }
  return batches;
}
