import { attentionOfWords, meanOfHeads } from "../../kernels/neural/wordAttention.js";
import { frameOf, WordIds } from "../../kernels/neural/wordIds.js";
import { idOfTerm } from "../../kernels/vocabulary/idOfTerm.js";
import { run } from "../../runtime/run.js";
import { type LanguageModel, plural, show } from "../../schemas/index.js";
import { fromTexts } from "../../sources/fromTexts.js";
import { type OpenLanguageModel, openLayers } from "./languageModels.js";
import { shownTerm } from "./spellTermsOf.js";
import { type Known, throughSteps } from "./textSteps.js";

/** Terms of a text of which whole matrices are given. */
export const MOST_WHOLE = 64;

/** How much the places of a text look at each other in one layer. */
export interface Attention {
  /** From 1: what makes the layer of that number in `vectors`. */
  readonly layer: number;
  /** The terms as the model reads them, with the special ones around them (P,). */
  readonly terms: readonly string[];
  /** The words that they are of, and where each begins (W,). */
  readonly words: readonly string[];
  readonly wordOffsets: readonly number[];
  /** How much each place looks at each (P x P,): of each head. */
  readonly heads: readonly Float32Array[];
}

/** A word, and those that it looks at most. */
export interface AttendedWord {
  readonly word: string;
  readonly attends: readonly { readonly word: string; readonly place: number; readonly weight: number }[];
}

/** @throws TypeError as `openLayers`, or if the model has no attention */
export async function openAttention(who: string, model: LanguageModel, known: Known): Promise<OpenLanguageModel> {
  const open = await openLayers(who, model, known);
  if (open.reader.network.attentions) return open;
  open.reader.close();
  throw new TypeError(`${who}: the model must have attention, got ${model.architecture}, which has none`);
}

/**
 * How much the places of a text look at each other.
 * @param layer from 1; the last if left out
 * @throws RangeError if there is no such layer, the model knows no term of the text, or it has more places than are read or asked for
 */
export async function attentionOf(
  who: string,
  open: OpenLanguageModel,
  { text, layer, most }: { readonly text: string; readonly layer?: number | undefined; readonly most?: number },
): Promise<Attention> {
  const { words, wordOffsets, ids } = await placesOf(open, text);
  const { longest = ids.length } = open.reader.network;
  const bound = Math.min(longest, most ?? longest);
  if (words.length === 0)
    throw new RangeError(`${who}: the text must have a term that the model knows, got ${show(text)}`);
  if (ids.length > bound)
    throw new RangeError(
      `${who}: the text must have at most ${plural(bound, "term")}, got ${ids.length}; give a shorter one`,
    );
  const layers = await open.reader.attentions(Uint32Array.from(ids));
  const asked = layer ?? layers.length;
  const weights = layers[asked - 1];
  if (!weights) throw new RangeError(`${who}: the layer must be one of 1 to ${layers.length}, got ${asked}`);
  const size = ids.length ** 2;
  const heads = Array.from({ length: weights.length / size }, (_, k) => weights.subarray(k * size, (k + 1) * size));
  const terms = ids.map((id) => shownTerm(open, open.vocabulary.terms[id]!));
  return { layer: asked, terms, words, wordOffsets, heads };
}

/**
 * The words that each word of a text looks at most, equal ones by their place.
 * @param head from 1; the mean of all if left out
 * @throws RangeError if there is no such head
 */
export function attendedWords(
  who: string,
  { words, wordOffsets, heads }: Attention,
  { k, head }: { readonly k: number; readonly head?: number | undefined },
): AttendedWord[] {
  const weights = head === undefined ? meanOfHeads(heads) : heads[head - 1];
  if (!weights) throw new RangeError(`${who}: the head must be one of 1 to ${heads.length}, got ${head}`);
  const looked = attentionOfWords(weights, wordOffsets);
  return words.map((word, from) => {
    const row = looked.subarray(from * words.length, (from + 1) * words.length);
    const order = [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b).slice(0, k);
    return {
      word,
      attends: order.filter((to) => row[to]! > 0).map((to) => ({ word: words[to]!, place: to, weight: row[to]! })),
    };
  });
}

/** All of it as plain lists. */
export function wholeAttention({ layer, terms, words, wordOffsets, heads }: Attention) {
  const rows = (weights: Float32Array) =>
    terms.map((_, place) => [...weights.subarray(place * terms.length, (place + 1) * terms.length)]);
  return { layer, terms, words, wordOffsets, heads: heads.map(rows) };
}

/** The ids of a text with what stands around it, and its words. */
async function placesOf({ model, vocabulary, reader, steps }: OpenLanguageModel, text: string) {
  const unknownId = idOfTerm(vocabulary, model.unknown);
  const wordIds = new WordIds(vocabulary, unknownId);
  const { before, after } = frameOf(vocabulary, reader.network);
  const words: string[] = [];
  const wordOffsets: number[] = [];
  const ids: number[] = [];
  const add = (word: string, pieces: ArrayLike<number>) => {
    if (pieces.length === 0) return;
    words.push(word);
    wordOffsets.push(ids.length);
    ids.push(...Array.from(pieces));
  };
  const addSpecial = (id: number) => add(vocabulary.terms[id]!, [id]);
  for (const id of before) addSpecial(id);
  await run(throughSteps(fromTexts([text]), steps), {
    onEvent(batch) {
      const idsOf = wordIds.of(batch);
      for (const [place, token] of batch.ids.entries()) add(batch.lexicon.term(token) ?? "", idsOf(place));
    },
  });
  if (ids.length === before.length) return { words: [], wordOffsets, ids };
  for (const id of after) addSpecial(id);
  return { words, wordOffsets, ids };
}
