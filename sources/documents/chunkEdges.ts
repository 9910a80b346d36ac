import { undecidedLength } from "./lineEnds.js";

const NOTHING = new Uint8Array(0);

/**
 * Moves the cuts between chunks, so that none lies inside a line end or a byte-order mark.
 * State: at most two bytes.
 */
export class ChunkEdges {
  #isBeginning: boolean;
  #held: Uint8Array = NOTHING;

  constructor(isBeginning: boolean) {
    this.#isBeginning = isBeginning;
  }

  push(chunk: Uint8Array): Uint8Array {
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    const end = bytes.length - undecidedLength(bytes, this.#isBeginning);
    this.#held = bytes.slice(end);
    if (end > 0) this.#isBeginning = false;
    return bytes.subarray(0, end);
  }

  end(): Uint8Array {
    const rest = this.#held;
    this.#held = NOTHING;
    return rest;
  }
}
