import { concat, defer, EMPTY, map, mergeAll, type OperatorFunction, of } from "rxjs";
import { joinStates, splitState } from "../../kernels/numbers/joinStates.js";
import { characterClasses } from "../../kernels/text/characterClasses.js";
import { CharacterPositions } from "../../kernels/text/characterPositions.js";
import { FastTokenScanner } from "../../kernels/text/fastTokenScanner.js";
import { KnownWordScanner } from "../../kernels/text/knownWordScanner.js";
import { TextStarts } from "../../kernels/text/textStarts.js";
import { tokenAutomaton } from "../../kernels/text/tokenAutomaton.js";
import { TokenBatcher } from "../../kernels/text/tokenBatcher.js";
import { TokenScanner } from "../../kernels/text/tokenScanner.js";
import { GrowingLexicon, lexiconBytes } from "../../kernels/vocabulary/lexicon.js";
import { currentScope } from "../../runtime/flow.js";
import { atMost } from "../../schemas/cost.js";
import { boolean, integer, oneOf, textFiles } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions, type SettingsOf } from "../../schemas/options.js";
import type { StageState } from "../../schemas/state.js";
import type { TextBatch } from "../../schemas/text.js";
import type { TokenBatch } from "../../schemas/tokens.js";
import { defineUnit } from "../../schemas/units.js";
import { carryDocuments } from "../documents/carryDocuments.js";
import { hanSegmenter } from "./chineseDictionary.js";
import { tokenKernel } from "./tokenKernel.js";
import { UserDictionaries, UserWords } from "./userWords.js";

/** Bytes of the Chinese dictionary in a kernel's memory, of which each stream has its own. */
const COPIED_WORDS = 18_200_000;

export const tokenizeSchema = defineUnit({
  name: "tokenize",
  kind: "operator",
  reads: "text",
  makes: "tokens",
  resumable: true,
  readsAtOnce: true,
  standard: {},
  summary: "Cuts text into tokens and gives each distinct term an id",
  paper: "Unicode Standard Annex #29, word boundaries; for Chinese, jieba",
  languages: { chinese: { mode: "chinese" }, english: {} },
  fields: {
    mode: oneOf(["words", "whitespace", "chinese", "characters"], {
      default: "words",
      description:
        "What a token is: a Unicode word; what stands between white space; as words, but with Chinese cut by a dictionary; a character",
    }),
    userDictionaries: textFiles({
      optional: true,
      description:
        "Files of further words for modes words and chinese, a word a line, in jieba's format: word, frequency, tag; words of any scripts and signs",
    }),
    newWords: boolean({
      default: false,
      description: "In mode chinese, guess words that the dictionary lacks, by a hidden Markov model",
    }),
    maxTokenLength: integer({
      default: 1000,
      min: 1,
      max: 1_000_000,
      description: "Longest token in bytes of UTF-8; longer ones are left out and counted as rejected",
    }),
    maxTerms: integer({
      default: 10_000_000,
      min: 1,
      max: 500_000_000,
      description: "Distinct terms held at once; when they become more, the rarest quarter or so is pruned",
    }),
    characterOffsets: boolean({
      default: false,
      description: "Tell where each token lies in its original document, in UTF-16 code units",
    }),
    batchSize: integer({ default: 16384, min: 1, max: 16_777_216, description: "Most tokens in a batch" }),
  },
  cost(options, { sizes }) {
    const lexicon = lexiconBytes(atMost(options.maxTerms, sizes.types));
    const from = ["types", "maxTerms"];
    const copiesWords = options.mode === "chinese" && isForKernel(options);
    return {
      memory: copiesWords ? { bytes: lexicon + COPIED_WORDS, from: [...from, "mode"] } : { bytes: lexicon, from },
    };
  },
  create: (_, options, { countsOnly = false }): OperatorFunction<TextBatch, TokenBatch> =>
    tokenizing(parseOptions(tokenizeSchema, options), countsOnly),
});

export type TokenizeOptions = OptionsOf<typeof tokenizeSchema>;

/**
 * Cuts text into tokens, at the level of bytes: no string is made for a term before somebody asks for it.
 *
 * In:  TextBatch. Out: TokenBatch, up to `batchSize` provisional ids (T,) with the starts of sentences and documents among them;
 * what an input batch gives is passed on at once. Letter case is kept: `normalize` comes before. Words end where a sentence or a
 * document begins. Counts `read` and `rejected` in the run's ledger.
 * State: the lexicon, at most `maxTerms` terms of 36 to 68 bytes and their text, and the bytes of one token or Han run, with user
 * dictionaries also those of one of their words. The dictionaries themselves are read once for all streams. Where nothing asks for
 * `characterOffsets`, `userDictionaries` or `newWords`, tokens behind the first 131 kB of text are found in WebAssembly, whose memory takes up to
 * 40 MB, most of it for the terms, and in mode chinese 18 MB for a copy of the dictionary.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range; in the stream, SyntaxError for a line
 * of a user dictionary that cannot be read, RangeError for a word that cannot be found
 * @see Unicode Standard Annex #29, https://unicode.org/reports/tr29/#Word_Boundaries; the rules are in docs/operators/tokenize.md
 * @example
 *   files({ paths: "corpus.txt" }).pipe(normalize({ case: "lower" }), tokenize({ mode: "words" }), buildVocab({ minCount: 5 }))
 */
export function tokenize(options?: TokenizeOptions): OperatorFunction<TextBatch, TokenBatch> {
  return tokenizing(parseOptions(tokenizeSchema, options), false);
}

