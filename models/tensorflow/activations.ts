import type { Activation } from "../../kernels/neural/index.js";
import type { Tfjs, TfTensor } from "./tfjs.js";

/** A function, and its derivative at x where it is y. */
interface Curve {
  value(tf: Tfjs, x: TfTensor): TfTensor;
  slope(tf: Tfjs, x: TfTensor, y: TfTensor): TfTensor;
}

const GELU_WIDTH = Math.sqrt(2 / Math.PI);
const GELU_CUBE = 0.044715; // Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2
const DENSITY = 1 / Math.sqrt(2 * Math.PI);

const curves: Readonly<Record<Activation, Curve>> = {
  tanh: { value: (tf, x) => tf.tanh(x), slope: (tf, _, y) => tf.sub(1, tf.square(y)) },
  sigmoid: { value: (tf, x) => tf.sigmoid(x), slope: (tf, _, y) => tf.mul(y, tf.sub(1, y)) },
  relu: { value: (tf, x) => tf.relu(x), slope: (tf, x) => tf.step(x) },
  gelu: {
    value: (tf, x) => tf.mul(x, normalShare(tf, x)),
    slope: (tf, x) => tf.add(normalShare(tf, x), tf.mul(x, tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), DENSITY))),
  },
  geluTanh: {
    value: (tf, x) => tf.mul(x, bend(tf, x).share),
    slope(tf, x, y) {
      const { share, cube } = bend(tf, x);
      // of x s(u): s + x s (1 - s) u', where u = 2 w (x + c x^3)
      const steepness = tf.add(tf.mul(cube, 3), 2 * GELU_WIDTH);
      return tf.add(share, tf.mul(tf.mul(y, tf.sub(1, share)), steepness));
    },
  },
};

export function activate(tf: Tfjs, kind: Activation, x: TfTensor): TfTensor {
  return curves[kind].value(tf, x);
}

export function slopeOf(tf: Tfjs, kind: Activation, x: TfTensor, y: TfTensor): TfTensor {
  return curves[kind].slope(tf, x, y);
}

/** The share of a normal distribution below x. */
function normalShare(tf: Tfjs, x: TfTensor): TfTensor {
  return tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
}

/** (1 + tanh(w (x + c x^3))) / 2, as the sigmoid of twice that; `cube`: 2 w c x^2. */
function bend(tf: Tfjs, x: TfTensor): { readonly share: TfTensor; readonly cube: TfTensor } {
  const cube = tf.mul(tf.square(x), 2 * GELU_WIDTH * GELU_CUBE);
  return { cube, share: tf.sigmoid(tf.mul(x, tf.add(cube, 2 * GELU_WIDTH))) };
}
