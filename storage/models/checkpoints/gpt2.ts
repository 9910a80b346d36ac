import type { CheckpointForm } from "./checkpointForm.js";
import { meaningIn, numberIn, requireOnly, sizeIn } from "./configValues.js";

/** Names of activations in config.json, the one first under which each is written. */
const activations = {
  gelu_new: "geluTanh",
  gelu_pytorch_tanh: "geluTanh",
  gelu: "gelu",
  relu: "relu",
  tanh: "tanh",
} as const;

/** Masks that old checkpoints hold. */
const mask = /^h\.\d+\.attn\.(?:masked_)?bias$/;

/** What the network does not do otherwise. */
const only = {
  scale_attn_weights: true,
  scale_attn_by_inverse_layer_idx: false,
  add_cross_attention: false,
  tie_word_embeddings: true,
};

/**
 * GPT-2 as transformers writes it (GPT2LMHeadModel). The network's names of tensors are those of the checkpoints, which may have `transformer.`
 * before them. The output's table is that of the input.
 */
export const gpt2: CheckpointForm = {
  modelType: "gpt2",
  architecture: "gpt",
  vectors: "wte.weight",
  tied: [{ name: "lm_head.weight", to: "wte.weight" }],
  nameOf(name) {
    const own = name.replace(/^transformer\./, "");
    return mask.test(own) ? undefined : own;
  },
  settings(config, where) {
    requireOnly(config, where, only);
    const size = (name: string, standard: number) => sizeIn(config, name, where, standard);
    const vectorSize = size("n_embd", 768);
    return {
      layers: size("n_layer", 12),
      heads: size("n_head", 12),
      vectorSize,
      innerSize: size("n_inner", 4 * vectorSize),
      positions: size("n_positions", 1024),
      dropout: numberIn(config, "resid_pdrop", where, { standard: 0.1, min: 0, below: 1 }),
      activation: meaningIn(config, "activation_function", where, activations, "gelu_new"),
      epsilon: numberIn(config, "layer_norm_epsilon", where, { standard: 1e-5, min: 0, below: 1 }),
    };
  },
  config({ layers, heads, vectorSize, innerSize, positions, dropout, activation, epsilon }, terms, end) {
    return {
      architectures: ["GPT2LMHeadModel"],
      ...{ vocab_size: terms, n_positions: positions, n_ctx: positions, n_embd: vectorSize },
      ...{ n_layer: layers, n_head: heads, n_inner: innerSize },
      activation_function: Object.entries(activations).find(([, own]) => own === activation)![0],
      layer_norm_epsilon: epsilon,
      ...{ embd_pdrop: dropout, resid_pdrop: dropout, attn_pdrop: 0 },
      ...{ bos_token_id: end ?? null, eos_token_id: end ?? null },
      ...only,
    };
  },
};
