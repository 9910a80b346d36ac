import type { LanguageReader } from "./languageReader.js";

/** Reads rows with a network. */
export type LayerReader = Pick<LanguageReader, "network" | "layers">;

/** Places that are read at once by a network that reads any number. */
const AT_ONCE = 64;
const WINDOW = 128;

export interface PlaceReaderOptions {
  /** Ids that stand around each window, as a model of whole texts learned them. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Places from the beginning of one window to that of the next; half a window if left out. */
  readonly stride?: number | undefined;
}

/** What the layers of a network make of places that follow each other, P of them. */
export interface PlaceLayers {
  readonly places: number;
  /** Each (P x size). */
  readonly layers: readonly Float32Array[];
}

/**
 * Reads the ids of a text, however long it is, and gives the layers of each place once. A network with state that looks back alone keeps it
 * from stretch to stretch. Others read windows that overlap: a place is taken from the window in which it is farther from an end, or where the
 * network looks back alone, from the one in which more stands before it. The same numbers however the ids come.
 *
 * State: the ids of a window.
 */
export class PlaceReader {
  readonly #reader: LayerReader;
  readonly #before: readonly number[];
  readonly #after: readonly number[];
  readonly #size: number;
  readonly #stride: number;
  /** Places at the beginning of a window, but the first of a text, that were given by the one before. */
  readonly #known: number;
  readonly #keeps: boolean;
  #ids: number[] = [];
  #isFirst = true;
  #state: Float32Array | undefined;

  /** @throws RangeError if the stride is longer than a window */
  constructor(reader: LayerReader, { before, after, stride }: PlaceReaderOptions) {
    const { stateSize, longest, looksAhead = false } = reader.network;
    this.#reader = reader;
    [this.#before, this.#after] = [before, after];
    this.#keeps = stateSize > 0 && !looksAhead;
    this.#size = this.#keeps ? AT_ONCE : (longest ?? WINDOW) - before.length - after.length;
    this.#stride = this.#keeps ? this.#size : (stride ?? Math.max(1, this.#size >> 1));
    if (this.#stride > this.#size)
      throw new RangeError(
        `PlaceReader: the stride must be at most a window of the network, ${this.#size}, got ${stride}`,
      );
    const shared = this.#size - this.#stride;
    this.#known = looksAhead ? shared >> 1 : shared;
  }

  /** Adds an id; gives the places that are known by now, if that makes a window full. */
  async add(id: number): Promise<PlaceLayers | undefined> {
    const given = this.#ids.length === this.#size ? await this.#move() : undefined;
    this.#ids.push(id);
    return given;
  }

  /** The text is over: its last places, if there are any; the next one begins anew. */
  async finish(): Promise<PlaceLayers | undefined> {
    const last = this.#ids.length === 0 ? undefined : await this.#read(this.#ids.length);
    [this.#ids, this.#isFirst, this.#state] = [[], true, undefined];
    return last;
  }

  async #move(): Promise<PlaceLayers> {
    const given = await this.#read(this.#stride + this.#known);
    this.#ids = this.#ids.slice(this.#stride);
    this.#isFirst = false;
    return given;
  }

  /** The places of the window from the first that is not known up to `end`. */
  async #read(end: number): Promise<PlaceLayers> {
    const ids = Uint32Array.from([...this.#before, ...this.#ids, ...this.#after]);
    const { layers, state } = await this.#reader.layers(ids, this.#state);
    if (this.#keeps) this.#state = state;
    const from = this.#isFirst ? 0 : this.#known;
    const part = (values: Float32Array) => {
      const size = values.length / ids.length;
      return values.subarray((this.#before.length + from) * size, (this.#before.length + end) * size);
    };
    return { places: end - from, layers: layers.map(part) };
  }
}
