import type { Tensor } from "./engine.js";
import type { Network } from "./network.js";
import { type Flow, Tape } from "./tape.js";

/** A network's `layers` by its `hidden`: nothing is recorded, nothing dropped. */
export function silentLayers(hidden: NonNullable<Network["hidden"]>): NonNullable<Network["layers"]> {
  return (engine, parameters, batch, keep) =>
    hidden(Tape.silent(engine, parameters), { ...batch, step: 0 }, keep).map(({ tensor }) => tensor);
}

/** What is read of a network with attention by its `hidden`, and the output that reads the last layer: nothing is recorded, nothing dropped. */
export function silentReadings(
  hidden: NonNullable<Network["hidden"]>,
  logitsOf: (tape: Tape, last: Flow) => Flow,
): Pick<Network, "predict"> & Required<Pick<Network, "layers" | "attentions">> {
  return {
    predict(engine, parameters, batch) {
      const tape = Tape.silent(engine, parameters);
      return { logits: logitsOf(tape, hidden(tape, { ...batch, step: 0 }).at(-1)!).tensor };
    },
    layers: silentLayers(hidden),
    attentions(engine, parameters, batch) {
      const weights: Tensor[] = [];
      hidden(Tape.silent(engine, parameters), { ...batch, step: 0 }, (each) => weights.push(each));
      return weights;
    },
  };
}
