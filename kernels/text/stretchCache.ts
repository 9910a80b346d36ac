import { decodeAt, sequenceLength } from "./utf8.js";

/** Stretches of text are much alike: the same few hundred letters and marks. */
const MAX_NODES = 1 << 16;

/**
 * What short stretches become, remembered by their code points, as a trie: a step is the key node * 2^21 + code point.
 * Memory: at most 65,536 nodes, some 10 MB; what comes after that is worked out each time.
 */
export class StretchCache {
  readonly #map: (text: string) => string;
  readonly #steps = new Map<number, number>();
  /** By node; node 0 is the root. */
  readonly #results: (Uint8Array | undefined)[] = [undefined];
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #encoder = new TextEncoder();

  constructor(map: (text: string) => string) {
    this.#map = map;
  }

  /** What a stretch of UTF-8 becomes; not to be changed by the caller. */
  get(stretch: Uint8Array): Uint8Array {
    const node = this.#nodeOf(stretch);
    if (node === undefined) return this.#work(stretch);
    this.#results[node] ??= this.#work(stretch);
    return this.#results[node];
  }

  #work(stretch: Uint8Array): Uint8Array {
    return this.#encoder.encode(this.#map(this.#decoder.decode(stretch)));
  }

  #nodeOf(stretch: Uint8Array): number | undefined {
    let node = 0;
    for (let at = 0; at < stretch.length; ) {
      const size = sequenceLength(stretch[at]!);
      const key = node * 0x20_0000 + decodeAt(stretch, at, size);
      const known = this.#steps.get(key);
      if (known === undefined && this.#results.length === MAX_NODES) return undefined;
      node = known ?? this.#results.push(undefined) - 1;
      if (known === undefined) this.#steps.set(key, node);
      at += size;
    }
    return node;
  }
}
