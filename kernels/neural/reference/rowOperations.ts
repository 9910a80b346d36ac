import { exp, ln } from "../../numbers/logarithm.js";
import { dropoutMask } from "../dropoutDraws.js";
import type { Draw } from "../engine.js";
import { matrixOf, requireCount, requireIds, requireSame, requireVector, sizeOf } from "../shapes.js";
import { type ReferenceIndices, type ReferenceTensor, tensor } from "./tensors.js";

/** `kept` (rows x 2): mean and 1 / sqrt(variance + epsilon) of each row. */
export function layerNorm(x: ReferenceTensor, gain: ReferenceTensor, bias: ReferenceTensor, epsilon: number) {
  const [rows, columns] = matrixOf("layerNorm", x);
  requireVector("layerNorm", "gain", gain, x);
  requireVector("layerNorm", "bias", bias, x);
  const y = tensor(x.shape);
  const kept = tensor([rows, 2]);
  for (let i = 0; i < rows; i++) {
    const row = x.values.subarray(i * columns, (i + 1) * columns);
    const mean = row.reduce((sum, value) => sum + value, 0) / columns;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / columns;
    const inverse = 1 / Math.sqrt(variance + epsilon);
    kept.values.set([mean, inverse], 2 * i);
    row.forEach((value, j) => {
      y.values[i * columns + j] = (value - mean) * inverse * gain.values[j]! + bias.values[j]!;
    });
  }
  return { y, kept };
}

export function layerNormBackward(
  x: ReferenceTensor,
  gain: ReferenceTensor,
  kept: ReferenceTensor,
  gradient: ReferenceTensor,
) {
  const [rows, columns] = matrixOf("layerNormBackward", x);
  requireSame("layerNormBackward", x, gradient);
  const backward = { x: tensor(x.shape), gain: tensor(gain.shape), bias: tensor(gain.shape) };
  for (let i = 0; i < rows; i++) {
    const mean = kept.values[2 * i]!;
    const inverse = kept.values[2 * i + 1]!;
    let sum = 0;
    let along = 0;
    for (let j = 0; j < columns; j++) {
      const normal = (x.values[i * columns + j]! - mean) * inverse;
      const value = gradient.values[i * columns + j]!;
      backward.bias.values[j]! += value;
      backward.gain.values[j]! += value * normal;
      sum += value * gain.values[j]!;
      along += value * gain.values[j]! * normal;
    }
    for (let j = 0; j < columns; j++) {
      const normal = (x.values[i * columns + j]! - mean) * inverse;
      const value = gradient.values[i * columns + j]! * gain.values[j]!;
      backward.x.values[i * columns + j] = inverse * (value - (sum + normal * along) / columns);
    }
  }
  return backward;
}

export function softmax(logits: ReferenceTensor): ReferenceTensor {
  const [rows, columns] = matrixOf("softmax", logits);
  const shares = tensor(logits.shape);
  for (let i = 0; i < rows; i++) {
    softmaxOf(logits.values.subarray(i * columns, (i + 1) * columns), shares.values, i * columns);
  }
  return shares;
}

/** Writes the softmax of some numbers; returns the logarithm of the sum of their exponentials. */
export function softmaxOf(logits: Float64Array, shares: Float64Array, first: number): number {
  const largest = logits.reduce((most, value) => Math.max(most, value), -Infinity);
  let sum = 0;
  for (const [j, value] of logits.entries()) {
    const part = exp(Math.max(value - largest, -700));
    shares[first + j] = part;
    sum += part;
  }
  for (let j = 0; j < logits.length; j++) shares[first + j]! /= sum;
  return largest + ln(sum);
}

export function crossEntropy(logits: ReferenceTensor, targets: ReferenceIndices, scale: number) {
  const [rows, columns] = matrixOf("crossEntropy", logits);
  requireCount("crossEntropy", "number of targets", targets.length, rows);
  requireIds("crossEntropy", targets.values, columns, -1);
  const losses = tensor([rows]);
  const gradient = tensor(logits.shape);
  for (let i = 0; i < rows; i++) {
    const target = targets.values[i]!;
    if (target < 0) continue;
    const first = i * columns;
    const row = gradient.values.subarray(first, first + columns);
    const total = softmaxOf(logits.values.subarray(first, first + columns), gradient.values, first);
    losses.values[i] = total - logits.values[first + target]!;
    row[target]! -= 1;
    row.forEach((value, j) => {
      row[j] = value * scale;
    });
  }
  return { losses, gradient };
}

export function dropout(x: ReferenceTensor, rate: number, draw: Draw): ReferenceTensor {
  const mask = dropoutMask(sizeOf(x.shape), matrixOf("dropout", x)[1], rate, draw);
  return tensor(
    x.shape,
    x.values.map((value, i) => (mask[i] === 1 ? value / (1 - rate) : 0)),
  );
}
