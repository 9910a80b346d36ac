import type { ParameterForm, Tensor } from "../engine.js";
import { normalValues } from "../initialValues.js";
import { activation } from "../layers/activation.js";
import { sum } from "../layers/arithmetic.js";
import { attention, type WeightKeeper } from "../layers/attention.js";
import { crossEntropy } from "../layers/crossEntropy.js";
import { embedding } from "../layers/embedding.js";
import { layerNorm } from "../layers/layerNorm.js";
import { linear } from "../layers/linear.js";
import { gathered } from "../layers/shaping.js";
import {
  type BlockKind,
  type BlockNames,
  denseForms,
  layerNormForms,
  transformerBlockForms,
} from "../layers/transformerBlock.js";
import { requireHeads, requirePlaces, type TransformerOptions, transformerStack } from "../layers/transformerStack.js";
import type { Network, NetworkBatch } from "../network.js";
import { sizeOf } from "../shapes.js";
import { silentReadings } from "../silentLayers.js";
import type { Flow, Tape } from "../tape.js";

export interface BertOptions extends TransformerOptions {
  /** Texts that a row may hold, each with a vector of its own. */
  readonly segments: number;
  /** Whether it also tells of rows of two texts if the second one follows the first. */
  readonly nextSentence: boolean;
  /** Deviation of the first weights, BERT's if left out. */
  readonly initialDeviation?: number;
  /** It has no output for terms, as an encoder that was kept alone. */
  readonly encoderOnly?: boolean;
}

/** Deviation of BERT's first weights. */
const INITIAL = 0.02;
const EMBEDDINGS = "bert.embeddings";
const WORDS = `${EMBEDDINGS}.word_embeddings.weight`;
const POOLER = "bert.pooler.dense";
const TRANSFORM = "cls.predictions.transform";
const OUTPUT_BIAS = "cls.predictions.bias";
const NEXT = "cls.seq_relationship";

/**
 * BERT (Devlin et al. 2019, arXiv:1810.04805): a stack of transformer blocks in which each place looks at all of its row, with norms behind what
 * is added, and terms that are predicted where they are hidden; the table of that output is that of the input. With `nextSentence` the
 * first place of each row tells whether its second text follows the first: class 0, or not: 1. What is minimised is the mean loss of the
 * hidden terms and the mean loss of the classes together. The output reads the places alone where something is predicted. What BERT drops
 * of the weights of attention is not dropped.
 *
 * Parameters have the names and shapes of transformers' BertForPreTraining, weights outputs x inputs; `cls.predictions.decoder.weight` is
 * `bert.embeddings.word_embeddings.weight`. With `encoderOnly` there is no output for terms: layers can be read, and nothing is predicted but
 * classes. First weights are normal with a deviation of `initialDeviation`; biases are 0, gains 1.
 */
