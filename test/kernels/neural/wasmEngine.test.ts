import { describe, expect, it } from "vitest";
import { neural } from "#kernels";
import { itEqualsPyTorch } from "../../support/equalsPyTorch.js";
import { drawn, expectAsReference, neuralModule, wasmEngine } from "../../support/neuralEngines.js";

itEqualsPyTorch(wasmEngine(), 1e-5);

const engine = wasmEngine();
const reference = neural.referenceEngine();

/** Some tile of 6 x 8 and a block of 256 deep end within, at and behind each. */
const sizes = [
  [1, 1, 1],
  [1, 7, 9],
  [5, 3, 8],
  [6, 8, 1],
  [7, 257, 17],
  [20, 20, 33],
  [13, 512, 5],
  [245, 2, 11],
] as const;
/** Columns that are no multiple of four. */
const matrices = [
  [1, 1],
  [3, 5],
  [1, 8],
  [9, 1],
  [7, 30],
  [4, 131],
] as const;

describe.each(["neural.wasm", "neural.relaxed.wasm"])("products of %s", (name) => {
  const built = wasmEngine(name);

  it.each(sizes)("are those of the reference, %i x %i x %i, transposed or not, added or not", (m, k, n) => {
    for (const transposeA of [false, true])
      for (const transposeB of [false, true])
        expectAsReference(built, ({ engine, draw }) => {
          const a = draw("a", transposeA ? [k, m] : [m, k]);
          const b = draw("b", transposeB ? [n, k] : [k, n]);
          const addTo = draw("c", [m, n]);
          const product = engine.product(a, b, { transposeA, transposeB });
          return { product, added: engine.product(a, b, { transposeA, transposeB, addTo }) };
        });
  });

  it("are the same bytes for any cut of the rows and of the columns", () => {
    const [m, k, n] = [23, 300, 37];
    const [a, b] = [built.place(drawn("a", [m, k]), [m, k]), built.place(drawn("b", [k, n]), [k, n])];
    const whole = built.read(built.product(a, b));
    for (const cut of [1, 2, 6, 11]) {
      const rows = [built.rows(a, 0, cut), built.rows(a, cut, m)].map((part) => built.product(part, b));
      expect(built.read(built.joinRows(rows))).toEqual(whole);
      const columns = [built.columns(b, 0, cut), built.columns(b, cut, n)].map((part) => built.product(a, part));
      expect(built.read(built.joinColumns(columns))).toEqual(whole);
    }
  });
});

it("tells which of the two builds fuses", () => {
  expect([wasmEngine("neural.wasm").arithmetic, wasmEngine("neural.relaxed.wasm").arithmetic]).toEqual([
    "plain",
    "fused",
  ]);
});

it.each(matrices)("has the reference's results of rows and numbers, %i x %i", (rows, columns) => {
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
  });
});

describe.each([
  ["tanh", 2e-7],
  ["sigmoid", 2.5e-7],
  ["relu", 0],
  ["gelu", 2e-6],
  ["geluTanh", 2e-6],
] as const)("%s", (kind, tolerance) => {
  it(`is the reference's to ${tolerance} of each value, and so is its slope to 2e-6`, () => {
    // -12 .. 12, where functions saturate, and small numbers near 0
    const places = Array.from({ length: 4801 }, (_, i) => (i - 2400) / 200);
    const values = Float32Array.from([...places, ...places.map((x) => x / 1000)]);
    let [off, slopeOff] = [0, 0];
    const [y, slope] = curve(engine);
    const [wantedY, wantedSlope] = curve(reference);
    for (let i = 0; i < values.length; i++) {
      const size = Math.max(Math.abs(wantedY![i]!), 1e-4); // what is lost below is lost by the roundings of x^2 and 1 + tanh
      off = Math.max(off, Math.abs(y![i]! - wantedY![i]!) / size);
      slopeOff = Math.max(slopeOff, Math.abs(slope![i]! - wantedSlope![i]!));
    }
    expect(off).toBeLessThanOrEqual(tolerance);
    expect(slopeOff).toBeLessThan(2e-6);

    function curve(each: neural.Engine) {
      const x = each.place(values, [1, values.length]);
      const y = each.activate(kind, x);
      const ones = each.place(new Float32Array(values.length).fill(1), [1, values.length]);
      return [y, each.activateBackward(kind, x, y, ones)].map((made) => each.read(made) as Float32Array);
    }
  });

  it("does not overflow far from 0", () => {
    const values = Float32Array.from([-1e4, -90, 90, 1e4]);
    const y = engine.read(engine.activate(kind, engine.place(values, [4])));
    const wanted = reference.read(reference.activate(kind, reference.place(values, [4])));
    for (const [i, value] of (wanted as Float32Array).entries()) expect(y[i]).toBeCloseTo(value, 6);
  });
});

