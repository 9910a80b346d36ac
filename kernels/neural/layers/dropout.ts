import type { Draw } from "../engine.js";
import type { Flow, Tape } from "../tape.js";

/** Drops numbers while the network learns (Srivastava et al. 2014); what is kept grows, so that nothing changes when it does not. */
export function dropout(tape: Tape, x: Flow, rate: number, draw: Omit<Draw, "seed">): Flow {
  const { engine, seed } = tape;
  if (seed === undefined || rate === 0) return x;
  const drawn = { seed, ...draw };
  return tape.made(engine.dropout(x.tensor, rate, drawn), (gradient) =>
    tape.send(x, engine.dropout(gradient, rate, drawn)),
  );
}

/**
 * The same for a sequence time after time (T B x H). Each time draws for itself, so that a row's draws depend on its number in the batch and
 * not on how many rows are computed at once.
 * @param draw `purpose` must leave room for `times` numbers of the other layers, of which there are `layers`
 */
export function dropoutOfTimes(
  tape: Tape,
  x: Flow,
  rate: number,
  draw: Omit<Draw, "seed"> & { readonly layers: number; readonly times: number },
): Flow {
  const { engine, seed } = tape;
  if (seed === undefined || rate === 0) return x;
  const { purpose, layers, times, step, firstRow } = draw;
  const rows = x.tensor.shape[0]! / times;
  const dropped = (tensor: Flow["tensor"]) =>
    engine.joinRows(
      Array.from({ length: times }, (_, t) =>
        engine.dropout(engine.rows(tensor, t * rows, (t + 1) * rows), rate, {
          seed,
          purpose: purpose + t * layers,
          step,
          firstRow,
        }),
      ),
    );
  return tape.made(dropped(x.tensor), (gradient) => tape.send(x, dropped(gradient)));
}
