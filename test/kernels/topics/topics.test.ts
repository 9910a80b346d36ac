import { describe, expect, it } from "vitest";
import {
  completeDocument,
  countTerms,
  expDigamma,
  HeldOutDocuments,
  makeVocabulary,
  PairsInDocuments,
  TermMap,
  TopicInference,
  topicTerms,
} from "#kernels";

describe("expDigamma", () => {
  // psi(1) = -0.5772156649015329, psi(1/2) = -1.9635100260214235, psi(10) = 2.251752589066721, psi(0.1) = -10.423754940411076
  it.each([
    [1, Math.exp(-0.5772156649015329)],
    [0.5, Math.exp(-1.9635100260214235)],
    [10, Math.exp(2.251752589066721)],
    [0.1, Math.exp(-10.423754940411076)],
  ])("is e to the digamma of %d", (x, expected) => {
    expect(Math.abs(expDigamma(x) / expected - 1)).toBeLessThan(3e-6);
  });
});

// Two topics over three terms; P(term | topic) = (0.8, 0.1, 0.1) and (0.1, 0.1, 0.8).
const topics = {
  vocabulary: makeVocabulary(["河", "b", "c"], Float64Array.from([6, 2, 6])),
  weights: Float32Array.from([8, 1, 1, 1, 1, 8]),
  alpha: Float64Array.from([0.5, 0.5]),
  metadata: new Map<string, string>(),
};

describe("TopicInference", () => {
  it("makes one step as worked by hand", () => {
    // gamma starts at 0.5 + 2 / 2 = 1.5 in both topics, so theta is equal; term 0 twice: 0.8 / 0.9 of 2 tokens go to topic 0.
    // gamma = 0.5 + 2 x 8 / 9 = 2.27778 and 0.5 + 2 / 9 = 0.72222; shares of 3: 0.759259, 0.240741.
    const shares = new TopicInference(topics, { iterations: 1 }).shares([0], [2]);
    expect(shares[0]).toBeCloseTo(0.759259, 6);
    expect(shares[1]).toBeCloseTo(0.240741, 6);
  });

  it("ends where another step changes nothing: gamma = alpha + n theta phi / sum", () => {
    const shares = new TopicInference(topics, { iterations: 1000, tolerance: 1e-12 }).shares([0, 2], [3, 1]);
    const gamma = shares.map((share) => share * 5);
    const theta = gamma.map(expDigamma);
    const of = (k: number) =>
      (3 * [0.8, 0.1][k]!) / (0.8 * theta[0]! + 0.1 * theta[1]!) + [0.1, 0.8][k]! / (0.1 * theta[0]! + 0.8 * theta[1]!);
    for (const k of [0, 1]) expect(0.5 + theta[k]! * of(k)).toBeCloseTo(gamma[k]!, 5);
  });

  it("gives the prior where there are no terms, and the same for the same document", () => {
    const skewed = new TopicInference({ ...topics, alpha: Float64Array.from([3, 1]) });
    expect([...skewed.shares([], [])]).toEqual([0.75, 0.25]);
    expect(skewed.shares([0, 1], [1, 5])).toEqual(skewed.shares([0, 1], [1, 5]));
  });

  it("tells topics apart where there are thousands and a token is all there is", () => {
    const size = 2000;
    const weights = new Float32Array(2 * size).fill(1);
    weights[7] = 1000;
    const shares = new TopicInference({ weights, alpha: new Float64Array(size).fill(1e-4) }).shares([0], [1]);
    expect(shares.indexOf(Math.max(...shares))).toBe(7);
    expect(shares.every(Number.isFinite)).toBe(true);
  });
});

