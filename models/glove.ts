import { type GloveCells, type GloveParameters, gloveSteps, importanceOf, initialGlove } from "../kernels/glove.js";
import { ln } from "../kernels/logarithm.js";
import { randomStream } from "../kernels/random.js";
import { shuffled } from "../kernels/shuffle.js";
import { Vectors } from "../kernels/vectors.js";
import {
  defineUnit,
  type FinalCooccurrence,
  integer,
  number,
  type OptionsOf,
  oneOf,
  parseOptions,
  type StepStats,
  type TableModel,
} from "../schemas/index.js";

export const gloveSchema = defineUnit({
  name: "glove",
  kind: "model",
  consumes: "cooccurrence",
  produces: "vectors",
  summary: "Learns vectors whose products fit the logarithm of a finished co-occurrence table",
  paper: "Pennington et al. 2014, EMNLP, D14-1162",
  fields: {
    vectorSize: integer({ min: 1, max: 4096, default: 100, description: "Length of a word vector (D)" }),
    xMax: number({
      min: 0,
      aboveMin: true,
      default: 100,
      description: "Weight from which on a cell counts fully; small corpora want less (GloVe's own demo takes 10)",
    }),
    exponent: number({
      min: 0,
      default: 0.75,
      description: "How steeply a cell's importance rises below xMax (the paper's alpha)",
    }),
    epochs: integer({
      min: 1,
      optional: true,
      description: "Passes over the table; if left out 50, or 100 from vectorSize 300 on, as in the paper",
    }),
    learningRate: number({ min: 0, aboveMin: true, default: 0.05, description: "AdaGrad's step size" }),
    tolerance: number({
      min: 0,
      optional: true,
      description: "Stop once the mean loss falls by less than this part of itself from one epoch to the next",
    }),
    output: oneOf(["sum", "word", "context", "concatenated", "both"], {
      default: "sum",
      description:
        "sum: w + w~ (D); word: w (D); context: w~ (D); concatenated: w, w~ (2D); both: w, b, w~, b~ with the biases (2D + 2)",
    }),
    seed: integer({ min: 0, default: 1, description: "Seed of the first vectors and of the order of cells" }),
  },
});

export type GloveOptions = OptionsOf<typeof gloveSchema>;
type Output = NonNullable<GloveOptions["output"]>;

/**
 * GloVe over a finished table: weighted least squares on ln x, with AdaGrad, cells in a shuffled order.
 *
 * In:  FinalCooccurrence, N cells over V terms. Out: Vectors (V, D), or wider by `output`. One StepStats an epoch; its loss is
 * the sum of 1/2 f(x) diff^2, and divided by its examples what Stanford's program prints.
 * State: 16 V (D + 1) bytes of parameters and 20 N bytes of cells.
 * @throws RangeError at the call, if an option is out of range; from `fit`, if the table is empty or the loss is not finite
 * @see Pennington et al. 2014, https://nlp.stanford.edu/pubs/glove.pdf; Stanford's glove.c
 * @example
 *   const model = glove({ vectorSize: 50, xMax: 10, epochs: 15 });
 *   for await (const { epoch, loss, examples } of model.fit(table)) console.log(epoch, loss / examples);
 *   (await model.result()).mostSimilar("river");
 */
export function glove(options?: GloveOptions): TableModel<Vectors> {
  const settings = parseOptions(gloveSchema, options);
  const { vectorSize, xMax, exponent, learningRate, tolerance, output, seed } = settings;
  const epochs = settings.epochs ?? (vectorSize < 300 ? 50 : 100);
  let terms: readonly string[] = [];
  let parameters: GloveParameters | undefined;

  async function* fit(table: FinalCooccurrence): AsyncGenerator<StepStats> {
    if (table.length === 0) throw new RangeError("glove: the co-occurrence table must have cells, got none");
    terms = table.vocabulary.terms;
    parameters = initialGlove(terms.length, vectorSize, seed);
    const cells = await readShuffled(table);
    let before = Number.POSITIVE_INFINITY;
    for (let epoch = 0; epoch < epochs; epoch++) {
      const { loss, brokenCell } = gloveSteps(parameters, cells, learningRate);
      if (brokenCell !== undefined) throw notFinite(epoch, cells, brokenCell);
      yield { examples: cells.row.length, loss, epoch };
      if (tolerance !== undefined && before - loss < tolerance * before) return;
      before = loss;
    }
  }

  async function readShuffled(table: FinalCooccurrence): Promise<GloveCells> {
    const order = shuffled(table.length, randomStream(seed, "glove.order"));
    const cells = {
      row: new Int32Array(table.length),
      column: new Int32Array(table.length),
      logWeight: new Float32Array(table.length),
      importance: new Float32Array(table.length),
    };
    let read = 0;
    for await (const { row, column, weight } of table.batches()) {
      for (let i = 0; i < row.length; i++) {
        const at = order[read++]!;
        const logWeight = ln(weight[i]!);
        cells.row[at] = row[i]!;
        cells.column[at] = column[i]!;
        cells.logWeight[at] = logWeight;
        cells.importance[at] = importanceOf(logWeight, xMax, exponent);
      }
    }
    return cells;
  }

  function notFinite(epoch: number, cells: GloveCells, index: number): RangeError {
    const [row, column] = [cells.row[index]!, cells.column[index]!];
    const cell = `${row}, ${column} (${JSON.stringify(terms[row])}, ${JSON.stringify(terms[column])})`;
    return new RangeError(
      `glove: the loss must stay finite, got NaN or infinity in epoch ${epoch} at cell ${cell}; lower learningRate`,
    );
  }

  function result(): Vectors {
    if (!parameters) throw new TypeError("glove: result must be asked for after fit, got no table yet");
    const metadata = new Map([
      ["model", "glove"],
      ["options", JSON.stringify({ ...settings, epochs })],
    ]);
    const values = outputRows(parameters, output);
    return new Vectors({ terms, values, vectorSize: values.length / terms.length, metadata });
  }

  return { name: "glove", consumes: "cooccurrence", epochs, fit, result, close: () => {} };
}

/** What a row of the result holds, side by side; `sum` adds its two parts. */
function outputRows({ word, context }: GloveParameters, output: Output): Float32Array {
  if (output === "sum") return Float32Array.from(word.vectors, (value, i) => value + context.vectors[i]!);
  const parts = {
    word: [word.vectors],
    context: [context.vectors],
    concatenated: [word.vectors, context.vectors],
    both: [word.vectors, word.biases, context.vectors, context.biases],
  }[output];
  const terms = word.biases.length;
  const widths = parts.map((part) => part.length / terms);
  const width = widths.reduce((sum, each) => sum + each, 0);
  const rows = new Float32Array(terms * width);
  for (let term = 0, at = 0; term < terms; term++) {
    parts.forEach((part, p) => {
      rows.set(part.subarray(term * widths[p]!, (term + 1) * widths[p]!), at);
      at += widths[p]!;
    });
  }
  return rows;
}
