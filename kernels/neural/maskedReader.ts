import type { Engine, Parameters } from "./engine.js";
import type { Network, NetworkBatch } from "./network.js";

/** A row that is asked: ids, and which text of two each belongs to. */
export type AskedRow = Pick<NetworkBatch, "ids" | "segments">;

/** Asks a network that reads both sides what is hidden. State: its parameters on an engine. */
export class MaskedReader {
  readonly network: Network;
  readonly #engine: Engine;
  readonly #parameters: Parameters;

  /** @param values of all parameters, in the order of the network's forms */
  constructor(network: Network, engine: Engine, values: Float32Array) {
    this.network = network;
    this.#engine = engine;
    this.#parameters = engine.parameters(network.forms);
    this.#parameters.write("values", values);
  }

  /** The logits of one row at some of its places (V,) each. Memory: a number for each place and term. */
  async logits({ ids, segments }: AskedRow, places: readonly number[]): Promise<Float32Array[]> {
    const length = ids.length;
    const row = { rows: 1, length, ids, lengths: Uint32Array.of(length), firstRow: 0 };
    const read = this.#engine.scope(() => {
      const { logits } = this.network.predict(this.#engine, this.#parameters, {
        ...row,
        ...(segments && { segments }),
      });
      return places.map((place) => this.#engine.read(this.#engine.rows(logits, place, place + 1)));
    });
    return Promise.all(read);
  }

  close(): void {
    this.#parameters.close();
  }
}