describe("held-out perplexity", () => {
  it("predicts the tokens at odd places from those at even ones", () => {
    // Tokens 河 河 河 c: places 0 and 2 (河 河) tell the topics, 1 and 3 (河 c) are predicted.
    const inference = new TopicInference(topics);
    const [a, b] = inference.shares([0], [2]) as unknown as [number, number];
    const { loss, tokens } = completeDocument(inference, [0, 2], [3, 1]);
    expect(tokens).toBe(2);
    expect(loss).toBeCloseTo(-Math.log(0.8 * a + 0.1 * b) - Math.log(0.1 * a + 0.8 * b), 6);
  });

  it("is the number of terms where topics know nothing, and has no document of one token", () => {
    const flat = new TopicInference({ ...topics, weights: new Float32Array(6).fill(1) });
    const held = new HeldOutDocuments(flat);
    held.add([0, 1], [4, 4]);
    held.add([1], [1]);
    expect(held.score.documents).toBe(1);
    expect(held.score.tokens).toBe(4);
    expect(held.score.perplexity).toBeCloseTo(3, 5);
  });

  it("refuses weights, and has no number without documents", () => {
    const held = new HeldOutDocuments(new TopicInference(topics));
    expect(() => held.add([0], [0.5])).toThrow("perplexity: documents must have whole counts of terms, got 0.5");
    expect(held.score.perplexity).toBeNaN();
  });
});

describe("topicTerms", () => {
  it("keeps the numbers of topics, and puts terms in the order that is asked for", () => {
    const by = (order: "probability" | "lift" | "relevance") =>
      topicTerms(topics, { k: 2, by: order }).map(({ topic, terms }) => [topic, terms.map(({ term }) => term)]);
    expect(by("probability")).toEqual([
      [0, ["河", "b"]],
      [1, ["c", "河"]],
    ]);
    // P(term) = 6/14, 2/14, 6/14: lift 1.87, 0.7, 0.23 in topic 0
    expect(by("lift")).toEqual([
      [0, ["河", "b"]],
      [1, ["c", "b"]],
    ]);
    const [first] = topicTerms(topics, { k: 1, by: "relevance", lambda: 0.6 });
    expect(first!.terms[0]!.score).toBeCloseTo(0.6 * Math.log(0.8) + 0.4 * Math.log((0.8 * 14) / 6), 6);
    expect(first!.share).toBeCloseTo(0.5, 9);
  });
});

describe("PairsInDocuments", () => {
  it("measures coherence from documents, with -1 for what never occurs together", () => {
    const vocabulary = makeVocabulary(["a", "b", "c"], Float64Array.from([3, 2, 1]));
    // documents: {a b} {a b} {a} {c}
    const batch = {
      ...{ vocabulary, epoch: 0, values: new Float64Array(6).fill(1) },
      offsets: Uint32Array.from([0, 2, 4, 5, 6]),
      terms: Uint32Array.from([0, 1, 0, 1, 0, 2]),
      lengths: Uint32Array.from([2, 2, 1, 1]),
      rowDocuments: Uint32Array.from([0, 1, 2, 3]),
    };
    const pairs = new PairsInDocuments([
      ["a", "b"],
      ["a", "c"],
      ["a", "absent"],
    ]);
    pairs.addBatch(batch);
    const { npmi, uMass, cV } = pairs.coherence();
    // P(a b) = 2/4, P(a) = 3/4, P(b) = 2/4: ln(4/3) / ln 2 = 0.415037
    expect(npmi[0]).toBeCloseTo(0.415037, 6);
    expect(npmi[1]).toBe(-1);
    expect(npmi[2]).toBe(-1);
    // b follows a in the list: ln((2 + 1) / 3) = 0; of a and c: ln((0 + 1) / 3)
    expect(uMass[0]).toBeCloseTo(0, 9);
    expect(uMass[1]).toBeCloseTo(Math.log(1 / 3), 9);
    // rows (1, x) and (x, 1), their sum (1 + x, 1 + x): each cosine is (1 + x) / sqrt(2 (1 + x^2)), x = 0.415037
    expect(cV[0]).toBeCloseTo(1.415037 / Math.sqrt(2 * (1 + 0.415037 ** 2)), 6);
    expect([...npmi, ...uMass, ...cV].every(Number.isFinite)).toBe(true);
  });
});

it("countTerms counts known tokens, and TermMap finds terms in another vocabulary", () => {
  const { terms, counts, tokens } = countTerms(topics.vocabulary, ["c", "河", "c", "海"]);
  expect([[...terms], [...counts], tokens]).toEqual([[0, 2], [1, 2], 3]);
  const other = makeVocabulary(["海", "c"], Float64Array.from([1, 1]));
  const cells = new TermMap(topics.vocabulary).cells(other, Uint32Array.from([0, 1]), Float64Array.from([5, 7]));
  expect([[...cells.terms], [...cells.values]]).toEqual([[2], [7]]);
});
