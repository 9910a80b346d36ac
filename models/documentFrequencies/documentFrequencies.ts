import { DocumentFrequencyCounter } from "../../kernels/documents/documentFrequencyCounter.js";
import { mergeFrequencies } from "../../kernels/documents/mergeFrequencies.js";
import { frequenciesOption } from "../../schemas/fields.js";
import {
  type DocumentFrequencies,
  type DocumentTermBatch,
  defineUnit,
  type OptionsOf,
  parseOptions,
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
  fields: {
    initialFrequencies: frequenciesOption({
      optional: true,
      description: "What was counted before over other documents, which is added",
    }),
  },
  create: (_, options): UpdatedModel<"documentTerms", "documentFrequencies"> => documentFrequencies(options),
});

export type DocumentFrequenciesOptions = OptionsOf<typeof documentFrequenciesSchema>;

/**
 * Counts in how many documents each term occurs: what inverse document frequencies are made of.
 *
 * In:  DocumentTermBatch, one pass. Out: DocumentFrequencies; exact, whatever the batches and the order of the documents. With
 * `initialFrequencies`, of the terms of both: counted in two parts, a corpus has the same frequencies as counted at once. Has no loss.
 * State: 8 bytes per term, and the initial frequencies. `snapshot` tells the frequencies so far.
 * @throws TypeError at the call, if an option is of the wrong kind; RangeError from `result`, if there were no documents
 * @example
 *   await run(documentTerms$.pipe(feed(model)));
 *   const { counts, documents } = await model.result();
 */
export function documentFrequencies(
  options?: DocumentFrequenciesOptions,
): UpdatedModel<"documentTerms", "documentFrequencies"> {
  const { initialFrequencies } = parseOptions(documentFrequenciesSchema, options);
  const counter = new DocumentFrequencyCounter();
  let vocabulary: Vocabulary | undefined;

  function update(batch: DocumentTermBatch) {
    vocabulary = batch.vocabulary;
    counter.add(batch);
    const taken = batch.lengths.reduce((sum, length) => sum + length, 0);
    return { taken, examples: batch.lengths.length, loss: 0, epoch: batch.epoch };
  }

  function result(): DocumentFrequencies {
    if (!vocabulary) throw new RangeError("documentFrequencies: the stream must have documents, got none");
    const counted = counter.frequencies(vocabulary);
    return initialFrequencies ? mergeFrequencies(initialFrequencies, counted) : counted;
  }

  return {
    name: "documentFrequencies",
    reads: "documentTerms",
    makes: "documentFrequencies",
    epochs: 1,
    hasLoss: false,
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
