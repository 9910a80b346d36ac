/**
 * TextRank's scores of the vertices of a weighted, undirected graph (Mihalcea and Tarau 2004, W04-3252, section 2.2):
 *
 *   S(v) = (1 - d) + d * sum over neighbours u of  w(u, v) / W(u) * S(u),   W(u) = sum over neighbours t of w(u, t)
 *
 * found by power iteration: every score is 1 at first, all are computed anew from those of the pass before, and the passes end when none
 * has moved by more than the tolerance. They end for any graph, since the sum of all moves shrinks by the factor d with each pass. A
 * vertex without neighbours has 1 - d.
 *
 * jieba takes exactly ten passes that change the scores in place; summa and gensim solve for the eigenvector, and scale it.
 */

/** Undirected: each edge lies at both of its ends. V vertices, E edges. */
export interface WeightedGraph {
  /** Where the neighbours of each vertex begin, and at last where they end (V + 1,). */
  readonly offsets: Uint32Array;
  /** (2 E,) */
  readonly neighbors: Uint32Array;
  /** Above 0 (2 E,). */
  readonly weights: Float64Array;
}

export interface Edges {
  readonly firsts: ArrayLike<number>;
  readonly seconds: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
  /** How many of them there are, E. */
  readonly size: number;
}

/** The graph of edges, each of which is given once; neighbours stand in the order of the edges. */
export function graphOf(vertices: number, { firsts, seconds, weights: given, size }: Edges): WeightedGraph {
  const offsets = new Uint32Array(vertices + 1);
  for (let edge = 0; edge < size; edge++) {
    offsets[firsts[edge]! + 1]!++;
    offsets[seconds[edge]! + 1]!++;
  }
  for (let vertex = 0; vertex < vertices; vertex++) offsets[vertex + 1]! += offsets[vertex]!;
  const next = offsets.slice();
  const neighbors = new Uint32Array(2 * size);
  const weights = new Float64Array(2 * size);
  const put = (vertex: number, neighbor: number, weight: number) => {
    const at = next[vertex]!++;
    neighbors[at] = neighbor;
    weights[at] = weight;
  };
  for (let edge = 0; edge < size; edge++) {
    put(firsts[edge]!, seconds[edge]!, given[edge]!);
    put(seconds[edge]!, firsts[edge]!, given[edge]!);
  }
  return { offsets, neighbors, weights };
}

export interface RankOptions {
  /** d, from 0 to below 1; 0.85 in the paper. */
  readonly damping?: number;
  /** 0.0001 in the paper. */
  readonly tolerance?: number;
}

/** The score of each vertex (V,). Sums go through the neighbours in their order. */
export function rankVertices(
  { offsets, neighbors, weights }: WeightedGraph,
  { damping = 0.85, tolerance = 1e-4 }: RankOptions = {},
): Float64Array {
  const vertices = offsets.length - 1;
  const totals = new Float64Array(vertices);
  for (let v = 0; v < vertices; v++) for (let at = offsets[v]!; at < offsets[v + 1]!; at++) totals[v]! += weights[at]!;
  const scores = new Float64Array(vertices).fill(1);
  const shares = new Float64Array(vertices);
  for (let moved = Number.POSITIVE_INFINITY; moved > tolerance; ) {
    for (let u = 0; u < vertices; u++) shares[u] = totals[u]! > 0 ? scores[u]! / totals[u]! : 0;
    moved = 0;
    for (let v = 0; v < vertices; v++) {
      let sum = 0;
      for (let at = offsets[v]!; at < offsets[v + 1]!; at++) sum += weights[at]! * shares[neighbors[at]!]!;
      const score = 1 - damping + damping * sum;
      moved = Math.max(moved, Math.abs(score - scores[v]!));
      scores[v] = score;
    }
  }
  return scores;
}
