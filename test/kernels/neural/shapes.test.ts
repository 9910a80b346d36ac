import { describe, expect, it } from "vitest";
import { neural } from "#kernels";

const engine = neural.referenceEngine();
const zeros = (...shape: number[]) => engine.zeros(shape);
const ids = (...values: number[]) => engine.placeIndices(Int32Array.from(values));
const refused = (work: () => unknown, message: string) => expect(work).toThrow(new RangeError(message));

describe("what does not fit is refused by the name of the operation and both shapes", () => {
  it("in sums and products", () => {
    refused(() => engine.add(zeros(2, 3), zeros(3, 2)), "add: shapes must be the same, got 2 x 3 and 3 x 2");
    refused(() => engine.multiply(zeros(2), zeros(3)), "multiply: shapes must be the same, got (2,) and (3,)");
    refused(
      () => engine.product(zeros(2, 3), zeros(2, 3)),
      "product: inner lengths must be the same, got 2 x 3 and 2 x 3",
    );
    refused(
      () => engine.product(zeros(2, 3), zeros(2, 4), { transposeB: true }),
      "product: inner lengths must be the same, got 2 x 3 and 2 x 4 transposed",
    );
    refused(
      () => engine.product(zeros(2, 3), zeros(3, 4), { addTo: zeros(4, 2) }),
      "product: what is added to must be 2 x 4, got 4 x 2",
    );
    refused(() => engine.product(zeros(6), zeros(3, 4)), "product: what is given must be a matrix, got (6,)");
    refused(() => engine.addToRows(zeros(2, 3), zeros(2)), "addToRows: the vector must be (3,) for 2 x 3, got (2,)");
  });

  it("in parts and joins", () => {
    refused(() => engine.reshape(zeros(2, 3), [4, 2]), "reshape: sizes must be the same, got 2 x 3 and 4 x 2");
    refused(() => engine.rows(zeros(2, 3), 1, 4), "rows: rows must lie in 0..2, got 1..4");
    refused(() => engine.columns(zeros(2, 3), 2, 2), "columns: columns must lie in 0..3, got 2..2");
    refused(() => engine.joinRows([zeros(1, 3), zeros(1, 2)]), "joinRows: columns of part 1 must be 3, got 2");
    refused(() => engine.joinColumns([zeros(1, 3), zeros(2, 3)]), "joinColumns: rows of part 1 must be 1, got 2");
    refused(
      () => engine.maxOfGroups(zeros(5, 2), 2),
      "maxOfGroups: length of a group must divide the number of rows, got 2 and 5",
    );
    refused(() => engine.windows(zeros(4, 2), 2, 3), "windows: width must lie in 0..2, got 0..3");
    refused(() => engine.place(new Float32Array(5), [2, 3]), "place: number of values must be 6, got 5");
  });

  it("in ids", () => {
    refused(() => engine.gather(zeros(2, 3), ids(0, 2)), "gather: ids must be 0..1, got 2 at 1");
    refused(() => engine.scatter(zeros(2, 3), ids(0), 5), "scatter: number of ids must be 2, got 1");
    refused(() => engine.crossEntropy(zeros(2, 3), ids(-2, 0), 1), "crossEntropy: ids must be -1..2, got -2 at 0");
  });

  it("in layers and parameters", () => {
    refused(
      () => engine.layerNorm(zeros(2, 3), zeros(2), zeros(3), 1e-5),
      "layerNorm: gain must be (3,) for 2 x 3, got (2,)",
    );
    refused(() => engine.lstmStep(zeros(2, 8), zeros(2, 3)), "lstmStep: gates must be 2 x 12, got 2 x 8");
    refused(
      () => engine.dropout(zeros(1, 1), 1, { seed: 0, purpose: 0, step: 0, firstRow: 0 }),
      "dropout: rate must be >= 0 and < 1, got 1",
    );
    const parameters = engine.parameters([{ name: "w", shape: [2, 3], decays: true }]);
    refused(() => parameters.addGradient("w", zeros(3, 2)), "addGradient: gradient of w must be 2 x 3, got 3 x 2");
    refused(() => parameters.tensor("v"), "parameters: there must be one named v, got w");
    refused(() => parameters.write("values", new Float32Array(7)), "write: number of values must be 6, got 7");
  });
});
