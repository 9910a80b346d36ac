import type { Indices } from "../engine.js";
import type { Flow, Tape } from "../tape.js";

/** Row ids[i] of a table of parameters as row i. */
export function embedding(tape: Tape, table: string, ids: Indices): Flow {
  return tape.made(tape.engine.gather(tape.parameter(table), ids), (gradient) =>
    tape.parameters.addRows(table, ids, gradient),
  );
}
