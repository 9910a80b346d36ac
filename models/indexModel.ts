import { postingBytes, SearchIndexBuilder } from "../kernels/search/searchIndexBuilder.js";
import { vocabularyBytes } from "../kernels/vocabulary/vocabulary.js";
import {
  type AnyUnit,
  type DocumentTermBatch,
  type IndexScoring,
  plural,
  type SearchIndex,
  type UpdatedModel,
} from "../schemas/index.js";

/** What an index of counts takes. */
export const indexCost = (_: unknown, { sizes }: Parameters<NonNullable<AnyUnit["cost"]>>[1]) => {
  const bytes = postingBytes(sizes.cells, sizes.documents) + vocabularyBytes(sizes.vocabulary);
  const from = ["cells", "documents", "vocabulary"] as const;
  return { memory: { bytes: 2 * bytes, from }, held: { bytes, from } };
};

/**
 * Indexes documents, or adds them to an index; how it is searched is kept beside the integers.
 * State: 8 bytes a posting and 8 a document, the terms, and what is known of documents; twice the postings while a result or snapshot is made.
 */
export function indexModel(
  name: string,
  scoring: IndexScoring,
  initialIndex?: SearchIndex,
): UpdatedModel<"documentTerms", "searchIndex"> {
  const builder = new SearchIndexBuilder(initialIndex);

  function update(batch: DocumentTermBatch) {
    builder.add(batch);
    const taken = batch.lengths.reduce((sum, length) => sum + length, 0);
    return { taken, examples: batch.lengths.length, loss: 0, epoch: batch.epoch };
  }

  function result(): SearchIndex {
    const index = builder.index();
    if (index.terms.length === 0)
      throw new RangeError(
        `${name}: a document must have a word of the vocabulary, got ${plural(index.lengths.length, "document")} without any`,
      );
    return { ...index, scoring, metadata: new Map([["model", name]]) };
  }

  return {
    name,
    reads: "documentTerms",
    makes: "searchIndex",
    epochs: 1,
    hasLoss: false,
    update,
    save: () => builder.save(),
    restore: (state) => builder.restore(state),
    snapshot: () => (builder.index().terms.length > 0 ? result() : undefined),
    result,
    close: () => {},
  };
}