it.each(matrices)("normalises layers as the reference does, forward and backward, %i x %i", (rows, columns) => {
  expectAsReference(engine, ({ engine, draw }) => {
    const x = engine.addToRows(draw("x", [rows, columns]), engine.scale(draw("m", [columns]), 10));
    const gain = draw("gain", [columns]);
    const { y, kept } = engine.layerNorm(x, gain, draw("bias", [columns]), 1e-5);
    const back = engine.layerNormBackward(x, gain, kept, draw("g", [rows, columns]));
    // of one column, x is its own mean: the gradient is 0 but for rounding
    return columns === 1 ? { y, bias: back.bias } : { y, ...back };
  });
});

it.each(matrices)("has the reference's cross-entropy and its gradient, %i x %i", (rows, columns) => {
  expectAsReference(engine, ({ engine, draw }) => {
    const logits = engine.scale(draw("x", [rows, columns]), 30);
    const targets = Int32Array.from({ length: rows }, (_, i) => (i % 3 === 1 ? -1 : (7 * i) % columns));
    return { ...engine.crossEntropy(logits, engine.placeIndices(targets), 0.125) };
  });
});

it("drops the numbers that the reference drops, also beyond 2^32 of them", () => {
  for (const firstRow of [0, 5, 2 ** 31 - 1])
    expectAsReference(engine, ({ engine, draw }) => {
      const draws = { seed: 2 ** 40 + 3, purpose: 4, step: 9, firstRow };
      return {
        dropped: engine.dropout(draw("x", [11, 7]), 0.3, draws),
        kept: engine.dropout(draw("x", [2, 2]), 0, draws),
      };
    });
});

it.each(matrices)("steps LSTM cells as the reference does, forward and backward, %i x %i", (rows, size) => {
  expectAsReference(engine, ({ engine, draw }) => {
    const before = draw("c", [rows, size]);
    const { hidden, cell, kept } = engine.lstmStep(engine.scale(draw("g", [rows, 4 * size]), 4), before);
    const gradient = { hidden: draw("dh", [rows, size]), cell: draw("dc", [rows, size]) };
    const back = engine.lstmStepBackward(kept, before, cell, gradient);
    return { hidden, cell, gates: back.gates, cellBefore: back.cell };
  });
});

it.each([
  [1, 1, 1, 1],
  [3, 5, 2, 7],
  [2, 17, 3, 8],
  [1, 33, 1, 4],
  [2, 101, 1, 3],
  [1, 260, 1, 2],
])(
  "attends as the reference does: %i sequences of %i positions, %i heads of %i",
  (sequences, positions, heads, size) => {
    for (const causal of [false, true])
      for (const cut of [false, true])
        expectAsReference(engine, ({ engine, draw }) => {
          const held = Int32Array.from({ length: sequences }, (_, n) => (n === 1 ? 0 : Math.ceil(positions / (n + 2))));
          const options = { heads, sequences, causal, ...(cut && { lengths: engine.placeIndices(held) }) };
          const qkv = engine.scale(draw("qkv", [sequences * positions, 3 * heads * size]), 3);
          const { y, weights } = engine.attention(qkv, options);
          const gradient = draw("g", [sequences * positions, heads * size]);
          return { y, weights, back: engine.attentionBackward(qkv, weights, gradient, options) };
        });
  },
);

it.each([
  [2, 5, 1, 1],
  [3, 6, 2, 3],
  [1, 4, 4, 5],
])(
  "cuts windows and finds largest rows as the reference does: %i groups of %i rows, %i wide, %i columns",
  (groups, length, width, columns) => {
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
    });
  },
);

it("gives the gradient of equal maxima to the first of them", () => {
  const { winners } = engine.maxOfGroups(engine.place(Float32Array.of(1, 5, 2, 5, 2, 4), [3, 2]), 3);
  // column 0: 1, 2, 2; column 1: 5, 5, 4
  const back = engine.maxOfGroupsBackward(engine.place(Float32Array.of(7, 9), [1, 2]), winners, 3);
  expect([...engine.read(back)]).toEqual([0, 9, 7, 0, 0, 0]);
});

const forms: readonly neural.ParameterForm[] = [
  { name: "table", shape: [7, 5], decays: true },
  { name: "bias", shape: [3], decays: false },
  { name: "weight", shape: [5, 3], decays: true },
];

