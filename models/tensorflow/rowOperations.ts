import {
  matrixOf,
  requireCount,
  requireIds,
  requireSame,
  requireVector,
  type Tensor,
} from "../../kernels/neural/index.js";
import { rowsAt, rowsSummed, type TfIndices, type Tfjs, type TfTensor } from "./tfjs.js";

/** What a backward function needs of the forward one: as a tensor, but in parts. */
export interface NormalRows extends Tensor {
  /** (x - mean) / sqrt(variance + epsilon). */
  readonly normal: TfTensor;
  /** 1 / sqrt(variance + epsilon) of each row (rows x 1). */
  readonly inverse: TfTensor;
}

export function layerNorm(tf: Tfjs, x: TfTensor, gain: TfTensor, bias: TfTensor, epsilon: number) {
  requireVector("layerNorm", "gain", gain, x);
  requireVector("layerNorm", "bias", bias, x);
  const apart = tf.sub(x, tf.mean(x, 1, true));
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(apart), 1, true), epsilon));
  const normal = tf.mul(apart, inverse);
  const kept: NormalRows = { shape: x.shape, normal, inverse };
  return { y: tf.add(tf.mul(normal, gain), bias), kept };
}

export function layerNormBackward(tf: Tfjs, x: TfTensor, gain: TfTensor, kept: NormalRows, gradient: TfTensor) {
  requireSame("layerNormBackward", x, gradient);
  const { normal, inverse } = kept;
  const along = tf.mul(gradient, normal);
  const own = tf.mul(gradient, gain);
  const shift = tf.add(tf.mean(own, 1, true), tf.mul(normal, tf.mean(tf.mul(along, gain), 1, true)));
  return { x: tf.mul(tf.sub(own, shift), inverse), gain: tf.sum(along, 0), bias: tf.sum(gradient, 0) };
}

/** Largest logits, exponentials and their sums are made once, for losses and gradient: some fourteen operations, seven of them on all numbers. */
export function crossEntropy(tf: Tfjs, logits: TfTensor, targets: TfIndices, scale: number) {
  const [rows, columns] = matrixOf("crossEntropy", logits);
  requireCount("crossEntropy", "number of targets", targets.length, rows);
  requireIds("crossEntropy", targets.values, columns, -1);
  const places = targets.values.map((target, i) => i * columns + Math.max(target, 0));
  const predicted = places.filter((_, i) => targets.values[i]! >= 0);
  if (predicted.length === 0) return { losses: tf.zeros([rows]), gradient: tf.zeros(logits.shape) };
  const asked = Float32Array.from(targets.values, (target) => (target >= 0 ? 1 : 0));
  const shifted = tf.sub(logits, tf.max(logits, 1, true));
  const exponentials = tf.exp(shifted);
  const sums = tf.sum(exponentials, 1, true);
  const ofTargets = rowsAt(tf, tf.reshape(shifted, [rows * columns]), places);
  const losses = tf.sub(tf.reshape(tf.log(sums), [rows]), ofTargets);
  const scaled = tf.tensor(
    asked.map((one) => one * scale),
    [rows, 1],
  );
  const shares = tf.mul(exponentials, tf.div(scaled, sums));
  const ones = tf.tensor(new Float32Array(predicted.length).fill(scale), [predicted.length]);
  return {
    losses: predicted.length === rows ? losses : tf.mul(losses, tf.tensor(asked, [rows])),
    gradient: tf.sub(shares, tf.reshape(rowsSummed(tf, ones, predicted, [rows * columns]), logits.shape)),
  };
}
