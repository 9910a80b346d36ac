import { plural } from "../../schemas/plural.js";
import type {
  AddedToken,
  Merge,
  SubwordVocabulary,
  TokenizerForm,
  TokenizerPart,
} from "../../schemas/subwordVocabulary.js";
import { compareCodePoints } from "../text/compareCodePoints.js";
import { byteCharacters } from "./byteAlphabet.js";
import { BARRIER, learnMerges, type SymbolWords } from "./learnMerges.js";
import { compileNormalizer } from "./normalizers.js";
import { compilePreTokenizer } from "./preTokenizers.js";
import { makeSubwordVocabulary } from "./subwordVocabulary.js";

export const tokenizerKinds = ["bpe", "wordPiece", "characters"] as const;
export type TokenizerKind = (typeof tokenizerKinds)[number];

export interface LearnSettings {
  readonly kind: TokenizerKind;
  /** Pieces at most, specials included. */
  readonly size: number;
  readonly specials: readonly string[];
  readonly lowercase: boolean;
  readonly minCount: number;
}

export const defaultSpecials: Readonly<Record<TokenizerKind, readonly string[]>> = {
  bpe: ["<|endoftext|>"],
  wordPiece: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
  characters: ["[UNK]"],
};

export const unknownSpecials: readonly string[] = ["[UNK]", "<unk>"];

/** Words as a tokenizer cuts them, and how often each occurs. */
type WordCounts = ReadonlyMap<string, number>;

/**
 * Learns a tokenizer from the words of a text.
 *
 * The ids are those of the specials, of the alphabet by code point (of WordPiece first its characters, then the same as they go on in words), and of the
 * merges in their order. An alphabet that is too large keeps its most frequent members, of equal ones those with the smaller code point.
 * Counts of pieces are those in the words themselves.
 * @param texts words with their spaces and counts, each once
 * @throws RangeError if `size` does not hold the specials and a piece, or the 256 bytes of `bpe`
 */
export function learnTokenizer(texts: Iterable<readonly [string, number]>, settings: LearnSettings): SubwordVocabulary {
  const { kind, size, specials } = settings;
  const form = formOf(settings);
  const counted = [...texts];
  const words = wordsOf(form, counted);
  const continuingPrefix = kind === "wordPiece" ? "##" : "";
  const alphabet = alphabetOf(words, settings, continuingPrefix);
  const pieces = [...specials, ...alphabet];
  requireRoom(size, pieces.length, specials.length);
  const limits = { size, minCount: settings.minCount, continuingPrefix };
  const merges = kind === "characters" ? [] : learnMerges(symbolsOf(words, pieces, continuingPrefix), pieces, limits);
  const texted = merges.map(([first, second]): Merge => [pieces[first]!, pieces[second]!]);
  const model = kind === "wordPiece" ? form.model : { ...form.model, merges: texted };
  const tokenizer = { ...form, model };
  return withCounts(tokenizer, pieces, counted);
}

function withCounts(
  tokenizer: TokenizerForm,
  pieces: readonly string[],
  texts: readonly (readonly [string, number])[],
): SubwordVocabulary {
  const counts = new Float64Array(pieces.length);
  const { encodeWord } = makeSubwordVocabulary(tokenizer, pieces);
  for (const [text, count] of texts) for (const id of encodeWord(text)) counts[id]! += count;
  return makeSubwordVocabulary(tokenizer, pieces, counts);
}

function requireRoom(size: number, least: number, specials: number): void {
  if (size >= least && least > specials) return;
  if (least === specials) throw new RangeError("learnSubwords: the corpus must have characters, got none");
  throw new RangeError(
    `learnSubwords: size must hold the ${plural(specials, "special")} and ${plural(least - specials, "piece")} of the alphabet, got ${size}`,
  );
}

function wordsOf(form: TokenizerForm, texts: readonly (readonly [string, number])[]): WordCounts {
  const normalize = compileNormalizer(form.normalizer, "learnSubwords");
  const { steps } = compilePreTokenizer(form.pre_tokenizer, "learnSubwords");
  const words = new Map<string, number>();
  for (const [text, count] of texts) {
    const cut = steps.reduce<readonly string[]>((parts, step) => parts.flatMap(step), [normalize(text)]);
    for (const word of cut) words.set(word, (words.get(word) ?? 0) + count);
  }
  return words;
}

