import type { MaybePromise } from "../../schemas/maybePromise.js";
import { type RandomStream, randomStream } from "../numbers/random.js";
import type { Engine, Parameters, Tensor } from "./engine.js";
import type { Network, NetworkBatch } from "./network.js";
import { GrowingRows, movedWindow, NO_WINDOW, type ReadWindow, windowStride } from "./readWindow.js";
import { type SamplingOptions, sampleId } from "./sampling.js";
import { Tape } from "./tape.js";

/** Terms that are read at once: the logits of all of them, or their scores for all places before, are in memory. */
const AT_ONCE = 64;

/** What a network makes of the terms that it has read. */
export interface Reading {
  /** Of the next term (V,). */
  readonly logits: Float32Array;
  /** What it keeps of them: its recurrent state (stateSize,), empty for networks that look back. */
  readonly state: Float32Array;
  /** Of networks that look back over at most `longest` terms. */
  readonly window?: ReadWindow;
}

/** Rows that are read side by side, and the state before each. */
export type ReadRows = Required<Pick<NetworkBatch, "rows" | "length" | "ids" | "lengths" | "state">>;

/** What a network makes of rows inside. */
export interface RowLayers {
  /** The embeddings, then layer after layer, each (places x size). */
  readonly layers: readonly Float32Array[];
  readonly state: Float32Array;
}

export interface GenerateOptions extends SamplingOptions {
  readonly length: number;
  readonly seed: number;
  /** Ids that are never drawn. */
  readonly excluded?: readonly number[];
  /** An id that ends the text. */
  readonly end?: number | undefined;
}

/**
 * Asks a network that has learned: what comes next, and how probable a text is. A network that looks back over at most `longest` terms sees a
 * window of a longer text, which moves on by half of that whenever it is full (`windowStart`); until then each further term costs one row.
 * State: its parameters on an engine.
 */
export class LanguageReader {
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

  /** Reads terms behind those of an earlier reading, which stays as it is. There must be one at least. */
  async read(ids: Uint32Array, before?: Reading): Promise<Reading> {
    const { window, unread } = this.#unread(ids, before);
    let reading = before && { ...before, ...(window && { window }) };
    for (let from = 0; from < unread.length; from += AT_ONCE) {
      const some = unread.subarray(from, from + AT_ONCE);
      const kept = reading?.window ?? window;
      reading = kept ? await this.#readBehind(some, kept) : await this.#readSome(some, reading?.state);
    }
    if (!reading) throw new RangeError("LanguageReader: there must be terms to read, got none");
    return reading;
  }

