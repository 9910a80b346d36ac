import type { Engine, Parameters } from "./engine.js";
import { batchOfTexts, type MarkedText } from "./markedTexts.js";
import type { Network } from "./network.js";
import { type HeadOptions, pooledLayers } from "./networks/textHead.js";
import { Tape } from "./tape.js";

/** Texts that are read at once. */
const AT_ONCE = 16;

/** Reads texts with a network that does not learn, and gives their pooled layers. State: its parameters on an engine. */
export class PooledReader {
  readonly #network: Network;
  readonly #engine: Engine;
  readonly #parameters: Parameters;

  /** @param values of all parameters, in the order of the network's forms */
  constructor(network: Network, engine: Engine, values: Float32Array) {
    this.#network = network;
    this.#engine = engine;
    this.#parameters = engine.parameters(network.forms);
    this.#parameters.write("values", values);
  }

  /** Of each row its texts one behind the other, of each text its layers (texts x layers x D,). The same numbers whichever rows are read together. */
  async read(
    rows: readonly (readonly MarkedText[])[],
    { layers, texts }: Pick<HeadOptions, "layers" | "texts">,
  ): Promise<Float32Array[]> {
    const found: Float32Array[] = [];
    for (let from = 0; from < rows.length; from += AT_ONCE) {
      const some = rows.slice(from, from + AT_ONCE);
      const batch = { ...batchOfTexts(some), firstRow: 0, step: 0 };
      const values = await this.#engine.scope(() => {
        const tape = Tape.silent(this.#engine, this.#parameters);
        const pooled = pooledLayers(tape, this.#network, batch, { layers, texts });
        return this.#engine.read(this.#engine.joinColumns(pooled.map(({ tensor }) => tensor)));
      });
      const size = values.length / some.length;
      for (let row = 0; row < some.length; row++) found.push(values.slice(row * size, (row + 1) * size));
    }
    return found;
  }

  close(): void {
    this.#parameters.close();
  }
}
