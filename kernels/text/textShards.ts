import type { TextBatch } from "../../schemas/text.js";

/** Some whole documents: the bytes of their text, where each begins, and the labels that it came with. */
export interface TextShard {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly documentOffsets: Uint32Array<ArrayBuffer>;
  readonly labels: readonly (readonly string[])[];
}

/**
 * Joins and cuts batches of text into parts that whole documents stand in, so that each part can be worked on by itself. A part is cut before
 * the last document that has begun, once it has so many bytes. State: a part, a batch, and the document that has begun, however long.
 */
export class TextShards {
  readonly #leastBytes: number;
  #pieces: Uint8Array[] = [];
  #length = 0;
  #offsets: number[] = [];
  #labels: (readonly string[])[] = [];

  constructor(leastBytes: number) {
    this.#leastBytes = leastBytes;
  }

  /** The part that is whole with the batch, if one is. */
  add({ bytes, documentOffsets, documents }: TextBatch): TextShard | undefined {
    for (const [k, offset] of documentOffsets.entries()) {
      this.#offsets.push(this.#length + offset);
      this.#labels.push(documents?.labels?.[k] ?? []);
    }
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    const last = this.#offsets.length - 1;
    return last > 0 && this.#length >= this.#leastBytes ? this.#cut(last, this.#offsets[last]!) : undefined;
  }

  /** The last part; undefined if no document is left. */
  finish(): TextShard | undefined {
    return this.#offsets.length > 0 ? this.#cut(this.#offsets.length, this.#length) : undefined;
  }

  /** Takes away the first documents, up to a byte. */
  #cut(documents: number, end: number): TextShard {
    const all = joined(this.#pieces, this.#length);
    const rest = all.slice(end);
    this.#pieces = [rest];
    this.#length = rest.length;
    const documentOffsets = Uint32Array.from(this.#offsets.splice(0, documents));
    this.#offsets = this.#offsets.map((offset) => offset - end);
    return { bytes: all.subarray(0, end), documentOffsets, labels: this.#labels.splice(0, documents) };
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
