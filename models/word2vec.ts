import { Vectors } from "../kernels/vectors.js";
import { Word2vecTrainer } from "../kernels/word2vecTrainer.js";
import {
  boolean,
  type ContextBatch,
  defineUnit,
  integer,
  number,
  type OnlineModel,
  type OptionsOf,
  oneOf,
  parseOptions,
  type StepStats,
  type Vocabulary,
} from "../schemas/index.js";

export const word2vecSchema = defineUnit({
  name: "word2vec",
  kind: "model",
  consumes: "contexts",
  produces: "vectors",
  summary: "Learns vectors by telling a word's neighbours from noise, while the text flows",
  paper: "Mikolov et al. 2013, arXiv:1301.3781 and arXiv:1310.4546",
  fields: {
    architecture: oneOf(["skipGram", "cbow"], {
      default: "skipGram",
      description: "skipGram trains each word of a window against the centre, cbow their mean",
    }),
    loss: oneOf(["negativeSampling", "hierarchicalSoftmax"], {
      default: "negativeSampling",
      description: "What a centre is told apart from: noise words, or the turns of its path in a Huffman tree",
    }),
    vectorSize: integer({ min: 1, max: 4096, default: 100, description: "Length of a word vector (D)" }),
    negative: integer({ min: 1, max: 25, default: 5, description: "Noise words per centre, for negativeSampling" }),
    exponent: number({
      min: 0,
      max: 1,
      default: 0.75,
      description: "Noise words are drawn in proportion to their count raised to this power",
    }),
    epochs: integer({ min: 1, default: 5, description: "Passes over the corpus" }),
    learningRate: number({
      min: 0,
      aboveMin: true,
      optional: true,
      description: "Step size at the start; if left out 0.025 for skipGram and 0.05 for cbow, as in word2vec.c",
    }),
    minLearningRate: number({ min: 0, default: 0.0001, description: "Step size at the end of a linear schedule" }),
    schedule: oneOf(["linear", "constant"], {
      default: "linear",
      description: "How the step size goes from learningRate to minLearningRate; constant never falls",
    }),
    cbowMean: boolean({ default: true, description: "cbow trains the mean of a window's rows; false: their sum" }),
    seed: integer({ min: 0, default: 1, description: "Seed of the first weights and of the noise words" }),
  },
});

export type Word2vecOptions = OptionsOf<typeof word2vecSchema>;

/** Both matrices together; what a 32-bit memory can hold, less what is needed beside them. */
const MAX_WEIGHT_BYTES = 3.75 * 2 ** 30;

/**
 * word2vec: skip-gram or CBOW, with negative sampling or hierarchical softmax, from batches of context windows.
 *
 * In:  ContextBatch, in order, `epochs` passes. Out: Vectors (V, D), the input rows. Loss in nats, summed over the examples:
 * pairs of centre and context for skip-gram, centres for CBOW. The same batches, cut in any way, give the same bytes.
 * State: 8 V D bytes of weights + 8 V for noise words (or the Huffman paths).
 * @throws RangeError at the call, if an option is out of range; from `update`, if the weights exceed 3.75 GiB or the vocabulary is
 * empty; TypeError if the vocabulary changes, or `result` is asked for before any batch
 * @see https://github.com/tmikolov/word2vec
 * @example
 *   const model = word2vec({ vectorSize: 50, epochs: 5 });
 *   for (const batch of batches) await model.update(batch);
 *   (await model.result()).mostSimilar("river");
 */
export function word2vec(options?: Word2vecOptions): OnlineModel<Vectors> {
  const parsed = parseOptions(word2vecSchema, options);
  const learningRate = parsed.learningRate ?? (parsed.architecture === "skipGram" ? 0.025 : 0.05);
  const settings = { ...parsed, learningRate };
  let vocabulary: Vocabulary | undefined;
  let trainer: Word2vecTrainer | undefined;

  function start(of: Vocabulary): Word2vecTrainer {
    const terms = of.terms.length;
    const bytes = 8 * terms * settings.vectorSize;
    if (terms === 0) throw new RangeError("word2vec: the vocabulary must have terms, got none");
    if (bytes > MAX_WEIGHT_BYTES) {
      const found = `${terms} terms x ${settings.vectorSize} = ${(bytes / 2 ** 30).toFixed(1)} GiB`;
      throw new RangeError(
        `word2vec: weights must fit into 3.75 GiB, got ${found}; raise minCount or lower vectorSize`,
      );
    }
    return new Word2vecTrainer(settings, of.counts);
  }

  function update(batch: ContextBatch): StepStats {
    vocabulary ??= batch.vocabulary;
    if (batch.vocabulary !== vocabulary)
      throw new TypeError("word2vec: every batch must have the same vocabulary, got another one");
    trainer ??= start(vocabulary);
    return trainer.update(batch);
  }

  function result(): Vectors {
    if (!vocabulary || !trainer)
      throw new TypeError("word2vec: result must be asked for after the last batch, got no batch yet");
    const metadata = new Map([
      ["model", "word2vec"],
      ["options", JSON.stringify(settings)],
    ]);
    const values = trainer.weights.input.slice();
    return new Vectors({ terms: vocabulary.terms, values, vectorSize: settings.vectorSize, metadata });
  }

  return { name: "word2vec", consumes: "contexts", epochs: settings.epochs, update, result, close: () => {} };
}
