import type { TokenizerForm } from "../../schemas/subwordVocabulary.js";
import { AddedTokens } from "./addedTokens.js";
import { compileNormalizer, type TextChange } from "./normalizers.js";
import type { PieceModel } from "./pieceModel.js";
import { type Cut, compilePreTokenizer } from "./preTokenizers.js";

const cachedWords = 131_072;
const cachedLength = 32;
/** Of what ends in Han, kana and what follows them in Unicode: without spaces, longer stretches hardly come twice. */
const cachedUnspaced = 8;
const FIRST_UNSPACED = 0x2e80;

/** What begins and ends at white space in every pre-tokenizer that parts at spaces, and is not touched by any normalizer. */
const betweenSpaces = /[^ \t\n\r]+/g;

/**
 * From texts to ids: added tokens, normalizer, pre-tokenizer, model, in this order. What the first cut of the pre-tokenizer makes is encoded
 * once and remembered. Where white space parts words, the text is cut there even before it is normalised, so that the cache spares that, too.
 * State: 131,072 words of up to 32 UTF-16 units, with their ids; when they become more, all are forgotten.
 */
export class TextEncoding {
  readonly #normalize: TextChange;
  readonly #first: Cut;
  readonly #rest: readonly Cut[];
  readonly #model: PieceModel;
  readonly #addsSpace: boolean;
  readonly #raw: AddedTokens;
  readonly #normalized: AddedTokens;
  readonly #cutsFirst: boolean;
  readonly #cache = new Map<string, readonly number[]>();

  constructor(form: TokenizerForm, model: PieceModel, where: string) {
    const { steps, partsAtSpaces, addsSpace } = compilePreTokenizer(form.pre_tokenizer, where);
    const inNormalized = form.added_tokens.filter(({ normalized }) => normalized);
    this.#normalize = compileNormalizer(form.normalizer, where);
    this.#model = model;
    this.#addsSpace = addsSpace;
    this.#raw = new AddedTokens(form.added_tokens.filter(({ normalized }) => !normalized));
    this.#normalized = new AddedTokens(
      inNormalized.map((token) => ({ ...token, content: this.#normalize(token.content) })),
    );
    this.#cutsFirst = partsAtSpaces && inNormalized.length === 0;
    this.#first = this.#cutsFirst ? (text) => text.match(betweenSpaces) ?? [] : steps[0]!;
    this.#rest = this.#cutsFirst ? [(text) => [this.#normalize(text)], ...steps] : steps.slice(1);
  }

  /** The ids of a whole text. */
  encode(text: string): number[] {
    return this.#encode(text, this.#addsSpace);
  }

  /** The ids of a part of a text, which gets no space of its own. */
  encodeStretch(text: string): readonly number[] {
    return this.#encode(text, false);
  }

  #encode(text: string, addsSpace: boolean): number[] {
    const ids: number[] = [];
    for (const part of this.#raw.cut(text)) {
      if (typeof part === "number") ids.push(part);
      else if (this.#cutsFirst) this.#encodeText(part, ids);
      else this.#encodeNormalized(this.#normalize(part), addsSpace, ids);
    }
    return ids;
  }

  #encodeNormalized(text: string, addsSpace: boolean, ids: number[]): void {
    for (const part of this.#normalized.cut(text)) {
      if (typeof part === "number") ids.push(part);
      else this.#encodeText(addsSpace && !part.startsWith(" ") ? ` ${part}` : part, ids);
    }
  }

  #encodeText(text: string, ids: number[]): void {
    for (const stretch of this.#first(text)) for (const id of this.#idsOf(stretch)) ids.push(id);
  }

  #idsOf(stretch: string): readonly number[] {
    const known = this.#cache.get(stretch);
    if (known) return known;
    const ids: number[] = [];
    for (const word of this.#cut(stretch)) this.#model.encode(word, ids);
    if (!mayComeAgain(stretch)) return ids;
    if (this.#cache.size >= cachedWords) this.#cache.clear();
    this.#cache.set(stretch, ids);
    return ids;
  }

  #cut(stretch: string): readonly string[] {
    let words: readonly string[] = [stretch];
    for (const step of this.#rest) words = words.length === 1 ? step(words[0]!) : words.flatMap(step);
    return words;
  }
}

function mayComeAgain(stretch: string): boolean {
  const isUnspaced = stretch.charCodeAt(stretch.length - 1) >= FIRST_UNSPACED;
  return stretch.length <= (isUnspaced ? cachedUnspaced : cachedLength);
}