/** With `countsOnly`, the ids of the tokens stay here, unless they come with characters. */
function tokenizing(settings: Settings, countsOnly: boolean): OperatorFunction<TextBatch, TokenBatch> {
  checkMode(settings);
  let shared: ReturnType<typeof sharedParts> | undefined;
  return carryDocuments((source) =>
    defer(() => {
      shared ??= sharedParts(settings);
      const state = tokenizer(settings, countsOnly && !settings.characterOffsets, shared);
      currentScope().keep(state);
      return concat(
        source.pipe(map(state.tokensOf)),
        defer(() => of(state.lastTokens())),
        defer(state.end),
      ).pipe(mergeAll());
    }),
  );
}

type Settings = SettingsOf<typeof tokenizeSchema>;

function checkMode({ mode, newWords, userDictionaries }: Settings): void {
  const ofUse = { newWords: ["chinese"], userDictionaries: ["words", "chinese"] };
  const given = { newWords, userDictionaries: userDictionaries !== undefined };
  for (const name of ["newWords", "userDictionaries"] as const) {
    if (given[name] && !ofUse[name].includes(mode))
      throw new TypeError(`tokenize: mode must be ${ofUse[name].join(" or ")} for ${name} to be of use, got "${mode}"`);
  }
}

interface KernelChoice {
  readonly characterOffsets: boolean;
  readonly userDictionaries?: unknown;
  readonly newWords: boolean;
}

/** Whether text is cut in WebAssembly, once there is much of it. */
function isForKernel({ characterOffsets, userDictionaries, newWords }: KernelChoice): boolean {
  return !characterOffsets && !userDictionaries && !newWords;
}

/** What no stream changes. */
function sharedParts({ mode, newWords, maxTokenLength, userDictionaries: files }: Settings) {
  const classes = characterClasses(mode);
  const automaton = tokenAutomaton({ marksStandAlone: mode === "characters" });
  const options = { mode, newWords, classes, automaton, maxTokenLength };
  return { classes, automaton, dictionaries: files && new UserDictionaries({ files, ...options }) };
}

function tokenizer(
  settings: Settings,
  countsOnly: boolean,
  { classes, automaton, dictionaries }: ReturnType<typeof sharedParts>,
) {
  const { mode, maxTerms, batchSize, maxTokenLength, characterOffsets, newWords } = settings;
  const { ledger } = currentScope();
  const lexicon = new GrowingLexicon({ maxTerms });
  const batcher = new TokenBatcher(lexicon, { batchSize, withCharacters: characterOffsets, countsOnly });
  const userWords = dictionaries && new UserWords(dictionaries);
  const segmenter = mode === "chinese" ? (userWords?.segmenter ?? hanSegmenter([], newWords)) : undefined;
  const tokens = new TokenScanner({
    classes,
    automaton,
    lexicon,
    batcher,
    maxTokenLength,
    withPositions: characterOffsets,
    segmenter,
  });
  const knownWords = userWords && new KnownWordScanner({ scanner: tokens, list: userWords, classes, automaton });
  const fast = isForKernel(settings)
    ? new FastTokenScanner({
        scanner: tokens,
        module: tokenKernel,
        classes,
        automaton,
        lexicon,
        batcher,
        batchSize,
        maxTokenLength,
        words: segmenter?.words,
      })
    : undefined;
  const scanner = knownWords ?? tokens;
  const places = characterOffsets ? new CharacterPositions() : undefined;

  function scan(batch: TextBatch): void {
    const starts = new TextStarts(batch, batcher);
    userWords?.prepare(batch);
    if (fast) fast.scan(batch.bytes, starts);
    else scanPlain(batch, starts);
  }

  function scanPlain({ bytes, alignment }: TextBatch, starts: TextStarts): void {
    const positions = places && new Uint32Array(bytes.length + 1);
    const scanTo = (from: number, to: number) => {
      if (positions) places.measure(bytes, from, to, alignment, positions);
      scanner.scan(bytes, from, to, positions);
    };
    let at = 0;
    for (let next = starts.next; next <= bytes.length; next = starts.next) {
      scanTo(at, next);
      scanner.endToken();
      if (starts.passOne()) places?.startDocument();
      at = next;
    }
    scanTo(at, bytes.length);
  }

  function tokensOf(work: () => void): TokenBatch[] {
    lexicon.forgetPruned();
    const counter = fast ?? tokens;
    const { read, rejected } = counter;
    work();
    ledger.add("read", counter.read - read);
    ledger.add("rejected", counter.rejected - rejected);
    return batcher.take();
  }

  return {
    tokensOf: (batch: TextBatch) => tokensOf(() => scan(batch)),
    save: () =>
      joinStates({
        scanner: tokens.save(),
        lexicon: lexicon.save(),
        ...(userWords ? { userWords: userWords.save(), knownWords: knownWords!.save() } : {}),
        ...(places ? { places: places.save() } : {}),
      }),
    restore(state: StageState) {
      const { scanner: token, lexicon: terms, userWords: words, knownWords: word, places: place } = splitState(state);
      tokens.restore(token!);
      lexicon.restore(terms!);
      if (words) userWords?.restore(words);
      if (word) knownWords?.restore(word);
      if (place) places?.restore(place);
    },
    lastTokens: () => tokensOf(() => scanner.endToken()),
    /** Whoever reads the lexicon after the pass finds live terms only, wherever the last batch began. */
    end: () => {
      lexicon.forgetPruned();
      fast?.close();
      return EMPTY;
    },
  };
}
