import type { Engine, Indices, Tensor } from "../engine.js";
import type { Flow, Tape } from "../tape.js";

/** The same numbers under another shape. */
export function reshaped(tape: Tape, x: Flow, shape: readonly number[]): Flow {
  const { engine } = tape;
  return tape.made(engine.reshape(x.tensor, shape), (gradient) =>
    tape.send(x, engine.reshape(gradient, x.tensor.shape)),
  );
}

/** Rows from..to-1. */
export function rowsOf(tape: Tape, x: Flow, from: number, to: number): Flow {
  const { engine } = tape;
  const [rows, columns] = x.tensor.shape as [number, number];
  return tape.made(engine.rows(x.tensor, from, to), (gradient) => {
    const parts = [...zeros(engine, from, columns), gradient, ...zeros(engine, rows - to, columns)];
    tape.send(x, engine.joinRows(parts));
  });
}

/** Columns from..to-1. */
export function columnsOf(tape: Tape, x: Flow, from: number, to: number): Flow {
  const { engine } = tape;
  const [rows, columns] = x.tensor.shape as [number, number];
  return tape.made(engine.columns(x.tensor, from, to), (gradient) => {
    const parts = [...zeros(engine, rows, from), gradient, ...zeros(engine, rows, columns - to)];
    tape.send(x, engine.joinColumns(parts));
  });
}

function zeros(engine: Engine, rows: number, columns: number): Tensor[] {
  return rows > 0 && columns > 0 ? [engine.zeros([rows, columns])] : [];
}

/** Matrices of equally many columns, below each other. */
export function joinedRows(tape: Tape, parts: readonly Flow[]): Flow {
  const { engine } = tape;
  return tape.made(engine.joinRows(parts.map(({ tensor }) => tensor)), (gradient) => {
    let from = 0;
    for (const part of parts) {
      const to = from + part.tensor.shape[0]!;
      tape.send(part, engine.rows(gradient, from, to));
      from = to;
    }
  });
}

/** Matrices of equally many rows, beside each other. */
export function joinedColumns(tape: Tape, parts: readonly Flow[]): Flow {
  const { engine } = tape;
  return tape.made(engine.joinColumns(parts.map(({ tensor }) => tensor)), (gradient) => {
    let from = 0;
    for (const part of parts) {
      const to = from + part.tensor.shape[1]!;
      tape.send(part, engine.columns(gradient, from, to));
      from = to;
    }
  });
}

/** Row ids[i] as row i; one may be taken several times, or not at all. */
export function gathered(tape: Tape, x: Flow, ids: Indices): Flow {
  const { engine } = tape;
  return tape.made(engine.gather(x.tensor, ids), (gradient) =>
    tape.send(x, engine.scatter(gradient, ids, x.tensor.shape[0]!)),
  );
}

/** Row i as row places[i] of `rows`, zeros where there is none. */
export function spread(tape: Tape, x: Flow, places: Indices, rows: number): Flow {
  const { engine } = tape;
  return tape.made(engine.scatter(x.tensor, places, rows), (gradient) => tape.send(x, engine.gather(gradient, places)));
}
