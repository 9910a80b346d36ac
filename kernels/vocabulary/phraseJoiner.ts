import type { Phrases } from "../../schemas/phrases.js";
import type { Lexicon, TokenBatch } from "../../schemas/tokens.js";
import { TokenBatcher } from "../text/tokenBatcher.js";
import { PhraseLexicon } from "./phraseLexicon.js";
import { PhraseTable } from "./phraseTable.js";

/** A token that waits to see whether the next one joins it. */
interface Waiting {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Greedy joining from left to right: a pair that makes a phrase becomes one token, and the next token starts afresh, as in
 * word2phrase.c. State: one token beside the lexicon and the table.
 */
export class PhraseJoiner {
  readonly #table: PhraseTable;
  readonly #lexicon: PhraseLexicon;
  #batcher: TokenBatcher | undefined;
  #waiting: Waiting | undefined;
  #joined = 0;

  constructor(lexicon: Lexicon, phrases: Phrases, joiner: string) {
    this.#table = new PhraseTable(lexicon, phrases);
    this.#lexicon = new PhraseLexicon(lexicon, joiner);
  }

  /** What is certain after a batch. */
  join({ ids, sentenceOffsets, documentOffsets, characters }: TokenBatch): TokenBatch[] {
    this.#batcher ??= new TokenBatcher(this.#lexicon, { batchSize: 16384, withCharacters: characters !== undefined });
    let sentence = 0;
    let document = 0;
    for (let i = 0; i <= ids.length; i++) {
      while (sentenceOffsets[sentence] === i || documentOffsets[document] === i) {
        this.#release();
        if (sentenceOffsets[sentence] === i) {
          this.#batcher.startSentence();
          sentence++;
        }
        if (documentOffsets[document] === i) {
          this.#batcher.startDocument();
          document++;
        }
      }
      if (i < ids.length) this.#take({ id: ids[i]!, start: characters?.start[i] ?? 0, end: characters?.end[i] ?? 0 });
    }
    return this.#batcher.take();
  }

  /** The token that still waits. */
  rest(): TokenBatch[] {
    this.#release();
    return this.#batcher?.take() ?? [];
  }

  /** Joins since the last call. */
  takeJoined(): number {
    const joined = this.#joined;
    this.#joined = 0;
    return joined;
  }

  #take(token: Waiting): void {
    const before = this.#waiting;
    if (before && this.#table.joins(before.id, token.id)) {
      this.#batcher!.push(this.#lexicon.addJoined(before.id, token.id), before.start, token.end);
      this.#joined++;
      this.#waiting = undefined;
      return;
    }
    this.#release();
    this.#waiting = token;
  }

  #release(): void {
    if (!this.#waiting) return;
    const { id, start, end } = this.#waiting;
    this.#batcher!.push(this.#lexicon.add(id), start, end);
    this.#waiting = undefined;
  }
}
