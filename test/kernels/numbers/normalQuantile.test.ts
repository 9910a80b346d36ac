import { expect, it } from "vitest";
import { normalQuantile } from "#kernels";

// from statistics import NormalDist; NormalDist().inv_cdf(p)
it.each([
  [1e-10, -6.361340902404056],
  [1e-5, -4.2648907939228256],
  [0.07, -1.4757910281791702],
  [0.075, -1.4395314709384557],
  [0.3, -0.5244005127080407],
  [0.5, 0],
  [0.8, 0.8416212335729144],
  [0.99999, 4.26489079392384],
])("tells below which number a share of %f of a normal distribution lies", (p, expected) => {
  expect(Math.abs(normalQuantile(p) - expected)).toBeLessThanOrEqual(1e-6);
});
