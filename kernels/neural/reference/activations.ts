import { exp } from "../../numbers/logarithm.js";
import { sigmoid } from "../../numbers/sigmoid.js";
import type { Activation } from "../engine.js";
import { requireSame } from "../shapes.js";
import { type ReferenceTensor, tensor } from "./tensors.js";

/** A function, and its derivative at x where it is y. */
interface Curve {
  value(x: number): number;
  slope(x: number, y: number): number;
}

const GELU_WIDTH = Math.sqrt(2 / Math.PI);
const GELU_CUBE = 0.044715; // Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2
const inner = (x: number) => GELU_WIDTH * (x + GELU_CUBE * x ** 3);

const curves: Readonly<Record<Activation, Curve>> = {
  tanh: { value: tanh, slope: (_, y) => 1 - y * y },
  sigmoid: { value: sigmoid, slope: (_, y) => y * (1 - y) },
  relu: { value: (x) => Math.max(x, 0), slope: (x) => (x > 0 ? 1 : 0) },
  gelu: {
    value: (x) => x * normalShare(x),
    slope: (x) => normalShare(x) + (x * exp(-Math.min((x * x) / 2, 700))) / Math.sqrt(2 * Math.PI),
  },
  geluTanh: {
    value: (x) => (x / 2) * (1 + tanh(inner(x))),
    slope(x) {
      const t = tanh(inner(x));
      return (1 + t) / 2 + (x / 2) * (1 - t * t) * GELU_WIDTH * (1 + 3 * GELU_CUBE * x * x);
    },
  },
};

export function activate(kind: Activation, x: ReferenceTensor): ReferenceTensor {
  return tensor(x.shape, x.values.map(curves[kind].value));
}

export function activateBackward(
  kind: Activation,
  x: ReferenceTensor,
  y: ReferenceTensor,
  gradient: ReferenceTensor,
): ReferenceTensor {
  requireSame("activateBackward", x, gradient);
  const { slope } = curves[kind];
  return tensor(
    x.shape,
    gradient.values.map((value, i) => value * slope(x.values[i]!, y.values[i]!)),
  );
}

export function tanh(x: number): number {
  return 2 * sigmoid(2 * x) - 1;
}

/** The share of a normal distribution below x: (1 + erf(x / sqrt 2)) / 2. */
function normalShare(x: number): number {
  return x < 0 ? normalTail(-x) : 1 - normalTail(x);
}

/**
 * The share above x >= 0 (Abramowitz and Stegun 26.2.11 and 26.2.14): a series of positive terms near 0, a continued fraction in the tail,
 * where the difference from 1/2 would cancel.
 */
function normalTail(x: number): number {
  if (x > 37) return 0;
  const density = exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (x > 3) {
    let fraction = x;
    for (let n = 200; n >= 1; n--) fraction = x + n / fraction;
    return density / fraction;
  }
  let term = x;
  let sum = x;
  for (let n = 3; term > sum * 1e-18; n += 2) {
    term *= (x * x) / n;
    sum += term;
  }
  return 0.5 - density * sum;
}
