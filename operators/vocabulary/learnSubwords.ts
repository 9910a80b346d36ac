import { concat, defer, ignoreElements, type OperatorFunction, of, tap } from "rxjs";
import {
  defaultSpecials,
  type LearnSettings,
  learnTokenizer,
  tokenizerKinds,
  unknownSpecials,
} from "../../kernels/tokenizers/learnTokenizer.js";
import { SPACED, spaceRules, WordSpaces } from "../../kernels/tokenizers/wordSpaces.js";
import { TermCounter } from "../../kernels/vocabulary/termCounter.js";
import { currentScope } from "../../runtime/flow.js";
import { boolean, integer, oneOf, texts } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions, type SettingsOf, show } from "../../schemas/options.js";
import type { SubwordVocabulary } from "../../schemas/subwordVocabulary.js";
import type { TokenBatch } from "../../schemas/tokens.js";
import { defineUnit } from "../../schemas/units.js";

export const spacesField = oneOf(spaceRules, {
  default: "script",
  description:
    "Between which tokens a space is taken to stand: all but those that touch with a script written without spaces; all; none",
});

export const learnSubwordsSchema = defineUnit({
  name: "learnSubwords",
  kind: "operator",
  reads: "tokens",
  makes: "subwordVocabulary",
  summary: "Learns pieces of words, as language models read text: byte-level BPE, WordPiece or characters",
  paper: "Sennrich et al. 2016, arXiv:1508.07909; Radford et al. 2019, section 2.2; Schuster and Nakajima 2012",
  fields: {
    kind: oneOf(tokenizerKinds, {
      default: "bpe",
      description: "Pairs of bytes as GPT-2 has them, WordPiece as BERT has it, or characters",
    }),
    size: integer({ default: 30_000, min: 2, max: 2_000_000, description: "Pieces at most, specials among them" }),
    specials: texts({
      optional: true,
      description:
        "Special tokens, whose ids come first; if left out, <|endoftext|> (bpe), [PAD] [UNK] [CLS] [SEP] [MASK] (wordPiece), [UNK] (characters)",
    }),
    lowercase: boolean({ default: false, description: "Make letters small; WordPiece then takes accents away, too" }),
    minCount: integer({
      default: 2,
      min: 1,
      description: "Occurrences that a pair of pieces needs to become one, and of characters each",
    }),
    spaces: spacesField,
  },
  cost: ({ size }, { sizes }) => ({
    memory: { bytes: (20 + WORD_BYTES) * sizes.types, from: ["types"] },
    makes: { vocabulary: size },
  }),
  create: (_, options): OperatorFunction<TokenBatch, SubwordVocabulary> => learnSubwords(options),
});

export type LearnSubwordsOptions = OptionsOf<typeof learnSubwordsSchema>;
/** Of a word: its text, its count, and its pieces with the pairs that they make. */
const WORD_BYTES = 500;

type Settings = SettingsOf<typeof learnSubwordsSchema>;

/**
 * Learns a tokenizer from the words of a text: each distinct token is counted once with a space before it and once without, and merges are
 * learned from the counts when the text is over. Merges never reach over the end of a token.
 *
 * In:  TokenBatch. Out: one SubwordVocabulary, on completion; the same bytes for any cutting of the text.
 * State: 20 bytes per id given out by the lexicon; on completion each distinct word as a text, and what `learnMerges` needs.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range, a special stands twice, or there is no [UNK] or <unk>
 *   among those of wordPiece and characters; RangeError through the stream, if there are no characters or `size` does not hold the alphabet
 * @see Sennrich et al. 2016, arXiv:1508.07909
 * @example
 *   const subwords = await run(tokens$.pipe(learnSubwords({ kind: "bpe", size: 8000 })));
 */
export function learnSubwords(options?: LearnSubwordsOptions): OperatorFunction<TokenBatch, SubwordVocabulary> {
  const settings = parseOptions(learnSubwordsSchema, options);
  const learning = settingsOf(settings);
  return (source) =>
    defer(() => {
      const scope = currentScope();
      const spaces = new WordSpaces(settings.spaces);
      const counters = [new TermCounter(), new TermCounter()] as const;
      let tokens = 0;

      function count(batch: TokenBatch): void {
        const before = spaces.before(batch);
        const { lexicon, ids, documentOffsets } = batch;
        tokens += ids.length;
        counters.forEach((counter, isSpaced) => {
          const counted = ids.filter((_, i) => Number(before[i] === SPACED) === isSpaced);
          counter.add({ lexicon, ids: counted, documentOffsets, sentenceOffsets: documentOffsets });
        });
      }

      function finish(): SubwordVocabulary {
        const words = counters.flatMap((counter, isSpaced) => wordsOf(counter, isSpaced === 1 ? " " : ""));
        const live = words.reduce((sum, [, count]) => sum + count, 0);
        scope.account.add("pruned", tokens - live);
        scope.took(live);
        return learnTokenizer(words, learning);
      }

      return concat(
        source.pipe(tap(count), ignoreElements()),
        defer(() => of(finish())),
      );
    });
}

function wordsOf(counter: TermCounter, space: string): (readonly [string, number])[] {
  return Array.from(counter.terms(), ([term, count]) => [space + term, count] as const);
}

function settingsOf({ kind, size, specials = defaultSpecials[kind], lowercase, minCount }: Settings): LearnSettings {
  const twice = specials.find((special, i) => special === "" || specials.indexOf(special) < i);
  if (twice !== undefined)
    throw new RangeError(`learnSubwords: specials must differ and not be empty, got ${show(twice)}`);
  if (kind !== "bpe" && !specials.some((special) => unknownSpecials.includes(special)))
    throw new RangeError(
      `learnSubwords: specials of ${kind} must have one of ${unknownSpecials.join(", ")}, got ${show(specials)}`,
    );
  if (size <= specials.length)
    throw new RangeError(`learnSubwords: size must be more than the ${specials.length} specials, got ${size}`);
  return { kind, size, specials, lowercase, minCount };
}
