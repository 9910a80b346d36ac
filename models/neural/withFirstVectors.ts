import { knownRows } from "../../kernels/embedding/knownRows.js";
import { takeRows } from "../../kernels/embedding/weights.js";
import type { Network } from "../../kernels/neural/index.js";
import { sumOfSquares } from "../../kernels/numbers/sumOfSquares.js";
import type { VectorTable } from "../../schemas/index.js";

/**
 * The network, whose term vectors (V x D) begin as those of a table where it has the term. Directions are kept; the rows that are taken
 * are brought, all by one factor, to the root mean square of those that the network would begin with, since what stands beside them, such as
 * vectors of positions, has that size.
 * @throws RangeError if the table has vectors of another length, or none of the terms
 */
export function withFirstVectors(
  who: string,
  network: Network,
  terms: readonly string[],
  table: VectorTable | undefined,
): Network {
  if (!table) return network;
  const width = network.forms.find(({ name }) => name === network.vectors)!.shape[1]!;
  if (table.vectorSize !== width)
    throw new RangeError(
      `${who}: initialVectors must be of vectorSize = ${width} numbers a term, got ${table.vectorSize}`,
    );
  const rows = knownRows(who, terms, table);
  return {
    ...network,
    initial(form, seed) {
      const values = network.initial(form, seed);
      if (form.name === network.vectors) takeScaled(values, rows, table);
      return values;
    },
  };
}

/** Takes rows of the table, in the size that the values have. */
function takeScaled(values: Float32Array, rows: Int32Array, table: VectorTable): void {
  const size = table.vectorSize;
  const own = sumOfSquares(values) / values.length;
  takeRows(values, rows, table);
  const taken = [...rows.keys()]
    .filter((id) => rows[id]! >= 0)
    .map((id) => values.subarray(id * size, id * size + size));
  const theirs = taken.reduce((sum, row) => sum + sumOfSquares(row), 0) / (taken.length * size);
  const scale = theirs > 0 ? Math.sqrt(own / theirs) : 1;
  for (const row of taken) for (let d = 0; d < size; d++) row[d]! *= scale;
}
