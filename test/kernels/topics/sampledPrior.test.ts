import { expect, it } from "vitest";
import { countsAbove, drawUniform, fittedAlpha, randomStream } from "#kernels";

it("counts in how many documents there is more than so much of a topic", () => {
  // documents: 0 0 1, none, 1 1 1 1
  const counts = countsAbove(Uint32Array.of(0, 3, 3, 7), Uint16Array.of(0, 0, 1, 1, 1, 1, 1), 3);
  expect([...counts.lengths]).toEqual([2, 2, 2, 1]);
  expect(counts.topics.map((each) => [...each])).toEqual([[1, 1], [2, 1, 1, 1], []]);
});

it("makes steps of Minka's fixed point", () => {
  /*
   * scipy 1.10.1: C = np.array([[2, 1], [0, 4]]); a = np.array([.5, 1.])
   * for _ in range(20): a = a * (psi(C + a) - psi(a)).sum(0) / (psi(C.sum(1) + a.sum()) - psi(a.sum())).sum()
   */
  const counts = countsAbove(Uint32Array.of(0, 3, 7), Uint16Array.of(0, 0, 1, 1, 1, 1, 1), 2);
  const [first, second] = fittedAlpha(Float64Array.of(0.5, 1), counts);
  expect(first).toBeCloseTo(0.483156419501, 10);
  expect(second).toBeCloseTo(1.159788861959, 10);
});

it("comes near to the parameters by which counts were drawn", () => {
  // Pólya's urn: each token has a topic with the chance of its parameter and of those before it
  const wanted = [0.2, 0.6, 1.5];
  const length = 30;
  const documents = 3000;
  const stream = randomStream(5, "urn");
  const assigned = new Uint16Array(documents * length);
  for (let d = 0; d < documents; d++) {
    const weights = [...wanted];
    for (let i = d * length; i < (d + 1) * length; i++) {
      let point = drawUniform(stream, i) * weights.reduce((sum, each) => sum + each, 0);
      let topic = 0;
      while (topic < 2 && point >= weights[topic]!) point -= weights[topic++]!;
      assigned[i] = topic;
      weights[topic]!++;
    }
  }
  const starts = Uint32Array.from({ length: documents + 1 }, (_, d) => d * length);
  let alpha: Float64Array = Float64Array.of(1, 1, 1);
  for (let round = 0; round < 20; round++) alpha = fittedAlpha(alpha, countsAbove(starts, assigned, 3));
  wanted.forEach((each, k) => {
    expect(Math.abs(alpha[k]! / each - 1)).toBeLessThan(0.06);
  });
});