export function bert(options: BertOptions): Network {
  const { terms, positions, layers, heads, vectorSize: width, innerSize: inner, nextSentence } = options;
  const { encoderOnly = false, initialDeviation = INITIAL } = options;
  requireHeads("bert", options);
  const kind: BlockKind = {
    norm: "after",
    activation: options.activation,
    epsilon: options.epsilon,
    rowsAreOutputs: true,
  };
  const blocks = Array.from({ length: layers }, (_, layer) => namesOf(layer));
  const forms: ParameterForm[] = [
    { name: WORDS, shape: [terms, width], decays: true },
    { name: `${EMBEDDINGS}.position_embeddings.weight`, shape: [positions, width], decays: true },
    { name: `${EMBEDDINGS}.token_type_embeddings.weight`, shape: [options.segments, width], decays: true },
    ...layerNormForms(`${EMBEDDINGS}.LayerNorm`, width),
    ...blocks.flatMap((names) => transformerBlockForms(names, kind, { width, inner })),
    ...(nextSentence ? denseForms(POOLER, width, width, kind) : []),
    ...(encoderOnly ? [] : outputForms()),
    ...(nextSentence ? denseForms(NEXT, width, 2, kind) : []),
  ];
  function outputForms(): ParameterForm[] {
    return [
      ...denseForms(`${TRANSFORM}.dense`, width, width, kind),
      ...layerNormForms(`${TRANSFORM}.LayerNorm`, width),
      { name: OUTPUT_BIAS, shape: [terms], decays: false },
    ];
  }

  const dense = (tape: Tape, x: Flow, name: string) =>
    linear(tape, x, `${name}.weight`, { bias: `${name}.bias`, rowsAreOutputs: true });
  const normed = (tape: Tape, x: Flow, name: string) => layerNorm(tape, x, name, options.epsilon);

  function embedded(tape: Tape, { length, ids, segments }: Omit<NetworkBatch, "targets">): Flow {
    const { engine } = tape;
    const of = (table: string, rows: Uint32Array) =>
      embedding(tape, `${EMBEDDINGS}.${table}_embeddings.weight`, engine.placeIndices(rows));
    const words = sum(
      tape,
      of("word", ids),
      of("token_type", segments ? Uint32Array.from(segments) : new Uint32Array(ids.length)),
    );
    const places = ids.map((_, place) => place % length);
    return normed(tape, sum(tape, words, of("position", places)), `${EMBEDDINGS}.LayerNorm`);
  }

  /** The embeddings, and what is behind each block. */
  function run(tape: Tape, batch: Omit<NetworkBatch, "targets">, keep?: WeightKeeper): readonly Flow[] {
    const { rows, length } = batch;
    requirePlaces("bert", length, options);
    const lengths = tape.engine.placeIndices(batch.lengths);
    const attend = (qkv: Flow) => attention(tape, qkv, { heads, sequences: rows, causal: false, lengths }, keep);
    return transformerStack(tape, embedded(tape, batch), blocks, kind, { ...batch, attend, rate: options.dropout });
  }

  function logitsOf(tape: Tape, hidden: Flow): Flow {
    const inner = activation(tape, options.activation, dense(tape, hidden, `${TRANSFORM}.dense`));
    const read = normed(tape, inner, `${TRANSFORM}.LayerNorm`);
    return linear(tape, read, WORDS, { bias: OUTPUT_BIAS, rowsAreOutputs: true });
  }

  /** Of each place; logits are made of those that predict something. */
  function termLosses(tape: Tape, hidden: Flow, targets: Int32Array, scale: number): Tensor {
    const { engine } = tape;
    const places = Int32Array.from(targets.keys()).filter((place) => targets[place]! >= 0);
    if (places.length === 0) return engine.zeros([targets.length]);
    const held = engine.placeIndices(places);
    const wanted = engine.placeIndices(places.map((place) => targets[place]!));
    const losses = crossEntropy(tape, logitsOf(tape, gathered(tape, hidden, held)), wanted, scale);
    const column = engine.reshape(losses, [places.length, 1]);
    return engine.reshape(engine.scatter(column, held, targets.length), [targets.length]);
  }

  /** What the first place of each row tells of it (rows x 2). */
  function classesOf(tape: Tape, hidden: Flow, rows: number): Flow {
    const length = hidden.tensor.shape[0]! / rows;
    const firsts = tape.engine.placeIndices(Int32Array.from({ length: rows }, (_, row) => row * length));
    return dense(tape, activation(tape, "tanh", dense(tape, gathered(tape, hidden, firsts), POOLER)), NEXT);
  }

  return {
    forms,
    stateSize: 0,
    vectors: WORDS,
    longest: positions,
    readsBothSides: true,
    ...(encoderOnly ? { predictsTerms: false as const } : {}),
    looksAhead: true,
    initial(form, seed) {
      if (form.shape.length > 1) return normalValues(form, seed, initialDeviation);
      return new Float32Array(sizeOf(form.shape)).fill(form.name.endsWith("LayerNorm.weight") ? 1 : 0);
    },
    learn(tape, batch, scale) {
      const hidden = run(tape, batch).at(-1)!;
      const losses = termLosses(tape, hidden, batch.targets, scale);
      const { labels, labelScale = 0, rows } = batch;
      if (!nextSentence || !labels) return { losses };
      const classes = classesOf(tape, hidden, rows);
      const labelScores = tape.engine.scale(classes.tensor, 1); // a copy, since the losses use them up
      const labelLosses = crossEntropy(tape, classes, tape.engine.placeIndices(labels), labelScale);
      return { losses, labelLosses, labelScores };
    },
    layerSizes: new Array<number>(layers + 1).fill(width),
    hidden: run,
    ...silentReadings(run, logitsOf),
  };
}

function namesOf(layer: number): BlockNames {
  const block = `bert.encoder.layer.${layer}`;
  return {
    projections: ["query", "key", "value"].map((part) => `${block}.attention.self.${part}`),
    attended: `${block}.attention.output.dense`,
    attentionNorm: `${block}.attention.output.LayerNorm`,
    widened: `${block}.intermediate.dense`,
    narrowed: `${block}.output.dense`,
    outputNorm: `${block}.output.LayerNorm`,
  };
}
