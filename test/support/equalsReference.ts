import { describe, expect, it } from "vitest";
import { neural } from "#kernels";
import { drawn, relativeDistance } from "./neuralEngines.js";

/** What an engine works on: tensors of drawn numbers. */
export interface Bench {
  readonly engine: neural.Engine;
  draw(name: string, shape: readonly number[]): neural.Tensor;
}

type Work = (bench: Bench) => Readonly<Record<string, neural.Tensor>>;

/** Both engines make the same of the same numbers, but for rounding. */
export async function expectAsReference(engine: neural.Engine, work: Work, tolerance = 1e-5): Promise<void> {
  const [found, wanted] = await Promise.all([resultsOf(engine, work), resultsOf(neural.referenceEngine(), work)]);
  for (const [i, { name, shape, values }] of wanted.entries()) {
    expect(found[i]!.shape, `shape of ${name}`).toEqual(shape);
    expect(relativeDistance(found[i]!.values, values), `${name} of ${shape}`).toBeLessThan(tolerance);
  }
}

function resultsOf(engine: neural.Engine, work: Work) {
  const made = engine.scope(() =>
    Object.entries(work({ engine, draw: (name, shape) => engine.place(drawn(name, shape), shape) })).map(
      async ([name, tensor]) => ({ name, shape: tensor.shape, values: await engine.read(tensor) }),
    ),
  );
  return Promise.all(made);
}

/** Columns that are no multiple of four. */
const matrices = [
  [1, 1],
  [3, 5],
  [1, 8],
  [9, 1],
  [7, 30],
  [4, 131],
] as const;

const products = [
  [1, 1, 1],
  [1, 7, 9],
  [6, 8, 1],
  [7, 257, 17],
] as const;

const attended = [
  [1, 1, 1, 1],
  [3, 5, 2, 7],
  [2, 17, 3, 8],
  [1, 33, 1, 4],
  [2, 101, 1, 3],
  [1, 260, 1, 2],
] as const;

const grouped = [
  [2, 5, 1, 1],
  [3, 6, 2, 3],
  [1, 4, 4, 5],
] as const;

const forms: readonly neural.ParameterForm[] = [
  { name: "table", shape: [7, 5], decays: true },
  { name: "bias", shape: [3], decays: false },
  { name: "weight", shape: [5, 3], decays: true },
];