/** The pieces of one character that words begin as: each as it stands, and of WordPiece as it goes on in a word. */
function alphabetOf(words: WordCounts, { kind, size, specials, minCount }: LearnSettings, prefix: string): string[] {
  if (kind === "bpe") return byteCharacters();
  const alone = new Map<string, number>();
  const goingOn = new Map<string, number>();
  for (const [word, count] of words) {
    for (const character of word) alone.set(character, (alone.get(character) ?? 0) + count);
    if (prefix !== "")
      for (const character of [...word].slice(1)) goingOn.set(character, (goingOn.get(character) ?? 0) + count);
  }
  for (const special of specials) alone.delete(special);
  const symbols = [
    ...Array.from(alone, ([character, count]) => ({ isGoingOn: 0, text: character, count })),
    ...Array.from(goingOn, ([character, count]) => ({ isGoingOn: 1, text: prefix + character, count })),
  ];
  const frequent = symbols.filter(({ count }) => kind !== "characters" || count >= minCount);
  const order = (a: (typeof symbols)[number], b: typeof a) =>
    a.isGoingOn - b.isGoingOn || compareCodePoints(a.text, b.text);
  const ranked = frequent.sort((a, b) => b.count - a.count || order(a, b));
  const kept = ranked.slice(0, Math.max(1, size - specials.length));
  return kept.sort(order).map(({ text }) => text);
}

function* symbols(word: string, prefix: string): Generator<string> {
  let isFirst = true;
  for (const character of word) {
    yield isFirst ? character : prefix + character;
    isFirst = false;
  }
}

/** Words as the ids of their symbols; what is not in the alphabet is a barrier. */
function symbolsOf(words: WordCounts, pieces: readonly string[], prefix: string): SymbolWords {
  const ids = new Map(pieces.map((piece, id) => [piece, id]));
  const all: number[] = [];
  const starts = new Int32Array(words.size + 1);
  let word = 0;
  for (const text of words.keys()) {
    for (const symbol of symbols(text, prefix)) all.push(ids.get(symbol) ?? BARRIER);
    starts[++word] = all.length;
  }
  return { symbols: Int32Array.from(all), starts, counts: Float64Array.from(words.values()) };
}

function formOf({ kind, specials, lowercase }: LearnSettings): TokenizerForm {
  const unknown = specials.find((special) => unknownSpecials.includes(special)) ?? null;
  const added_tokens = specials.map(
    (content, id): AddedToken => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    }),
  );
  const bytePairs = {
    type: "BPE",
    dropout: null,
    unk_token: null as string | null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
  };
  const small: TokenizerPart | null = lowercase ? { type: "Lowercase" } : null;
  const bytes = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const forms: Readonly<Record<TokenizerKind, Omit<TokenizerForm, "added_tokens">>> = {
    bpe: {
      normalizer: small,
      pre_tokenizer: bytes,
      post_processor: bytes,
      decoder: bytes,
      model: bytePairs,
    },
    wordPiece: {
      normalizer: {
        type: "BertNormalizer",
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase,
      },
      pre_tokenizer: { type: "BertPreTokenizer" },
      post_processor: bertFrame(specials),
      decoder: { type: "WordPiece", prefix: "##", cleanup: true },
      model: {
        type: "WordPiece",
        unk_token: unknown,
        continuing_subword_prefix: "##",
        max_input_chars_per_word: 100,
      },
    },
    characters: {
      normalizer: small,
      pre_tokenizer: null,
      post_processor: null,
      decoder: { type: "Fuse" },
      model: { ...bytePairs, unk_token: unknown },
    },
  };
  return { added_tokens, ...forms[kind] };
}

/** [CLS] before a text and [SEP] behind it, where both are specials. */
export function bertFrame(pieces: readonly string[]): TokenizerPart | null {
  const [cls, sep] = [pieces.indexOf("[CLS]"), pieces.indexOf("[SEP]")];
  if (cls < 0 || sep < 0) return null;
  const token = (id: string, type_id = 0) => ({ SpecialToken: { id, type_id } });
  const text = (id: string, type_id: number) => ({ Sequence: { id, type_id } });
  const known = (id: string, number: number) => [id, { id, ids: [number], tokens: [id] }];
  return {
    type: "TemplateProcessing",
    single: [token("[CLS]"), text("A", 0), token("[SEP]")],
    pair: [token("[CLS]"), text("A", 0), token("[SEP]"), text("B", 1), token("[SEP]", 1)],
    special_tokens: Object.fromEntries([known("[CLS]", cls), known("[SEP]", sep)]),
  };
}
