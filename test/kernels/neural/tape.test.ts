import { expect, it } from "vitest";
import { neural } from "#kernels";

const { Tape } = neural;
const engine = neural.referenceEngine();
const numbersOf = (tensor: neural.Tensor | undefined) => [...(tensor as neural.ReferenceTensor).values];
const row = (...values: number[]): neural.Flow => ({
  tensor: engine.place(Float64Array.from(values), [1, values.length]),
});
const none = engine.parameters([]);

it("adds up the gradients of all uses of what flows", () => {
  const tape = Tape.recording(engine, none, 1);
  const x = row(3, 5);
  const y = neural.sum(tape, neural.productOfNumbers(tape, x, x), neural.scaled(tape, x, 4)); // x^2 + 4 x
  tape.send(y, row(1, 10).tensor);
  tape.backward();
  expect(numbersOf(y.tensor)).toEqual([21, 45]);
  expect(numbersOf(x.gradient)).toEqual([10, 140]); // 2 x + 4, times 1 and 10
});

it("passes by what no loss depends on", () => {
  const tape = Tape.recording(engine, none, 1);
  const x = row(3, 5);
  neural.scaled(tape, x, 4);
  tape.backward();
  expect(x.gradient).toBeUndefined();
});

it("runs back once, so that parameters get each gradient once", () => {
  const parameters = new neural.ReferenceParameters([{ name: "w", shape: [2, 1], decays: true }]);
  const tape = Tape.recording(engine, parameters, 1);
  const y = neural.linear(tape, row(3, 5), "w");
  tape.send(y, row(2).tensor);
  tape.backward();
  tape.backward();
  expect([...parameters.gradients]).toEqual([6, 10]);
});

it("records, drops and samples nothing while it is silent", () => {
  const tape = Tape.silent(engine, none);
  const x = row(3, 5);
  const y = neural.dropout(tape, x, 0.9, { purpose: 0, step: 0, firstRow: 0 });
  expect(y).toBe(x);
  const z = neural.scaled(tape, x, 2);
  tape.send(z, row(1, 1).tensor);
  tape.backward();
  expect(x.gradient).toBeUndefined();
  expect(tape.learns).toBe(false);
});
