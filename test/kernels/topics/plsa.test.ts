import { expect, it } from "vitest";
import { type PlsaDocument, plsaStep } from "#kernels";

const topics = 3;
const documents: PlsaDocument[] = Array.from({ length: 6 }, (_, d) => {
  const counts = Array.from({ length: 7 }, (_, w) => (7 * d + 3 * w + d * w) % 5);
  const terms = counts.flatMap((count, w) => (count > 0 ? [w] : []));
  return { terms, values: terms.map((w) => counts[w]!) };
});

/** Each divided by the sum of its row, or of its column. */
function shares(values: readonly number[], sumOf: (i: number) => number): Float64Array {
  const sums = new Map<number, number>();
  values.forEach((value, i) => {
    sums.set(sumOf(i), (sums.get(sumOf(i)) ?? 0) + value);
  });
  return Float64Array.from(values, (value, i) => value / sums.get(sumOf(i))!);
}

const first = () => ({
  theta: shares(
    Array.from({ length: 18 }, (_, i) => 1 + ((Math.floor(i / topics) + 2 * (i % topics)) % 4)),
    (i) => Math.floor(i / topics),
  ),
  phi: shares(
    Array.from({ length: 21 }, (_, i) => 1 + ((3 * Math.floor(i / topics) + (i % topics) ** 2) % 5)),
    (i) => i % topics,
  ),
  scale: new Float64Array(topics).fill(1),
});

/*
 * scikit-learn 1.2.1, 25 steps from the same start:
 *
 *   X = np.array([[(7 * d + 3 * w + d * w) % 5 for w in range(7)] for d in range(6)], float)
 *   theta = np.array([[1 + (d + 2 * k) % 4 for k in range(3)] for d in range(6)], float)
 *   phi = np.array([[1 + (3 * w + k * k) % 5 for k in range(3)] for w in range(7)], float)
 *   W = X.sum(1, keepdims=True) * theta / theta.sum(1, keepdims=True)
 *   W, H, _ = non_negative_factorization(X, W=W, H=(phi / phi.sum(0)).T.copy(), n_components=3, init="custom",
 *                                        beta_loss="kullback-leibler", solver="mu", max_iter=25, tol=0)
 *   W * H.sum(1) / X.sum(1, keepdims=True); (H / H.sum(1, keepdims=True)).T
 */
const theirDocuments = [
  [0.444749, 0.555453, 0.0],
  [0.00104, 0.495964, 0.503],
  [0.254949, 0.290621, 0.454399],
  [0.738066, 4.4e-5, 0.261853],
  [7.7e-5, 3e-6, 0.999617],
  [0.44552, 0.554682, 0.0],
];
const theirTerms = [
  [2e-6, 0.0, 0.280415],
  [0.242397, 0.211419, 5e-6],
  [0.231265, 0.000148, 0.124672],
  [0.283905, 0.252875, 0.241765],
  [3.2e-5, 0.32414, 0.072724],
  [2e-6, 0.0, 0.280415],
  [0.242397, 0.211419, 5e-6],
];

it("makes the steps of scikit-learn's factorisation under the Kullback-Leibler divergence", () => {
  const parameters = first();
  for (let step = 0; step < 25; step++) plsaStep(documents, parameters);
  const { theta, phi, scale } = parameters;
  theirTerms.flat().forEach((share, i) => {
    expect(phi[i]).toBeCloseTo(share, 5);
  });
  theirDocuments.flat().forEach((share, i) => {
    expect(theta[i]! * scale[i % topics]!).toBeCloseTo(share, 5);
  });
});

it("raises the likelihood in each step", () => {
  const parameters = first();
  let before = Number.POSITIVE_INFINITY;
  for (let step = 0; step < 25; step++) {
    const loss = plsaStep(documents, parameters);
    expect(loss).toBeLessThan(before);
    before = loss;
  }
});
