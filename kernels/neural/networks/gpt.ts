import type { ParameterForm, Tensor } from "../engine.js";
import { normalValues } from "../initialValues.js";
import { sum } from "../layers/arithmetic.js";
import { attention, type WeightKeeper } from "../layers/attention.js";
import { crossEntropy } from "../layers/crossEntropy.js";
import { embedding } from "../layers/embedding.js";
import { type KeptRows, keptAttention } from "../layers/keptAttention.js";
import { layerNorm } from "../layers/layerNorm.js";
import { linear } from "../layers/linear.js";
import {
  type BlockKind,
  type BlockNames,
  layerNormForms,
  transformerBlock,
  transformerBlockForms,
} from "../layers/transformerBlock.js";
import { requireHeads, requirePlaces, type TransformerOptions, transformerStack } from "../layers/transformerStack.js";
import type { Network, NetworkBatch } from "../network.js";
import { sizeOf } from "../shapes.js";
import { silentReadings } from "../silentLayers.js";
import { type Flow, Tape } from "../tape.js";

export type GptOptions = TransformerOptions;

/** Deviation of first weights. */
const INITIAL = 0.02;
const OUTPUT_NORM = "ln_f";

/**
 * GPT-2 (Radford et al. 2018, 2019): a stack of transformer blocks, each place looking at itself and those before it, with norms before
 * attention and before the layers behind it; the table of the output is that of the input, without biases. What GPT-2 drops of the weights of
 * attention is not dropped.
 *
 * Parameters have the names and shapes of GPT-2's checkpoints, weights inputs x outputs: `wte.weight` (V x D), `wpe.weight` (T x D),
 * `h.0.ln_1`, `h.0.attn.c_attn` (D x 3D), `h.0.attn.c_proj`, `h.0.ln_2`, `h.0.mlp.c_fc`, `h.0.mlp.c_proj`, each with `.weight` and `.bias`, ...,
 * `ln_f`. First weights are normal with a deviation of 0.02, those of the projections that are added to what flows past, one over the root of twice
 * the layers of it; biases are 0, gains 1.
 */
export function gpt(options: GptOptions): Network {
  const { terms, positions, layers, heads, vectorSize: width, innerSize: inner } = options;
  requireHeads("gpt", options);
  const kind: BlockKind = {
    norm: "before",
    activation: options.activation,
    epsilon: options.epsilon,
    rowsAreOutputs: false,
  };
  const blocks = Array.from({ length: layers }, (_, layer) => namesOf(layer));
  const residual = new Set(blocks.flatMap(({ attended, narrowed }) => [attended, narrowed]).map((n) => `${n}.weight`));
  const forms: ParameterForm[] = [
    { name: "wte.weight", shape: [terms, width], decays: true },
    { name: "wpe.weight", shape: [positions, width], decays: true },
    ...blocks.flatMap((names) => transformerBlockForms(names, kind, { width, inner })),
    ...layerNormForms(OUTPUT_NORM, width),
  ];

  /** Of the places `first`, `first` + 1 ... of each row. */
  function embedded(tape: Tape, ids: Uint32Array, length: number, first = 0): Flow {
    const { engine } = tape;
    const places = ids.map((_, i) => first + (i % length));
    const vectors = embedding(tape, "wte.weight", engine.placeIndices(ids));
    return sum(tape, vectors, embedding(tape, "wpe.weight", engine.placeIndices(places)));
  }

  /** The embeddings, and what is behind each block; the last one with the norm of the output. */
  function run(tape: Tape, batch: Omit<NetworkBatch, "targets">, keep?: WeightKeeper): readonly Flow[] {
    const { rows, length, ids } = batch;
    requirePlaces("gpt", length, options);
    const attend = (qkv: Flow) => attention(tape, qkv, { heads, sequences: rows, causal: true }, keep);
    const learning = { ...batch, attend, rate: options.dropout };
    const stack = transformerStack(tape, embedded(tape, ids, length), blocks, kind, learning);
    return stack.with(-1, layerNorm(tape, stack.at(-1)!, OUTPUT_NORM, options.epsilon));
  }

  const logitsOf = (tape: Tape, hidden: Flow) => linear(tape, hidden, "wte.weight", { rowsAreOutputs: true });

  return {
    forms,
    stateSize: 0,
    vectors: "wte.weight",
    longest: positions,
    initial(form, seed) {
      if (form.shape.length === 1)
        return new Float32Array(sizeOf(form.shape)).fill(form.name.endsWith(".weight") ? 1 : 0);
      return normalValues(form, seed, residual.has(form.name) ? INITIAL / Math.sqrt(2 * layers) : INITIAL);
    },
    learn(tape, batch, scale) {
      const hidden = run(tape, batch).at(-1)!;
      return { losses: crossEntropy(tape, logitsOf(tape, hidden), tape.engine.placeIndices(batch.targets), scale) };
    },
    layerSizes: new Array<number>(layers + 1).fill(width),
    hidden: run,
    ...silentReadings(run, logitsOf),
    goOn(engine, parameters, ids, before) {
      const tape = Tape.silent(engine, parameters);
      const none: KeptRows = { count: 0, values: new Float32Array(0) };
      const kept: Tensor[] = [];
      let x = embedded(tape, ids, ids.length, before[0]?.count ?? 0);
      for (const [layer, names] of blocks.entries()) {
        const attend = (qkv: Flow): Flow => {
          const looked = keptAttention(engine, qkv.tensor, before[layer] ?? none, heads);
          kept.push(looked.kept);
          return { tensor: looked.y };
        };
        x = transformerBlock(tape, x, names, kind, { attend, dropped: (of) => of });
      }
      const last: Flow = { tensor: engine.rows(x.tensor, ids.length - 1, ids.length) };
      return { logits: logitsOf(tape, layerNorm(tape, last, OUTPUT_NORM, options.epsilon)).tensor, kept };
    },
  };
}

function namesOf(layer: number): BlockNames {
  return {
    projections: [`h.${layer}.attn.c_attn`],
    attended: `h.${layer}.attn.c_proj`,
    attentionNorm: `h.${layer}.ln_1`,
    widened: `h.${layer}.mlp.c_fc`,
    narrowed: `h.${layer}.mlp.c_proj`,
    outputNorm: `h.${layer}.ln_2`,
  };
}
