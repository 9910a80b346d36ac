import { expect, it } from "vitest";
import { graphOf, rankVertices } from "#kernels";

type Edge = readonly [first: number, second: number, weight: number];

const graph = (vertices: number, edges: readonly Edge[]) =>
  graphOf(vertices, {
    firsts: edges.map(([first]) => first),
    seconds: edges.map(([, second]) => second),
    weights: edges.map(([, , weight]) => weight),
    size: edges.length,
  });

const exact = { tolerance: 1e-12 };

it("solves a path of three by hand", () => {
  // a - b - c: S(b) = 0.15 + 0.85 (S(a) + S(c)), S(a) = S(c) = 0.15 + 0.85 S(b) / 2
  // so S(a) = (0.15 + 0.425 * 0.15) / (1 - 0.425 * 1.7) = 0.21375 / 0.2775, and S(b) = 3 - 2 S(a)
  const end = 0.21375 / 0.2775;
  const [a, b, c] = rankVertices(
    graph(3, [
      [0, 1, 1],
      [1, 2, 1],
    ]),
    exact,
  );
  expect(a).toBeCloseTo(end, 10);
  expect(b).toBeCloseTo(3 - 2 * end, 10);
  expect(c).toBe(a);
});

it("equals networkx on a weighted graph, of which it is the PageRank times the number of vertices", () => {
  // networkx 3.6.1:
  //   g = nx.Graph(); g.add_weighted_edges_from([(0,1,1),(0,2,2),(1,2,1),(2,3,3),(3,4,1),(4,5,2),(3,5,1)])
  //   r = nx.pagerank(g, alpha=.85, tol=1e-12, max_iter=1000); [round(6*r[v], 6) for v in range(6)]
  const expected = [0.847404, 0.60932, 1.547447, 1.290766, 0.852531, 0.852531];
  const edges: Edge[] = [
    [0, 1, 1],
    [0, 2, 2],
    [1, 2, 1],
    [2, 3, 3],
    [3, 4, 1],
    [4, 5, 2],
    [3, 5, 1],
  ];
  const rounded = Array.from(rankVertices(graph(6, edges), exact), (score) => Number(score.toFixed(6)));
  expect(rounded).toEqual(expected);
  // with the paper's tolerance: what is left of the way is at most 0.85 / 0.15 of the last move
  const off = Array.from(rankVertices(graph(6, edges)), (score, vertex) => Math.abs(score - expected[vertex]!));
  expect(Math.max(...off)).toBeLessThan(6e-4);
});

it("gives a vertex without neighbours 1 - d, and nothing where there are no vertices", () => {
  expect([...rankVertices(graph(2, []))]).toEqual([1 - 0.85, 1 - 0.85]);
  expect(rankVertices(graph(0, [])).length).toBe(0);
});
