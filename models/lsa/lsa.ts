import {
  comparedVocabulary,
  defineUnit,
  type FinalDocumentTerms,
  type FittedModel,
  type Model,
  type OptionsOf,
  parseOptions,
  type SemanticSpace,
  type StepStats,
} from "../../schemas/index.js";
import { fittedFacts, SubspaceFit, subspaceCost, subspaceFields } from "../subspace/subspaceFit.js";

export const lsaSchema = defineUnit({
  name: "lsa",
  kind: "model",
  reads: "documentTermTable",
  makes: "semanticSpace",
  summary: "Latent semantic analysis: the largest singular vectors of the matrix of documents and terms",
  paper:
    "Deerwester et al. 1990; randomised: Halko et al. 2011, arXiv:0909.4061; with shifts: Feng et al. 2024, arXiv:2404.09276",
  compared: {
    options: ({ documents }) => ({
      buildVocab: comparedVocabulary,
      lsa: { vectorSize: Math.max(1, Math.min(100, documents >> 1)) },
    }),
  },
  upstream: { documentFrequencies: {}, weighTerms: { sublinear: true } },
  fields: subspaceFields,
  cost(options, { sizes }) {
    const { documents: rows, vocabulary: columns, cells } = sizes;
    const { bytes, threads, passes } = subspaceCost("lsa", options, { rows, columns, cells });
    return {
      memory: { bytes, from: ["vocabulary", "vectorSize", "oversampling", "memory", "cells", "documents"] },
      held: { bytes: 4 * columns * options.vectorSize, from: ["vocabulary", "vectorSize"] },
      threads,
      passes,
    };
  },
  create: (_, options): Model<"documentTermTable", "semanticSpace"> => lsa(options),
});

export type LsaOptions = OptionsOf<typeof lsaSchema>;

/**
 * LSA over a finished table of weights: the k largest singular values of the matrix of documents and terms and their term vectors, by
 * randomised subspace iteration.
 *
 * In:  FinalDocumentTerms, N documents, V terms, M cells. Out: SemanticSpace (V, k). One StepStats a pass; its loss is the sum of squares of
 * the matrix that k vectors leave unexplained. The same bytes for any batches and any number of workers.
 * State: 8 V m bytes, m = vectorSize + oversampling rounded up to a multiple of 32, and 8 M + 4 N of the matrix; where that is more than
 * `memory`, the table is read again in each of the `iterations` + 2 passes, with two stretches of 4,096 documents in memory.
 * Vectors that the matrix does not have, as where its rank is below vectorSize, are left out and counted in the metadata, as rankDeficient.
 * @throws RangeError at the call, if an option is out of range; from `fit`, if vectorSize is more than there are documents or terms, all
 * cells are 0, or the memory were more than 4 GiB
 * @see Halko et al. 2011, https://arxiv.org/abs/0909.4061
 * @example
 *   const model = lsa({ vectorSize: 200 });
 *   for await (const { epoch, loss } of model.fit(table)) console.log(epoch, loss);
 *   const { singularValues, termVectors } = await model.result();
 */
export function lsa(options?: LsaOptions): FittedModel<"documentTermTable", "semanticSpace"> {
  const settings = parseOptions(lsaSchema, options);
  const passes = new SubspaceFit("lsa", settings);
  let fitted: FinalDocumentTerms | undefined;

  async function* fit(table: FinalDocumentTerms, signal?: AbortSignal): AsyncGenerator<StepStats> {
    fitted = table;
    const { vocabulary, documents, tokens, length } = table;
    const rows = { columns: vocabulary.terms.length, rows: documents, cells: length, batches: () => table.batches() };
    const names = ["documents", "terms"] as const;
    for await (const { epoch, loss } of passes.fit({ rows, names, wantsProducts: false }, signal))
      yield { taken: tokens, examples: documents, loss, epoch };
  }

  function result(): SemanticSpace {
    const found = passes.fitted;
    const { vocabulary, documents } = fitted!;
    const { vectorSize, iterations, oversampling, seed } = settings;
    const { vectors: termVectors, singularValues, squares } = found;
    const metadata = new Map([
      ["model", "lsa"],
      ["options", JSON.stringify({ vectorSize, iterations, oversampling, seed })],
      ...fittedFacts(found, vectorSize),
    ]);
    return { vocabulary, termVectors, singularValues, squares, documents, metadata };
  }

  return {
    name: "lsa",
    reads: "documentTermTable",
    makes: "semanticSpace",
    epochs: passes.passes,
    fit,
    save: () => passes.save(),
    restore: (state) => passes.restore(state),
    result,
    close: () => passes.close(),
  };
}
