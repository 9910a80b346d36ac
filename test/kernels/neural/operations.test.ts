import { describe, expect, it } from "vitest";
import { neural } from "#kernels";

const engine = neural.referenceEngine();
const matrix = (rows: readonly (readonly number[])[]) =>
  engine.place(Float64Array.from(rows.flat()), [rows.length, rows[0]!.length]);
const numbersOf = (tensor: neural.Tensor) => [...(tensor as neural.ReferenceTensor).values];
const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 12));

describe("the reference engine", () => {
  it("has softmax by hand, also of numbers whose exponentials are too large or too small", () => {
    // e^0 : e^ln 3 = 1 : 3
    expect(numbersOf(engine.softmax(matrix([[0, Math.log(3)]])))).toEqual(close([0.25, 0.75]));
    expect(numbersOf(engine.softmax(matrix([[1e5, 1e5, -1e9]])))).toEqual(close([0.5, 0.5, 0]));
  });

  it("has cross-entropy by hand", () => {
    const { losses, gradient } = engine.crossEntropy(
      matrix([
        [0, Math.log(3)],
        [0, 0],
      ]),
      engine.placeIndices(Int32Array.of(0, -1)),
      2,
    );
    expect(numbersOf(losses)).toEqual(close([Math.log(4), 0])); // -ln 1/4
    expect(numbersOf(gradient)).toEqual(close([-1.5, 1.5, 0, 0])); // 2 (1/4 - 1), 2 (3/4)
  });

  it("has a step of an LSTM by hand", () => {
    // Gates of 0 are half open, and a content of 0 adds nothing: c' = 1/2 c, h = 1/2 tanh(c').
    const { hidden, cell } = engine.lstmStep(engine.zeros([1, 4]), matrix([[2]]));
    expect(numbersOf(cell)).toEqual(close([1]));
    expect(numbersOf(hidden)).toEqual(close([Math.tanh(1) / 2]));
  });

  it("has attention by hand, and none where a sequence has no token", () => {
    // One head of one number, two sequences of two positions: q k' = 0 everywhere, so that a position takes the mean of what it sees.
    const qkv = matrix([
      [0, 0, 1],
      [0, 0, 3],
      [0, 0, 5],
      [0, 0, 7],
    ]);
    const options = { heads: 1, sequences: 2, causal: true };
    expect(numbersOf(engine.attention(qkv, options).y)).toEqual(close([1, 2, 5, 6]));
    const lengths = engine.placeIndices(Int32Array.of(1, 0));
    expect(numbersOf(engine.attention(qkv, { ...options, lengths }).y)).toEqual(close([1, 1, 0, 0]));
  });

  it("adds what is scattered to the same row, and gives zeros to the others", () => {
    const ids = engine.placeIndices(Int32Array.of(2, 0, 2));
    expect(
      numbersOf(
        engine.scatter(
          matrix([
            [1, 2],
            [3, 4],
            [5, 6],
          ]),
          ids,
          4,
        ),
      ),
    ).toEqual([3, 4, 0, 0, 6, 8, 0, 0]);
  });

  it("lays windows beside each other, never over the end of a group", () => {
    const x = matrix([[1], [2], [3], [4], [5], [6]]); // groups of three, windows of two
    expect(numbersOf(engine.windows(x, 3, 2))).toEqual([1, 2, 2, 3, 4, 5, 5, 6]);
    const back = engine.windowsBackward(
      matrix([
        [1, 1],
        [1, 1],
        [1, 1],
        [1, 1],
      ]),
      3,
      2,
    );
    expect(numbersOf(back)).toEqual([1, 2, 1, 1, 2, 1]);
  });

  it("takes the largest of each column, the first of equal ones", () => {
    const { y, winners } = engine.maxOfGroups(
      matrix([
        [1, 5],
        [1, 2],
        [0, 5],
      ]),
      3,
    );
    expect(numbersOf(y)).toEqual([1, 5]);
    expect(numbersOf(engine.maxOfGroupsBackward(matrix([[3, 4]]), winners, 3))).toEqual([3, 4, 0, 0, 0, 0]);
  });

  it("reads, writes and clears all parameters in the order of their forms", () => {
    const parameters = engine.parameters([
      { name: "a", shape: [2, 1], decays: true },
      { name: "b", shape: [1], decays: false },
    ]);
    parameters.write("values", Float32Array.of(1, 2, 3));
    expect(numbersOf(parameters.tensor("b"))).toEqual([3]);
    parameters.addRows("a", engine.placeIndices(Int32Array.of(1, 1)), matrix([[4], [5]]));
    parameters.addProduct("a", matrix([[1, 2]]), matrix([[10]])); // (1, 2)' 10
    parameters.addGradient("b", engine.place(Float32Array.of(3), [1]));
    expect(parameters.read("gradients")).toEqual(Float64Array.of(10, 29, 3));
    expect(parameters.squaredNorm()).toBe(950);
    parameters.sgd(0.5);
    expect(parameters.read("values")).toEqual(Float64Array.of(-4, -12.5, 1.5));
    parameters.clearGradients();
    expect(parameters.read("gradients")).toEqual(Float64Array.of(0, 0, 0));
  });

  it("takes a first step of AdamW of the rate's length, and lets only some parameters decay", () => {
    const parameters = engine.parameters([
      { name: "a", shape: [1, 1], decays: true },
      { name: "b", shape: [1], decays: false },
    ]);
    parameters.write("values", Float32Array.of(2, 2));
    parameters.write("gradients", Float32Array.of(8, -0.5));
    parameters.adamW({ rate: 0.125, beta1: 0.9, beta2: 0.999, epsilon: 0, decay: 0.5, step: 1 });
    // m / (1 - beta1) = g and v / (1 - beta2) = g^2, so the step is the rate times g / |g|; 2 (1 - 0.125 0.5) = 1.875.
    expect(numbersOf(parameters.tensor("a"))).toEqual(close([1.75]));
    expect(numbersOf(parameters.tensor("b"))).toEqual(close([2.125]));
  });
});
