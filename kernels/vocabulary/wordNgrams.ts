import type { StageState } from "../../schemas/state.js";
import type { Lexicon, TokenBatch } from "../../schemas/tokens.js";
import { joinStates, splitState } from "../numbers/joinStates.js";
import { joinTexts, splitTexts } from "../text/textColumn.js";
import { TokenBatcher } from "../text/tokenBatcher.js";
import { GrowingLexicon } from "./lexicon.js";

export interface WordNgramSettings {
  readonly from: number;
  readonly to: number;
  readonly joiner: string;
  readonly boundary: "sentence" | "document";
  readonly maxTerms: number;
}

interface Word {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

const batchSize = 16_384;
const encoder = new TextEncoder();

/**
 * Makes all n-grams of neighbouring words: behind each word those that end with it, the shorter first, counted in a lexicon of their own.
 * State: that lexicon, the last words, and some 100 bytes per id given out by the lexicon of the words.
 */
export class WordNgrams {
  readonly #settings: WordNgramSettings;
  readonly #joiner: Uint8Array;
  readonly #own: GrowingLexicon;
  #lexicon: Lexicon | undefined;
  /** The bytes of each word, by its id. */
  #known: (Uint8Array | undefined)[] = [];
  /** The last words of the sentence or document, at most `to`. */
  #last: Word[] = [];
  #gram = new Uint8Array(256);
  #batcher: TokenBatcher | undefined;
  #words = 0;
  #made = 0;
  #pruned = 0;

  constructor(settings: WordNgramSettings) {
    this.#settings = settings;
    this.#joiner = encoder.encode(settings.joiner);
    this.#own = new GrowingLexicon({ maxTerms: settings.maxTerms });
  }

  /** The n-grams that end in the batch. */
  push({ lexicon, ids, sentenceOffsets, documentOffsets, characters }: TokenBatch): TokenBatch[] {
    if (lexicon !== this.#lexicon) this.#known = [];
    this.#lexicon = lexicon;
    this.#own.forgetPruned();
    this.#batcher ??= new TokenBatcher(this.#own, { batchSize, withCharacters: characters !== undefined });
    let sentence = 0;
    let document = 0;
    for (let i = 0; i <= ids.length; i++) {
      for (; sentenceOffsets[sentence] === i; sentence++) this.#startSentence();
      for (; documentOffsets[document] === i; document++) this.#startDocument();
      if (i < ids.length) this.#take(ids[i]!, characters?.start[i] ?? 0, characters?.end[i] ?? 0);
    }
    return this.#batcher.take();
  }

  /** Words since the last call that were no n-gram themselves, n-grams that were made of several, and words that nobody knows any more. */
  takeCounts(): Readonly<Record<"words" | "made" | "pruned", number>> {
    const counts = { words: this.#words, made: this.#made, pruned: this.#pruned };
    this.#words = this.#made = this.#pruned = 0;
    return counts;
  }

  /** Whoever reads the lexicon after the pass finds live terms only. */
  end(): void {
    this.#own.forgetPruned();
  }

  save(): StageState {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    const texts = joinTexts(this.#last.map(({ bytes }) => decoder.decode(bytes)));
    const places = Uint32Array.from(this.#last.flatMap(({ start, end }) => [start, end]));
    return joinStates({ lexicon: this.#own.save(), last: { facts: {}, arrays: { ...texts, places } } });
  }

  restore(state: StageState): void {
    const { lexicon, last } = splitState(state);
    this.#own.restore(lexicon!);
    const places = last!.arrays.places!;
    this.#last = splitTexts(last!.arrays).map((text, k) => ({
      bytes: encoder.encode(text),
      start: places[2 * k]!,
      end: places[2 * k + 1]!,
    }));
  }

  #startSentence(): void {
    if (this.#settings.boundary === "sentence") this.#last = [];
    this.#batcher!.startSentence();
  }

  #startDocument(): void {
    this.#last = [];
    this.#batcher!.startDocument();
  }

  #take(id: number, start: number, end: number): void {
    const { from, to } = this.#settings;
    const bytes = this.#bytesOf(id);
    if (!bytes) {
      this.#pruned++;
      return;
    }
    if (this.#last.length === to) this.#last.shift();
    this.#last.push({ bytes, start, end });
    if (from > 1) this.#words++;
    for (let n = from; n <= this.#last.length; n++) this.#make(n, end);
  }

  #make(n: number, end: number): void {
    const words = this.#last;
    let length = 0;
    for (let k = words.length - n; k < words.length; k++) {
      const { bytes } = words[k]!;
      const joint = k > words.length - n ? this.#joiner : undefined;
      this.#reserve(length + bytes.length + this.#joiner.length);
      if (joint) this.#gram.set(joint, length);
      length += joint?.length ?? 0;
      this.#gram.set(bytes, length);
      length += bytes.length;
    }
    if (n > 1) this.#made++;
    this.#batcher!.push(this.#own.add(this.#gram, 0, length), words[words.length - n]!.start, end);
  }

  #reserve(length: number): void {
    if (length <= this.#gram.length) return;
    const grown = new Uint8Array(2 * length);
    grown.set(this.#gram);
    this.#gram = grown;
  }

  #bytesOf(id: number): Uint8Array | undefined {
    const known = this.#known[id];
    if (known) return known;
    const term = this.#lexicon!.term(id);
    if (term === undefined) return undefined;
    this.#known[id] = encoder.encode(term);
    return this.#known[id];
  }
}
