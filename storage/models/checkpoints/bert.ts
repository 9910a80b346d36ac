import type { CheckpointForm } from "./checkpointForm.js";
import { meaningIn, numberIn, requireOnly, sizeIn } from "./configValues.js";

/** Names of activations in config.json, the one first under which each is written. */
const activations = {
  gelu: "gelu",
  gelu_new: "geluTanh",
  gelu_pytorch_tanh: "geluTanh",
  relu: "relu",
  tanh: "tanh",
} as const;

const PREFIX = "bert.";
/** Parts of the encoder, which some checkpoints name without what is before them. */
const encoder = /^(?:embeddings|encoder|pooler)\./;
/** Counts of places that old checkpoints hold. */
const places = "bert.embeddings.position_ids";
const pooler = /^bert\.pooler\./;
const NEXT = "cls.seq_relationship.weight";
const OUTPUT = /^cls\.predictions\./;
const WORDS = "bert.embeddings.word_embeddings.weight";

/** What the network does not do otherwise. */
const only = {
  is_decoder: false,
  add_cross_attention: false,
  position_embedding_type: "absolute",
  tie_word_embeddings: true,
};

/**
 * BERT as transformers writes it: BertForPreTraining; BertForMaskedLM, which has no output for next sentences; or BertModel, the encoder alone. The network's names of tensors are
 * those of the checkpoints, where the encoder's may lack `bert.`, and norms may have `gamma` and `beta`, as those made of TensorFlow's. The
 * output's table is that of the input.
 */
export const bert: CheckpointForm = {
  modelType: "bert",
  architecture: "bert",
  vectors: WORDS,
  tied: [
    { name: "cls.predictions.decoder.weight", to: WORDS },
    { name: "cls.predictions.decoder.bias", to: "cls.predictions.bias" },
  ],
  nameOf(name, { nextSentence }) {
    const whole = encoder.test(name) ? `${PREFIX}${name}` : name;
    const own = whole.replace(/LayerNorm\.gamma$/, "LayerNorm.weight").replace(/LayerNorm\.beta$/, "LayerNorm.bias");
    return own === places || (!nextSentence && pooler.test(own)) ? undefined : own;
  },
  settings(config, where, names) {
    requireOnly(config, where, only);
    const size = (name: string, standard: number) => sizeIn(config, name, where, standard);
    return {
      layers: size("num_hidden_layers", 12),
      heads: size("num_attention_heads", 12),
      vectorSize: size("hidden_size", 768),
      innerSize: size("intermediate_size", 3072),
      positions: size("max_position_embeddings", 512),
      segments: size("type_vocab_size", 2),
      nextSentence: names.includes(NEXT),
      ...(names.some((name) => OUTPUT.test(name)) ? {} : { encoderOnly: true }),
      dropout: numberIn(config, "hidden_dropout_prob", where, { standard: 0.1, min: 0, below: 1 }),
      activation: meaningIn(config, "hidden_act", where, activations, "gelu"),
      epsilon: numberIn(config, "layer_norm_eps", where, { standard: 1e-12, min: 0, below: 1 }),
    };
  },
  config(settings, terms) {
    const { layers, heads, vectorSize, innerSize, positions, segments, nextSentence } = settings;
    const { dropout, activation, epsilon } = settings;
    return {
      architectures: [settings.encoderOnly ? "BertModel" : nextSentence ? "BertForPreTraining" : "BertForMaskedLM"],
      ...{ vocab_size: terms, hidden_size: vectorSize, num_hidden_layers: layers, num_attention_heads: heads },
      ...{ intermediate_size: innerSize, max_position_embeddings: positions, type_vocab_size: segments },
      hidden_act: Object.entries(activations).find(([, own]) => own === activation)![0],
      layer_norm_eps: epsilon,
      ...{ hidden_dropout_prob: dropout, attention_probs_dropout_prob: 0 },
      pad_token_id: null, // PyTorch would hold the row of this id back from learning, which may be any term
      ...only,
    };
  },
};
