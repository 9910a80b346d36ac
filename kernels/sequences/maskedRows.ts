/*
 * Masked language modelling: some places of a row are to be predicted; most of them are hidden behind [MASK], some show another term, and the
 * rest shows what is there, since texts that are read later have no [MASK] (Devlin et al. 2019, arXiv:1810.04805, section 3.1 and appendix A.1).
 *
 * google-research/bert draws ten copies of the text with different masks; here each epoch has its own. It may also put a special token in the place
 * of another term; here none is.
 */
import { NO_TARGET, type SequenceBatch } from "../../schemas/sequences.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { drawBelow, drawUint32, drawUniform, type RandomStream, randomStream } from "../numbers/random.js";
import { requireSpecial, specialIdsOf } from "../vocabulary/specialIds.js";
import { continuedWords } from "./continuedWords.js";

export interface MaskSettings {
  /** Of the tokens of a row that are not special. */
  readonly share: number;
  readonly maxPredictions: number;
  /** Of the places that are predicted, those that are hidden. */
  readonly mask: number;
  /** And those that show another term. */
  readonly random: number;
  readonly wholeWord: boolean;
  readonly seed: number;
}

export interface MaskedRows extends Pick<SequenceBatch, "ids" | "targets"> {
  /** Rows in which nothing is to be predicted. */
  readonly unmasked: number;
}

/**
 * Masks rows. Every draw is a function of seed, epoch, the row's number in the epoch and the place.
 * State: what the vocabulary says of its ids.
 */
export class RowMasker {
  readonly #settings: MaskSettings;
  readonly #maskId: number;
  readonly #specials: ReadonlySet<number>;
  readonly #ordinary: Uint32Array;
  readonly #continues: (id: number) => boolean;

  /** @throws RangeError if the vocabulary has no [MASK], or nothing else */
  constructor(who: string, vocabulary: Vocabulary, settings: MaskSettings) {
    this.#settings = settings;
    this.#maskId = requireSpecial(who, vocabulary, "[MASK]");
    this.#specials = specialIdsOf(vocabulary);
    this.#ordinary = Uint32Array.from(vocabulary.terms.keys()).filter((id) => !this.#specials.has(id));
    if (this.#ordinary.length === 0)
      throw new RangeError(`${who}: the vocabulary must have terms that are not special, got none`);
    this.#continues = settings.wholeWord ? continuedWords(vocabulary) : () => false;
  }

  mask({ ids, lengths, sequenceLength, epoch, position }: SequenceBatch): MaskedRows {
    const { seed } = this.#settings;
    const order = randomStream(seed, "mask", epoch);
    const [actions, others] = ["mask.action", "mask.other"].map((purpose) => randomStream(seed, purpose, epoch));
    const shown = ids.slice();
    const targets = new Int32Array(ids.length).fill(NO_TARGET);
    let unmasked = 0;
    lengths.forEach((length, row) => {
      const first = row * sequenceLength;
      const counter = (position + row) * sequenceLength;
      const places = this.#placesIn(ids.subarray(first, first + length), order, counter);
      if (places.length === 0) unmasked++;
      for (const place of places) {
        targets[first + place] = ids[first + place]!;
        shown[first + place] = this.#shown(ids[first + place]!, actions!, others!, counter + place);
      }
    });
    return { ids: shown, targets, unmasked };
  }

  /** Words in a drawn order, as many as there is room for; one that is too long is passed over. */
  #placesIn(ids: Uint32Array, order: RandomStream, counter: number): number[] {
    const words = this.#wordsOf(ids);
    const count = words.reduce((sum, word) => sum + word.length, 0);
    const { share, maxPredictions } = this.#settings;
    const wanted = Math.min(maxPredictions, Math.max(1, Math.round(count * share)));
    const keys = words.map(([place]) => drawUint32(order, counter + place!));
    const drawn = [...words.keys()].sort((a, b) => keys[a]! - keys[b]! || a - b);
    const places: number[] = [];
    for (const word of drawn) {
      if (places.length >= wanted) break;
      if (places.length + words[word]!.length <= wanted) places.push(...words[word]!);
    }
    return places;
  }

  /** The places of each word that is not special. */
  #wordsOf(ids: Uint32Array): number[][] {
    const words: number[][] = [];
    let open: number[] | undefined;
    ids.forEach((id, place) => {
      if (this.#specials.has(id)) open = undefined;
      else if (open && this.#continues(id)) open.push(place);
      else {
        open = [place];
        words.push(open);
      }
    });
    return words;
  }

  #shown(id: number, actions: RandomStream, others: RandomStream, counter: number): number {
    const { mask, random } = this.#settings;
    const action = drawUniform(actions, counter);
    if (action < mask) return this.#maskId;
    if (action < mask + random) return this.#ordinary[drawBelow(others, counter, this.#ordinary.length)]!;
    return id;
  }
}