it("sums gradients of parameters and steps along them as the reference does", () => {
  const read = (which: "values" | "gradients" | "first" | "second") => (each: neural.Engine) =>
    stepped(each).read(which);
  for (const which of ["values", "gradients", "first", "second"] as const) {
    const [found, wanted] = [engine, reference].map(read(which)) as [Float32Array, Float32Array];
    expect(found.length).toBe(35 + 3 + 15);
    for (const [i, value] of wanted.entries())
      expect(Math.abs(found[i]! - value)).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)));
  }
  expect(engine.parameters(forms).squaredNorm()).toBe(0);
  expect(stepped(engine).squaredNorm()).toBeCloseTo(stepped(reference).squaredNorm() as number, 5);

  function stepped(each: neural.Engine): neural.Parameters {
    const parameters = each.parameters(forms);
    const place = (name: string, shape: readonly number[]) => each.place(drawn(name, shape), shape);
    parameters.write("values", drawn("values", [53]));
    for (let step = 1; step <= 3; step++) {
      parameters.clearGradients();
      parameters.addGradient("bias", place("g", [3]));
      parameters.addProduct("weight", place("x", [4, 5]), place("y", [4, 3]));
      parameters.addProduct("weight", place("x2", [2, 5]), place("y2", [2, 3]));
      parameters.addRows("table", each.placeIndices(Int32Array.of(6, 0, 6)), place("rows", [3, 5]));
      parameters.scaleGradients(0.5);
      parameters.adamW({ rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.2, step });
      parameters.sgd(0.01);
    }
    return parameters;
  }
});

it("ends moments that have shrunk to nothing", () => {
  const parameters = engine.parameters([{ name: "w", shape: [3], decays: false }]);
  parameters.write("first", Float32Array.of(1e-31, -1e-31, -1e-20));
  parameters.write("second", Float32Array.of(1e-37, 1e-30, 0));
  parameters.adamW({ rate: 0.1, beta1: 0.5, beta2: 0.5, epsilon: 1e-8, decay: 0, step: 9 });
  expect([...parameters.read("first")].map((value) => value === 0)).toEqual([true, true, false]);
  expect([...parameters.read("second")].map((value) => value === 0)).toEqual([true, false, true]);
});

it("sees new values of a parameter that it has packed", () => {
  const one = [{ name: "w", shape: [1, 1], decays: false }];
  engine.scope(() => {
    const parameters = engine.parameters(one);
    const x = engine.place(Float32Array.of(3), [1, 1]);
    const product = () => engine.read(engine.product(x, parameters.tensor("w")))[0];
    parameters.write("values", Float32Array.of(2));
    expect(product()).toBe(6);
    parameters.write("values", Float32Array.of(5));
    expect(product()).toBe(15);
    parameters.write("gradients", Float32Array.of(1));
    parameters.sgd(1); // 5 - 1
    expect(product()).toBe(12);
  });
});

it("uses the same memory in every scope", () => {
  const fresh = wasmEngine();
  const work = () =>
    fresh.scope(() => {
      const x = fresh.place(drawn("x", [9, 300]), [9, 300]);
      for (let i = 0; i < 60; i++) fresh.product(x, x, { transposeA: true }); // 360 kB each: more than a chunk
    });
  work();
  const held = fresh.core.arena.bytes;
  for (let i = 0; i < 5; i++) work();
  expect(fresh.core.arena.bytes).toBe(held);
});

it("refuses ids, targets and lengths that name nothing", () => {
  const x = engine.zeros([4, 6]);
  const ids = (...each: number[]) => engine.placeIndices(Int32Array.from(each));
  const options = { heads: 1, sequences: 2, causal: true };
  const parameters = engine.parameters(forms);
  expect(() => engine.gather(x, ids(3, 4))).toThrow("gather: ids must be 0..3, got 4 at 1");
  expect(() => engine.scatter(x, ids(0, 1, 2, -1), 4)).toThrow("scatter: ids must be 0..3, got -1 at 3");
  expect(() => engine.crossEntropy(x, ids(0, 6, -1, 2), 1)).toThrow("crossEntropy: ids must be -1..5, got 6 at 1");
  expect(() => parameters.addRows("table", ids(7), engine.zeros([1, 5]))).toThrow(
    "addRows: ids must be 0..6, got 7 at 0",
  );
  expect(() => parameters.tensor("w")).toThrow("parameters: there must be one named w, got table, bias, weight");
  for (const each of [engine, reference])
    expect(() => {
      const lengths = each.placeIndices(Int32Array.of(2, 3));
      each.attention(each.zeros([4, 6]), { ...options, lengths });
    }).toThrow("attention: lengths must be 0..2, got 3 at 1");
});

it("computes in the upper half of the addresses as in the lower one", () => {
  const heap = neural.SharedHeap.make(2 ** 31 + 2 ** 26);
  heap.claim(2 ** 31); // not written to: takes no memory
  expectAsReference(new neural.WasmEngine(neuralModule(), heap), ({ engine, draw }) => {
    const product = engine.product(draw("a", [13, 9]), draw("b", [9, 7]));
    const ids = engine.placeIndices(Int32Array.of(12, 0));
    return { gathered: engine.gather(engine.activate("tanh", product), ids), softmax: engine.softmax(product) };
  });
});

it("tells when its memory would outgrow the limit", () => {
  const small = wasmEngine();
  expect(() => small.zeros([2 ** 26])).toThrow(
    "neural engine: memory must stay below its limit of 256 MiB, got 257 MiB needed",
  );
});
