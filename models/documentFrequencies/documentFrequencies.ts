import { DocumentFrequencyCounter } from "../../kernels/documents/documentFrequencyCounter.js";
import {
  type DocumentFrequencies,
  type DocumentTermBatch,
  defineUnit,
  type UpdatedModel,
  type Vocabulary,
} from "../../schemas/index.js";

export const documentFrequenciesSchema = defineUnit({
  name: "documentFrequencies",
  kind: "model",
  reads: "documentTerms",
  makes: "documentFrequencies",
  summary: "Counts in how many documents each term occurs",
  paper: "Spärck Jones 1972, Journal of Documentation 28(1)",
  fields: {},
  create: (): UpdatedModel<"documentTerms", "documentFrequencies"> => documentFrequencies(),
});

/**
 * Counts in how many documents each term occurs: what inverse document frequencies are made of.
 *
 * In:  DocumentTermBatch, one pass. Out: DocumentFrequencies; exact, whatever the batches and the order of the documents. Has no loss.
 * State: 8 bytes per term. `snapshot` tells the frequencies so far.
 * @throws RangeError from `result`, if there were no documents
 * @example
 *   await run(documentTerms$.pipe(feed(model)));
 *   const { counts, documents } = await model.result();
 */
export function documentFrequencies(): UpdatedModel<"documentTerms", "documentFrequencies"> {
  const counter = new DocumentFrequencyCounter();
  let vocabulary: Vocabulary | undefined;

  function update(batch: DocumentTermBatch) {
    vocabulary = batch.vocabulary;
    counter.add(batch);
    const taken = batch.lengths.reduce((sum, length) => sum + length, 0);
    return { taken, examples: batch.lengths.length, epoch: batch.epoch };
  }

  function result(): DocumentFrequencies {
    if (!vocabulary) throw new RangeError("documentFrequencies: the stream must have documents, got none");
    return counter.frequencies(vocabulary);
  }

  return {
    name: "documentFrequencies",
    reads: "documentTerms",
    makes: "documentFrequencies",
    epochs: 1,
    update,
    save: () => counter.save(),
    restore: (state, context) => {
      vocabulary = context.vocabulary;
      counter.restore(state);
    },
    snapshot: () => (vocabulary ? result() : undefined),
    result,
    close: () => {},
  };
}
