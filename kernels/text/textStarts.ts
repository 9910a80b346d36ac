import type { TextBatch } from "../../schemas/text.js";
import type { TokenBatcher } from "./tokenBatcher.js";

/**
 * The beginnings of sentences and documents in a batch of text, each of which a batcher is told of once the text before it was scanned.
 * State: how many were passed.
 */
export class TextStarts {
  readonly #batcher: TokenBatcher;
  readonly #sentences: Uint32Array;
  readonly #documents: Uint32Array;
  #sentence = 0;
  #document = 0;

  /** @param text each document start is a sentence start */
  constructor(text: Pick<TextBatch, "documentOffsets" | "sentenceOffsets">, batcher: TokenBatcher) {
    this.#batcher = batcher;
    this.#documents = text.documentOffsets;
    this.#sentences = text.sentenceOffsets ?? text.documentOffsets;
  }

  /** Where the next sentence begins; infinity if none does. */
  get next(): number {
    return this.#sentences[this.#sentence] ?? Number.POSITIVE_INFINITY;
  }

  /** Where the next sentences begin, those up to a place. */
  upTo(place: number): Uint32Array {
    let [low, high] = [this.#sentence, this.#sentences.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sentences[middle]! <= place) low = middle + 1;
      else high = middle;
    }
    return this.#sentences.subarray(this.#sentence, low);
  }

  /** The next sentences have begun, each behind so many tokens of the batcher's batch; tells how many documents did. */
  pass(behind: Uint32Array): number {
    const documents = this.#documents === this.#sentences ? behind : this.#documentsAmong(behind);
    this.#batcher.start(behind, documents);
    this.#sentence += behind.length;
    this.#document += documents.length;
    return documents.length;
  }

  /** The next sentence begins behind the tokens so far; tells whether a document does. */
  passOne(): boolean {
    return this.pass(Uint32Array.of(this.#batcher.length)) > 0;
  }

  #documentsAmong(behind: Uint32Array): Uint32Array {
    const among: number[] = [];
    for (const [i, tokens] of behind.entries()) {
      const place = this.#sentences[this.#sentence + i];
      while (this.#documents[this.#document + among.length] === place) among.push(tokens);
    }
    return Uint32Array.from(among);
  }
}
