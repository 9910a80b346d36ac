import type { Network } from "./network.js";
import { Tape } from "./tape.js";

/** A network's `layers` by its `hidden`: nothing is recorded, nothing dropped. */
export function silentLayers(hidden: NonNullable<Network["hidden"]>): NonNullable<Network["layers"]> {
  return (engine, parameters, batch, keep) =>
    hidden(Tape.silent(engine, parameters), { ...batch, step: 0 }, keep).map(({ tensor }) => tensor);
}
