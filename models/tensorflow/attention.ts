import {
  type AttentionOptions,
  type AttentionSizes,
  attentionSizes,
  requireShape,
} from "../../kernels/neural/index.js";
import type { TfIndices, Tfjs, TfTensor } from "./tfjs.js";

/** Added to the scores of what is not looked at: its share is 0, and that of nothing at all is not NaN. */
const UNSEEN = -1e30;

/** `weights` (heads x rows x positions): how much each position looks at those of its sequence. */
export function attention(tf: Tfjs, qkv: TfTensor, options: AttentionOptions) {
  const form = formOf("attention", qkv, options);
  const { rows, width, positions, heads, size } = form;
  const [queries, keys, values] = byHeads(tf, qkv, form);
  let scores = tf.mul(tf.matMul(queries, keys, false, true), 1 / Math.sqrt(size));
  for (const mask of masks(tf, form, options)) scores = tf.add(scores, mask);
  const weights = withoutEmpty(tf, tf.softmax(scores), form, options);
  const y = tf.reshape(tf.transpose(tf.matMul(weights, values), [1, 2, 0, 3]), [rows, width]);
  return { y, weights: tf.reshape(weights, [heads, rows, positions]) };
}

export function attentionBackward(
  tf: Tfjs,
  qkv: TfTensor,
  weights: TfTensor,
  gradient: TfTensor,
  options: AttentionOptions,
): TfTensor {
  const form = formOf("attentionBackward", qkv, options);
  const { rows, width, sequences, positions, heads, size } = form;
  requireShape("attentionBackward", "gradient", gradient, [rows, width]);
  const [queries, keys, values] = byHeads(tf, qkv, form);
  const shares = tf.reshape(weights, [heads, sequences, positions, positions]);
  const own = tf.transpose(tf.reshape(gradient, [sequences, positions, heads, size]), [2, 0, 1, 3]);
  const pulls = tf.matMul(own, values, false, true);
  const mean = tf.sum(tf.mul(pulls, shares), 3, true);
  const scores = tf.mul(tf.mul(shares, tf.sub(pulls, mean)), 1 / Math.sqrt(size));
  const back = tf.stack(
    [tf.matMul(scores, keys), tf.matMul(scores, queries, true, false), tf.matMul(shares, own, true, false)],
    0,
  );
  return tf.reshape(tf.transpose(back, [2, 3, 0, 1, 4]), qkv.shape);
}

interface AttentionForm extends AttentionSizes {
  readonly sequences: number;
}

function formOf(operation: string, qkv: TfTensor, options: AttentionOptions): AttentionForm {
  const { sequences, lengths } = options;
  return { sequences, ...attentionSizes(operation, qkv, options, lengths && heldOf(lengths)) };
}

/** Queries, keys and values, each heads x sequences x positions x size. */
function byHeads(tf: Tfjs, qkv: TfTensor, { sequences, positions, heads, size }: AttentionForm) {
  const parts = tf.reshape(qkv, [sequences, positions, 3, heads, size]);
  return tf.unstack(tf.transpose(parts, [2, 3, 0, 1, 4]), 0) as [TfTensor, TfTensor, TfTensor];
}

/** What is added to scores, heads x sequences x positions x positions. */
function masks(tf: Tfjs, { sequences, positions }: AttentionForm, { causal, lengths }: AttentionOptions): TfTensor[] {
  const added: TfTensor[] = [];
  if (causal) {
    const later = new Float32Array(positions * positions);
    for (let row = 0; row < positions; row++) later.fill(UNSEEN, row * positions + row + 1, (row + 1) * positions);
    added.push(tf.tensor(later, [1, 1, positions, positions]));
  }
  if (lengths !== undefined) {
    const behind = new Float32Array(sequences * positions);
    for (const [sequence, held] of heldOf(lengths).entries())
      behind.fill(UNSEEN, sequence * positions + held, (sequence + 1) * positions);
    added.push(tf.tensor(behind, [1, sequences, 1, positions]));
  }
  return added;
}

/** Positions of a sequence without tokens look at nothing. */
function withoutEmpty(
  tf: Tfjs,
  weights: TfTensor,
  { sequences }: AttentionForm,
  { lengths }: AttentionOptions,
): TfTensor {
  const held = lengths && heldOf(lengths);
  if (held === undefined || !held.includes(0)) return weights;
  return tf.mul(weights, tf.tensor(Float32Array.from(held, Math.sign), [1, sequences, 1, 1]));
}

function heldOf(lengths: NonNullable<AttentionOptions["lengths"]>): Int32Array {
  return (lengths as TfIndices).values;
}
