import type { WasmModule } from "../numbers/webAssembly.js";
import type { NearestRows } from "./nearestRows.js";
import { Repulsion } from "./repulsion.js";

/**
 * t-SNE (van der Maaten and Hinton 2008, JMLR 9): places y_i in the plane that minimise the divergence of q from p,
 *
 *     KL = sum over i, j of p_ij ln(p_ij / q_ij),    q_ij = w_ij / Z,    w_ij = 1 / (1 + |y_i - y_j|^2),    Z = sum of all w_ij
 *     dKL/dy_i = 4 sum over j of (p_ij - q_ij) w_ij (y_i - y_j)
 *
 * where p_ij = (a_ij + a_ji) / 2N, and a_ij = 1/K for the K nearest neighbours of i, 0 for others: with such a small K as good as the
 * calibrated Gaussians of the paper (Poličar et al. 2024, "openTSNE", J. Stat. Software 109, section 2.2). First attraction is exaggerated
 * (section 3.4 of the paper), so that neighbours find each other.
 *
 * Apart from the paper, the step of a point is divided by its attraction, sum over j of p_ij, which also many points that have one in common
 * as their neighbour cannot shake. N points, K neighbours of each; memory 64 N bytes, and the grid of `Repulsion`.
 */

/** The step, in units of N: Belkina et al. 2019, Nature Communications 10, with the exaggeration beneath it. */
const EARLY = { exaggeration: 12, momentum: 0.5 };
const LATE = { exaggeration: 1, momentum: 0.8 };
/** Steps that go on in one direction grow, others shrink: Jacobs 1988, as in the program of the paper's author. */
const GAIN = { more: 0.2, less: 0.8, least: 0.01 };

export interface Steps {
  readonly early: number;
  readonly late: number;
}

/** Moves points (N, 2), row-major, to where their neighbours are near. */
export function neighborEmbedding(
  near: NearestRows,
  points: Float64Array,
  { early, late }: Steps,
  fourier?: WasmModule,
): void {
  const count = points.length / 2;
  const repulsion = new Repulsion(fourier);
  const [repelled, attracted, velocity] = [points.slice(), points.slice(), new Float64Array(points.length)];
  const gains = new Float64Array(points.length).fill(1);
  const attraction = new Float64Array(count).fill(0.5);
  for (const id of near.ids) attraction[id]! += 0.5 / near.perRow; // N times the sum over j of p_ij
  for (let step = 0; step < early + late; step++) {
    const { exaggeration, momentum } = step < early ? EARLY : LATE;
    const pairs = repulsion.compute(points, repelled);
    attract(near, points, attracted);
    const share = exaggeration / (2 * count * near.perRow);
    for (let at = 0; at < points.length; at++) {
      const force = 4 * (attracted[at]! * share + repelled[at]! / pairs);
      gains[at] = force * velocity[at]! > 0 ? gains[at]! + GAIN.more : Math.max(gains[at]! * GAIN.less, GAIN.least);
      const rate = (gains[at]! * count) / (exaggeration * attraction[at >> 1]!);
      velocity[at] = momentum * velocity[at]! + rate * force;
      points[at]! += velocity[at]!;
    }
  }
}

/** Sum over neighbours in either direction of w_ij (y_j - y_i). */
function attract({ ids, perRow }: NearestRows, points: Float64Array, forces: Float64Array): void {
  forces.fill(0);
  for (let i = 0, at = 0; i < points.length; i += 2) {
    const x = points[i]!;
    const y = points[i + 1]!;
    let sumX = 0;
    let sumY = 0;
    for (const end = at + perRow; at < end; at++) {
      const j = 2 * ids[at]!;
      const dx = points[j]! - x;
      const dy = points[j + 1]! - y;
      const w = 1 / (1 + dx * dx + dy * dy);
      sumX += w * dx;
      sumY += w * dy;
      forces[j]! -= w * dx;
      forces[j + 1]! -= w * dy;
    }
    forces[i]! += sumX;
    forces[i + 1]! += sumY;
  }
}