  /** The loss in nats of each place of a batch, 0 where nothing is to be predicted, and the states behind its rows. */
  async losses(batch: Omit<NetworkBatch, "firstRow" | "step">): Promise<{ losses: Float32Array; state: Float32Array }> {
    const { losses, state } = this.#engine.scope(() => {
      const tape = Tape.silent(this.#engine, this.#parameters);
      const outcome = this.network.learn(tape, { ...batch, firstRow: 0, step: 0 }, 1);
      return this.#copies({ losses: outcome.losses, state: outcome.state });
    });
    return { losses: await losses, state: await state };
  }

  /** The sum of the losses of all terms but the first, each by those before it, as far as the network looks back. */
  async textLoss(ids: Uint32Array): Promise<number> {
    const { longest = ids.length, stateSize } = this.network;
    const state = new Float32Array(stateSize);
    let loss = 0;
    for (let from = 0, known = 0; known < ids.length - 1; from += windowStride(longest)) {
      const end = Math.min(from + longest, ids.length - 1);
      const length = end - from;
      const targets = Int32Array.from(ids.subarray(from + 1, end + 1)).fill(-1, 0, known - from);
      const row = { rows: 1, length, ids: ids.subarray(from, end), targets, lengths: Uint32Array.of(length), state };
      const { losses } = await this.losses(row);
      loss += losses.reduce((sum, each) => sum + each, 0);
      known = end;
    }
    return loss;
  }

  /** The numbers of the places of one row behind each layer (places x size each), and the state behind it. @throws TypeError if the network tells no layers */
  layers(ids: Uint32Array, before: Float32Array = new Float32Array(this.network.stateSize)): Promise<RowLayers> {
    const length = ids.length;
    return this.layersOfRows({ rows: 1, length, ids, lengths: Uint32Array.of(length), state: before });
  }

  /** The same of several rows, place after place of each row. */
  async layersOfRows({ state: before, ...rows }: ReadRows): Promise<RowLayers> {
    const { network } = this;
    const batch = { ...rows, firstRow: 0, state: before };
    const read = this.#engine.scope(() => {
      if (!network.layers)
        throw new TypeError("LanguageReader: the network must tell its layers, got one that does not");
      let state: MaybePromise<Float32Array> = before;
      const keep = (tensor: Tensor) => {
        state = this.#engine.read(tensor);
      };
      const layers = network
        .layers(this.#engine, this.#parameters, batch, keep)
        .map((tensor) => this.#engine.read(tensor));
      return { layers, state };
    });
    return { layers: await Promise.all(read.layers), state: await read.state };
  }

  /**
   * How much each place of one row looks at each, layer after layer (heads x places x places each).
   * @throws TypeError if the network has no attention
   */
  async attentions(ids: Uint32Array): Promise<Float32Array[]> {
    const length = ids.length;
    const batch = { rows: 1, length, ids, lengths: Uint32Array.of(length), firstRow: 0 };
    const read = this.#engine.scope(() => {
      if (!this.network.attentions)
        throw new TypeError("LanguageReader: the network must have attention, got one that has none");
      const weights = this.network.attentions(this.#engine, this.#parameters, batch);
      return weights.map((tensor) => this.#engine.read(tensor));
    });
    return Promise.all(read);
  }

  /** Draws terms one after the other, each by all before it: a function of the seed and of what was read. */
  async *generate(
    begin: Reading,
    { length, seed, end, excluded = [], ...sampling }: GenerateOptions,
  ): AsyncGenerator<number> {
    const draws: RandomStream = randomStream(seed, "generate");
    let reading = begin;
    for (let number = 0; number < length; number++) {
      const id = sampleId(reading.logits, sampling, draws, number, excluded);
      yield id;
      if (id === end) return;
      reading = await this.read(Uint32Array.of(id), reading);
    }
  }

  close(): void {
    this.#parameters.close();
  }

  /** What of a text is to be read: of a network with a window, all of that again where it moves. */
  #unread(ids: Uint32Array, before: Reading | undefined): { window?: ReadWindow; unread: Uint32Array } {
    const { goOn, longest } = this.network;
    if (!goOn || longest === undefined) return { unread: ids };
    return movedWindow(before?.window ?? NO_WINDOW, ids, longest);
  }

  async #readSome(ids: Uint32Array, before: Float32Array = new Float32Array(this.network.stateSize)): Promise<Reading> {
    const length = ids.length;
    const batch = { rows: 1, length, ids, lengths: Uint32Array.of(length), firstRow: 0, state: before };
    const { losses: logits, state } = this.#engine.scope(() => {
      const outcome = this.network.predict(this.#engine, this.#parameters, batch);
      return this.#copies({ losses: this.#engine.rows(outcome.logits, length - 1, length), state: outcome.state });
    });
    return { logits: await logits, state: await state };
  }

  async #readBehind(ids: Uint32Array, window: ReadWindow): Promise<Reading> {
    const { logits, rows } = this.#engine.scope(() => {
      const made = this.network.goOn!(this.#engine, this.#parameters, ids, window.kept);
      return {
        logits: this.#engine.read(made.logits),
        rows: made.kept.map((tensor) => ({ width: tensor.shape[1]!, values: this.#engine.read(tensor) })),
      };
    });
    const kept = await Promise.all(
      rows.map(async ({ width, values }, layer) => {
        return (window.kept[layer] ?? GrowingRows.none(width)).with(await values);
      }),
    );
    return { logits: await logits, state: new Float32Array(0), window: { ...window, kept } };
  }

  /** Copies outlive the scope, also those that are not there yet when it ends. */
  #copies({ losses, state }: { readonly losses: Tensor; readonly state: Tensor | undefined }) {
    return {
      losses: this.#engine.read(losses),
      state: state ? this.#engine.read(state) : new Float32Array(0),
    };
  }
}
