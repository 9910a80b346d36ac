import { matrixOf, requireShape, type Tensor } from "../../kernels/neural/index.js";
import type { Tfjs, TfTensor } from "./tfjs.js";

/** What the backward function needs of the forward one: as a tensor, but in parts. */
export interface LstmGates extends Tensor {
  readonly input: TfTensor;
  readonly forget: TfTensor;
  readonly content: TfTensor;
  readonly output: TfTensor;
  /** tanh of the cell. */
  readonly bent: TfTensor;
}

/** c' = f c + i g, h = o tanh(c'), where i, f, o are sigmoids and g the tanh of their sums. */
export function lstmStep(tf: Tfjs, gates: TfTensor, before: TfTensor) {
  const [rows, size] = matrixOf("lstmStep", before);
  requireShape("lstmStep", "gates", gates, [rows, 4 * size]);
  const sums = tf.split(gates, 4, 1) as [TfTensor, TfTensor, TfTensor, TfTensor];
  const [input, forget, output] = [tf.sigmoid(sums[0]), tf.sigmoid(sums[1]), tf.sigmoid(sums[3])];
  const content = tf.tanh(sums[2]);
  const cell = tf.add(tf.mul(forget, before), tf.mul(input, content));
  const bent = tf.tanh(cell);
  const kept: LstmGates = { shape: gates.shape, input, forget, content, output, bent };
  return { hidden: tf.mul(output, bent), cell, kept };
}

/** All four gates at once: few operations on many numbers are faster than many on few. */
export function lstmStepBackward(
  tf: Tfjs,
  { input, forget, content, output, bent }: LstmGates,
  before: TfTensor,
  gradient: { readonly hidden: TfTensor; readonly cell: TfTensor },
) {
  const [rows, size] = matrixOf("lstmStepBackward", before);
  requireShape("lstmStepBackward", "gradient of hidden", gradient.hidden, [rows, size]);
  requireShape("lstmStepBackward", "gradient of cell", gradient.cell, [rows, size]);
  const ofHidden = tf.mul(tf.mul(gradient.hidden, output), tf.sub(1, tf.square(bent)));
  const cell = tf.add(gradient.cell, ofHidden);
  // y (1 - y) of sigmoids, (1 + y) (1 - y) of the tanh
  const made = tf.concat([input, forget, content, output], 1);
  const slopes = tf.mul(tf.add(made, isContent(tf, size)), tf.sub(1, made));
  const others = tf.concat([content, before, input, bent], 1);
  const arriving = tf.concat([cell, cell, cell, gradient.hidden], 1);
  return { gates: tf.mul(tf.mul(arriving, others), slopes), cell: tf.mul(cell, forget) };
}

/** 1 for the third of four gates. */
function isContent(tf: Tfjs, size: number): TfTensor {
  return tf.tensor(new Float32Array(4 * size).fill(1, 2 * size, 3 * size), [4 * size]);
}
