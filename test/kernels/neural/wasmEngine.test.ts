import { describe, expect, it } from "vitest";
import { neural } from "#kernels";
import { itEqualsPyTorch } from "../../support/equalsPyTorch.js";
import { expectAsReference, itEqualsReference } from "../../support/equalsReference.js";
import { drawn, neuralModule, wasmEngine } from "../../support/neuralEngines.js";

itEqualsPyTorch(wasmEngine(), 1e-5);
itEqualsReference(wasmEngine());

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

describe.each(["neural.wasm", "neural.relaxed.wasm"])("products of %s", (name) => {
  const built = wasmEngine(name);

  it.each(sizes)("are those of the reference, %i x %i x %i, transposed or not, added or not", async (m, k, n) => {
    for (const transposeA of [false, true])
      for (const transposeB of [false, true])
        await expectAsReference(built, ({ engine, draw }) => {
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

it("ends moments that have shrunk to nothing", () => {
  const parameters = engine.parameters([{ name: "w", shape: [3], decays: false }]);
  parameters.write("first", Float32Array.of(1e-31, -1e-31, -1e-20));
  parameters.write("second", Float32Array.of(1e-37, 1e-30, 0));
  parameters.adamW({ rate: 0.1, beta1: 0.5, beta2: 0.5, epsilon: 1e-8, decay: 0, step: 9 });
  expect([...parameters.read("first")].map((value) => value === 0)).toEqual([true, true, false]);
  expect([...parameters.read("second")].map((value) => value === 0)).toEqual([true, false, true]);
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

it("computes in the upper half of the addresses as in the lower one", async () => {
  const heap = neural.SharedHeap.make(2 ** 31 + 2 ** 26);
  heap.claim(2 ** 31); // not written to: takes no memory
  await expectAsReference(new neural.WasmEngine(neuralModule(), heap), ({ engine, draw }) => {
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
