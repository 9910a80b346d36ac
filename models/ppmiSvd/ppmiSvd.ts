import { scaledBySingularValues } from "../../kernels/decomposition/singularScale.js";
import { Vectors } from "../../kernels/embedding/vectors.js";
import {
  defineUnit,
  type FinalCooccurrence,
  type FittedModel,
  integer,
  type Model,
  number,
  type OptionsOf,
  oneOf,
  parseOptions,
  type StepStats,
} from "../../schemas/index.js";
import { fittedFacts, iterationsField, SubspaceFit, subspaceFields } from "../subspace/subspaceFit.js";
import { associationRows } from "./associationRows.js";

export const ppmiSvdSchema = defineUnit({
  name: "ppmiSvd",
  kind: "model",
  reads: "cooccurrence",
  makes: "vectors",
  summary: "Word vectors from the largest singular vectors of positive pointwise mutual information",
  paper: "Levy, Goldberg and Dagan 2015, TACL, Q15-1016; Levy and Goldberg 2014",
  upstream: { windowContexts: { windowSize: 5, boundary: "document" }, accumulateCooccurrence: { weighting: "flat" } },
  fields: {
    ...subspaceFields,
    iterations: integer({ ...iterationsField, default: 3 }),
    smoothing: number({
      default: 0.75,
      min: 0,
      max: 1,
      description: "Power of the context counts in PMI: below 1 it holds back rare contexts",
    }),
    shift: number({
      default: 1,
      min: 1,
      description: "PMI - ln shift, where that is above 0: the paper's k, the negative samples of word2vec",
    }),
    power: oneOf(["0", "0.5", "1"], {
      default: "0.5",
      description: "Vectors are U S^power: the paper's p, of which it advises against 1",
    }),
  },
  create: (_, options): Model<"cooccurrence", "vectors"> => ppmiSvd(options),
});

export type PpmiSvdOptions = OptionsOf<typeof ppmiSvdSchema>;

/**
 * Word vectors U S^power from the truncated singular value decomposition of the shifted positive PMI of a co-occurrence table, rows being
 * words and columns contexts. A table that `associate` has measured is taken as it is.
 *
 * In:  FinalCooccurrence, M cells over V terms. Out: Vectors (V, k), rows of zeros for words without a positive cell. One StepStats a pass;
 * its loss is the sum of squares that k vectors leave unexplained. The same bytes for any number of workers.
 * State: as `lsa`: 8 V m bytes and 8 M of cells, up to `memory`; then 4 V k of vectors.
 * @throws RangeError at the call, if an option is out of range; from `fit`, if vectorSize is more than there are words, or no cell is positive
 * @see Levy et al. 2015, https://aclanthology.org/Q15-1016
 * @example
 *   const model = ppmiSvd({ vectorSize: 100 });
 *   for await (const { epoch, loss } of model.fit(table)) console.log(epoch, loss);
 *   (await model.result()).mostSimilar("river");
 */
export function ppmiSvd(options?: PpmiSvdOptions): FittedModel<"cooccurrence", "vectors", Vectors> {
  const settings = parseOptions(ppmiSvdSchema, options);
  const { vectorSize, iterations, oversampling, seed, smoothing, shift, power } = settings;
  const passes = new SubspaceFit("ppmiSvd", settings);
  let terms: readonly string[] = [];

  async function* fit(table: FinalCooccurrence, signal?: AbortSignal): AsyncGenerator<StepStats> {
    terms = table.vocabulary.terms;
    const matrix = await associationRows(table, { smoothing, shift });
    const names = ["words", "contexts"] as const;
    for await (const { epoch, loss } of passes.fit({ rows: matrix, names, wantsProducts: true }, signal))
      yield { taken: table.length, examples: table.length, loss, epoch };
  }

  function result(): Vectors {
    const found = passes.fitted;
    const size = found.singularValues.length;
    // A V = U S
    const values = scaledBySingularValues(found.products!, found.singularValues, Number(power) - 1);
    const metadata = new Map([
      ["model", "ppmiSvd"],
      ["options", JSON.stringify({ vectorSize, iterations, oversampling, smoothing, shift, power, seed })],
      ...fittedFacts(found, vectorSize),
    ]);
    return new Vectors({ terms, values, vectorSize: size, metadata });
  }

  return {
    name: "ppmiSvd",
    reads: "cooccurrence",
    makes: "vectors",
    epochs: passes.passes,
    fit,
    save: () => passes.save(),
    restore: (state) => passes.restore(state),
    result,
    close: () => passes.close(),
  };
}
