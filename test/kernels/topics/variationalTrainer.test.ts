import { expect, it } from "vitest";
import { DocumentQueue, expDigamma, improvePrior, trigamma, VariationalTrainer } from "#kernels";

it("makes a step of two topics as worked by hand", () => {
  // eta = 1; lambda = ((3, 1), (1, 3)), both sums 4. One document: term 0 twice; alpha = (1, 1), one iteration.
  // gamma starts at 1 + 2 / 2 = 2 in both topics, so theta cancels. beta_0 = (e^psi(3), e^psi(1)) / e^psi(4).
  // psi(3) = 0.9227843, psi(1) = -0.5772157: e^1.5 = 4.4816891, so 2 x 0.8175745 = 1.6351489 tokens go to topic 0, and 0.3648511 to topic 1.
  // rho = 1/4, D / |B| = 8: lambda_0 = 3/4 (3, 1) + 1/4 (1 + 8 (1.6351489, 0.3648511)) = (5.7702978, 1.7297022); lambda_1 = 3/4 (1, 3) + 1/4 = (1, 2.5).
  const trainer = new VariationalTrainer({ topics: 2, rows: 2, termPrior: 1, iterations: 1, tolerance: 0 });
  trainer.begin(Float32Array.from([2, 0, 0, 2]));
  const { loss } = trainer.learn(
    { offsets: Uint32Array.from([0, 1]), terms: Uint32Array.from([0]), counts: Float32Array.from([2]) },
    { rate: 0.25, scale: 8, alpha: Float64Array.from([1, 1]), terms: 2, wantsShares: false },
  );
  const expected = [5.7702978, 1.7297022, 1, 2.5];
  for (const [at, weight] of trainer.weights(2).entries()) expect(weight).toBeCloseTo(expected[at]!, 4);
  // E[ln theta] = psi(2) - psi(4) = -0.8333333 in both; e^E[ln beta_0] = e^(0.9227843 - 1.2561177) = 0.7165313 and e^(-0.5772157 - 1.2561177) = 0.1598797
  // loss = -2 ln(e^-0.8333333 (0.7165313 + 0.1598797)) = 2 (0.8333333 - ln 0.8764110) = 1.9305
  expect(loss).toBeCloseTo(2 * (0.8333333 - Math.log(0.876411)), 4);
});

it("steps towards the prior of which shares are likeliest", () => {
  // trigamma(1) = pi^2 / 6
  expect(trigamma(1)).toBeCloseTo(Math.PI ** 2 / 6, 6);
  // Documents whose E[ln theta_k] is that of a Dirichlet (0.2, 0.6): psi(alpha_k) - psi(0.8) each
  const target = [0.2, 0.6];
  const psi = (x: number) => Math.log(expDigamma(x));
  const logShares = Float64Array.from(target, (each) => 100 * (psi(each) - psi(0.8)));
  let alpha: Float64Array = Float64Array.from([0.5, 0.5]);
  for (let step = 0; step < 200; step++) alpha = improvePrior(alpha, logShares, 100, 0.3);
  for (const [k, each] of target.entries()) expect(alpha[k]).toBeCloseTo(each, 3);
});

it("DocumentQueue gives documents in order, and leaves out the cells of some terms", () => {
  const queue = new DocumentQueue();
  queue.push(Uint32Array.from([1, 2]), Float64Array.from([5, 6]), 11);
  queue.push(Uint32Array.from([]), Float64Array.from([]), 0);
  queue.push(Uint32Array.from([2, 3]), Float64Array.from([7, 8]), 15);
  expect(queue.leaveOut((term) => term === 2)).toBe(2);
  const restored = new DocumentQueue();
  restored.restore(structuredClone(queue.save()));
  for (const each of [queue, restored]) {
    const first = each.take(1);
    expect([[...first.offsets], [...first.terms], [...first.counts]]).toEqual([[0, 1], [1], [5]]);
    const rest = each.take(9);
    expect([[...rest.offsets], [...rest.terms], [...rest.counts]]).toEqual([[0, 0, 1], [3], [8]]);
    expect([[...first.lengths], [...rest.lengths]]).toEqual([[11], [0, 15]]);
    expect(each.documents).toBe(0);
  }
});