/** Shows, operation by operation, that an engine computes what the reference does. */
export function itEqualsReference(engine: neural.Engine): void {
  describe(`operations of the ${engine.name} engine`, () => {
    it.each(products)("multiply matrices, %i x %i x %i, transposed or not, added or not", async (m, k, n) => {
      for (const transposeA of [false, true])
        for (const transposeB of [false, true])
          await expectAsReference(engine, ({ engine, draw }) => {
            const a = draw("a", transposeA ? [k, m] : [m, k]);
            const b = draw("b", transposeB ? [n, k] : [k, n]);
            const product = engine.product(a, b, { transposeA, transposeB });
            return { product, added: engine.product(a, b, { transposeA, transposeB, addTo: draw("c", [m, n]) }) };
          });
    });

    it.each(matrices)("take rows and numbers, %i x %i", (rows, columns) =>
      expectAsReference(engine, ({ engine, draw }) => {
        const [a, b] = [draw("a", [rows, columns]), draw("b", [rows, columns])];
        const ids = engine.placeIndices(Int32Array.from([rows - 1, 0, rows - 1]));
        return {
          sum: engine.add(a, b),
          product: engine.multiply(a, b),
          scaled: engine.scale(a, -3),
          addedToRows: engine.addToRows(a, draw("v", [columns])),
          sumOfRows: engine.sumOfRows(a),
          reshaped: engine.reshape(a, [columns, rows]),
          rows: engine.rows(a, rows >> 1, rows),
          columns: engine.columns(a, columns >> 1, columns),
          joinedColumns: engine.joinColumns([a, draw("c", [rows, 3]), b]),
          joinedRows: engine.joinRows([a, draw("c", [2, columns]), b]),
          gathered: engine.gather(a, ids),
          scattered: engine.scatter(draw("g", [3, columns]), ids, rows),
          softmax: engine.softmax(engine.scale(a, 20)),
        };
      }),
    );

    it.each(["tanh", "sigmoid", "relu", "gelu", "geluTanh"] as const)("compute %s and its slope", (kind) =>
      expectAsReference(engine, ({ engine, draw }) => {
        const x = engine.scale(draw("x", [9, 31]), 6);
        const far = engine.place(Float32Array.of(-1e4, -90, 0, 90, 1e4), [1, 5]);
        const [y, yFar] = [engine.activate(kind, x), engine.activate(kind, far)];
        return {
          ...{ y, yFar, back: engine.activateBackward(kind, x, y, draw("g", [9, 31])) },
          backFar: engine.activateBackward(kind, far, yFar, draw("h", [1, 5])),
        };
      }),
    );

    it.each(matrices)("normalise layers, forward and backward, %i x %i", (rows, columns) =>
      expectAsReference(engine, ({ engine, draw }) => {
        const x = engine.addToRows(draw("x", [rows, columns]), engine.scale(draw("m", [columns]), 10));
        const gain = draw("gain", [columns]);
        const { y, kept } = engine.layerNorm(x, gain, draw("bias", [columns]), 1e-5);
        const back = engine.layerNormBackward(x, gain, kept, draw("g", [rows, columns]));
        // of one column, x is its own mean: the gradient is 0 but for rounding
        return columns === 1 ? { y, bias: back.bias } : { y, ...back };
      }),
    );

    it.each(matrices)("compute cross-entropy and its gradient, %i x %i", async (rows, columns) => {
      for (const each of [1, 3])
        await expectAsReference(engine, ({ engine, draw }) => {
          const logits = engine.scale(draw("x", [rows, columns]), 30);
          const targets = Int32Array.from({ length: rows }, (_, i) => (i % each === 1 ? -1 : (7 * i) % columns));
          return { ...engine.crossEntropy(logits, engine.placeIndices(targets), 0.125) };
        });
    });

    it("lose nothing where there is no target at all", () =>
      expectAsReference(engine, ({ engine, draw }) => ({
        ...engine.crossEntropy(draw("x", [2, 3]), engine.placeIndices(Int32Array.of(-1, -1)), 1),
      })));

    it("drop the numbers that the reference drops, also beyond 2^32 of them", async () => {
      for (const firstRow of [0, 5, 2 ** 31 - 1])
        await expectAsReference(engine, ({ engine, draw }) => {
          const draws = { seed: 2 ** 40 + 3, purpose: 4, step: 9, firstRow };
          return {
            dropped: engine.dropout(draw("x", [11, 7]), 0.3, draws),
            kept: engine.dropout(draw("x", [2, 2]), 0, draws),
          };
        });
    });

    it.each(matrices)("step LSTM cells, forward and backward, %i x %i", (rows, size) =>
      expectAsReference(engine, ({ engine, draw }) => {
        const before = draw("c", [rows, size]);
        const { hidden, cell, kept } = engine.lstmStep(engine.scale(draw("g", [rows, 4 * size]), 4), before);
        const gradient = { hidden: draw("dh", [rows, size]), cell: draw("dc", [rows, size]) };
        const back = engine.lstmStepBackward(kept, before, cell, gradient);
        return { hidden, cell, gates: back.gates, cellBefore: back.cell };
      }),
    );

    it.each(attended)(
      "attend: %i sequences of %i positions, %i heads of %i",
      async (sequences, positions, heads, size) => {
        for (const causal of [false, true])
          for (const cut of [false, true])
            await expectAsReference(engine, ({ engine, draw }) => {
              const held = Int32Array.from({ length: sequences }, (_, n) =>
                n === 1 ? 0 : Math.ceil(positions / (n + 2)),
              );
              const options = { heads, sequences, causal, ...(cut && { lengths: engine.placeIndices(held) }) };
              const qkv = engine.scale(draw("qkv", [sequences * positions, 3 * heads * size]), 3);
              const { y, weights } = engine.attention(qkv, options);
              const gradient = draw("g", [sequences * positions, heads * size]);
              return { y, weights, back: engine.attentionBackward(qkv, weights, gradient, options) };
            });
      },
    );

    it.each(grouped)(
      "cut windows and find largest rows: %i groups of %i rows, %i wide, %i columns",
      (groups, length, width, columns) =>
        expectAsReference(engine, ({ engine, draw }) => {
          const x = draw("x", [groups * length, columns]);
          const windows = engine.windows(x, length, width);
          const { y, winners } = engine.maxOfGroups(x, length);
          return {
            windows,
            windowsBack: engine.windowsBackward(draw("g", windows.shape), length, width),
            y,
            maxBack: engine.maxOfGroupsBackward(draw("h", y.shape), winners, length),
          };
        }),
    );

    it("give the gradient of equal maxima to the first of them", () =>
      expectAsReference(
        engine,
        ({ engine }) => {
          // column 0: 1, 2, 2; column 1: 5, 5, 4
          const { winners } = engine.maxOfGroups(engine.place(Float32Array.of(1, 5, 2, 5, 2, 4), [3, 2]), 3);
          return { back: engine.maxOfGroupsBackward(engine.place(Float32Array.of(7, 9), [1, 2]), winners, 3) };
        },
        1e-30,
      ));
  });

  it(`of the ${engine.name} engine refuse ids, targets and lengths that name nothing`, () => {
    const x = engine.zeros([4, 6]);
    const ids = (...each: number[]) => engine.placeIndices(Int32Array.from(each));
    const attend = (...each: number[]) =>
      engine.attention(engine.zeros([4, 6]), { heads: 1, sequences: 2, causal: true, lengths: ids(...each) });
    const parameters = engine.parameters(forms);
    expect(() => engine.product(x, x)).toThrow("product: inner lengths must be the same, got 4 x 6 and 4 x 6");
    expect(() => engine.gather(x, ids(3, 4))).toThrow("gather: ids must be 0..3, got 4 at 1");
    expect(() => engine.scatter(x, ids(0, 1, 2, -1), 4)).toThrow("scatter: ids must be 0..3, got -1 at 3");
    expect(() => engine.crossEntropy(x, ids(0, 6, -1, 2), 1)).toThrow("crossEntropy: ids must be -1..5, got 6 at 1");
    expect(() => attend(2, 3)).toThrow("attention: lengths must be 0..2, got 3 at 1");
    const rows = engine.zeros([1, 5]);
    expect(() => parameters.addRows("table", ids(7), rows)).toThrow("addRows: ids must be 0..6, got 7 at 0");
    expect(() => parameters.tensor("w")).toThrow("parameters: there must be one named w, got table, bias, weight");
  });

  describe(`parameters of the ${engine.name} engine`, () => {
    it.each(["values", "gradients", "first", "second"] as const)("have %s after three steps", async (which) => {
      const [found, wanted] = await Promise.all(
        [engine, neural.referenceEngine()].map((each) => stepped(each).read(which)),
      );
      expect(found!.length).toBe(35 + 3 + 15);
      for (const [i, value] of wanted!.entries())
        expect(Math.abs(found![i]! - value)).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)));
    });

    it("have gradients of a length, none at first", async () => {
      const parameters = stepped(engine);
      const wanted = await stepped(neural.referenceEngine()).squaredNorm();
      expect((await parameters.squaredNorm()) / wanted).toBeCloseTo(1, 5);
      parameters.clearGradients();
      expect(await parameters.squaredNorm()).toBe(0);
      expect(await engine.parameters(forms).squaredNorm()).toBe(0);
    });

    it("are seen as they are after each change", async () => {
      const parameters = engine.parameters([{ name: "w", shape: [1, 1], decays: false }]);
      const product = async () =>
        (
          await engine.scope(() =>
            engine.read(engine.product(engine.place(Float32Array.of(3), [1, 1]), parameters.tensor("w"))),
          )
        )[0];
      parameters.write("values", Float32Array.of(2));
      expect(await product()).toBe(6);
      parameters.write("values", Float32Array.of(5));
      expect(await product()).toBe(15);
      parameters.write("gradients", Float32Array.of(1));
      parameters.sgd(1); // 5 - 1
      expect(await product()).toBe(12);
    });
  });
}

function stepped(engine: neural.Engine): neural.Parameters {
  const parameters = engine.parameters(forms);
  parameters.write("values", drawn("values", [53]));
  for (let step = 1; step <= 3; step++)
    engine.scope(() => {
      const place = (name: string, shape: readonly number[]) => engine.place(drawn(name, shape), shape);
      parameters.clearGradients();
      parameters.addGradient("bias", place("g", [3]));
      parameters.addProduct("weight", place("x", [4, 5]), place("y", [4, 3]));
      parameters.addProduct("weight", place("x2", [2, 5]), place("y2", [2, 3]));
      parameters.addRows("table", engine.placeIndices(Int32Array.of(6, 0, 6)), place("rows", [3, 5]));
      parameters.scaleGradients(0.5);
      parameters.adamW({ rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.2, step });
      parameters.sgd(0.01);
    });
  return parameters;
}
