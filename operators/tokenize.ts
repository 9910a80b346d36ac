import { concat, defer, EMPTY, map, mergeAll, type OperatorFunction, of } from "rxjs";
import { characterClasses } from "../kernels/characterClasses.js";
import { CharacterPositions } from "../kernels/characterPositions.js";
import { currentScope } from "../kernels/flow.js";
import { joinStates, splitState } from "../kernels/joinStates.js";
import { GrowingLexicon } from "../kernels/lexicon.js";
import { tokenAutomaton } from "../kernels/tokenAutomaton.js";
import { TokenBatcher } from "../kernels/tokenBatcher.js";
import { TokenScanner } from "../kernels/tokenScanner.js";
import { boolean, integer, oneOf, texts } from "../schemas/fields.js";
import type { StageState } from "../schemas/state.js";
import type { TextBatch } from "../schemas/text.js";
import type { TokenBatch } from "../schemas/tokens.js";
import { defineUnit, type OptionsOf, parseOptions, type SettingsOf } from "../schemas/units.js";
import { createHanSegmenter } from "./chineseDictionary.js";

export const tokenizeSchema = defineUnit({
  name: "tokenize",
  kind: "operator",
  consumes: "text",
  produces: "tokens",
  resumable: true,
  summary: "Cuts text into tokens and gives each distinct term an id",
  paper: "Unicode Standard Annex #29, word boundaries; for Chinese, jieba",
  fields: {
    mode: oneOf(["words", "whitespace", "chinese", "characters"], {
      default: "words",
      description:
        "What a token is: a Unicode word; what stands between white space; as words, but with Chinese cut by a dictionary; a character",
    }),
    userDictionaries: texts({
      optional: true,
      file: "input",
      description: "Files of further words for mode chinese, a word a line, in jieba's format: word, frequency, tag",
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
});

export type TokenizeOptions = OptionsOf<typeof tokenizeSchema>;

/**
 * Cuts text into tokens, at the level of bytes: no string is made for a term before somebody asks for it.
 *
 * In:  TextBatch. Out: TokenBatch, up to `batchSize` provisional ids (T,) with the starts of sentences and documents among them;
 * what an input batch gives is passed on at once. Letter case is kept: `normalize` comes before. Words end where a sentence or a
 * document begins. Counts `read` and `rejected` in the run's ledger.
 * State: the lexicon, at most `maxTerms` terms of 16 to 32 bytes and their text, and the bytes of one token or Han run.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range
 * @see Unicode Standard Annex #29, https://unicode.org/reports/tr29/#Word_Boundaries; the rules are in docs/operators/tokenize.md
 * @example
 *   files({ paths: "corpus.txt" }).pipe(normalize({ case: "lower" }), tokenize({ mode: "words" }), buildVocab({ minCount: 5 }))
 */
export function tokenize(options?: TokenizeOptions): OperatorFunction<TextBatch, TokenBatch> {
  const settings = parseOptions(tokenizeSchema, options);
  if (settings.mode !== "chinese" && (settings.userDictionaries || settings.newWords)) {
    throw new TypeError(
      `tokenize: mode must be chinese for userDictionaries and newWords to be of use, got "${settings.mode}"`,
    );
  }
  return (source) =>
    defer(() => {
      const state = tokenizer(settings);
      currentScope().keep(state);
      return concat(
        source.pipe(map(state.tokensOf)),
        defer(() => of(state.lastTokens())),
        defer(state.end),
      ).pipe(mergeAll());
    });
}

function tokenizer(settings: SettingsOf<typeof tokenizeSchema>) {
  const { mode, maxTerms, batchSize, maxTokenLength, characterOffsets } = settings;
  const { ledger } = currentScope();
  const lexicon = new GrowingLexicon({ maxTerms });
  const batcher = new TokenBatcher(lexicon, { batchSize, withCharacters: characterOffsets });
  const scanner = new TokenScanner({
    classes: characterClasses(mode),
    automaton: tokenAutomaton({ marksStandAlone: mode === "characters" }),
    lexicon,
    batcher,
    maxTokenLength,
    withPositions: characterOffsets,
    segmenter: mode === "chinese" ? createHanSegmenter(settings) : undefined,
  });
  const places = characterOffsets ? new CharacterPositions() : undefined;

  function scan(batch: TextBatch): void {
    const { bytes, documentOffsets, sentenceOffsets = documentOffsets } = batch;
    const positions = places && new Uint32Array(bytes.length + 1);
    let sentence = 0;
    let document = 0;
    let at = 0;
    const scanTo = (end: number) => {
      if (positions) places.measure(bytes, at, end, batch.alignment, positions);
      scanner.scan(bytes, at, end, positions);
      at = end;
    };
    while (sentence < sentenceOffsets.length || document < documentOffsets.length) {
      const start = Math.min(sentenceOffsets[sentence] ?? Infinity, documentOffsets[document] ?? Infinity);
      scanTo(start);
      scanner.endToken();
      if (sentenceOffsets[sentence] === start) {
        batcher.startSentence();
        sentence++;
      }
      if (documentOffsets[document] === start) {
        batcher.startDocument();
        places?.startDocument();
        document++;
      }
    }
    scanTo(bytes.length);
  }

  function tokensOf(work: () => void): TokenBatch[] {
    lexicon.forgetPruned();
    const { read, rejected } = scanner;
    work();
    ledger.add("read", scanner.read - read);
    ledger.add("rejected", scanner.rejected - rejected);
    return batcher.take();
  }

  return {
    tokensOf: (batch: TextBatch) => tokensOf(() => scan(batch)),
    save: () =>
      joinStates({ scanner: scanner.save(), lexicon: lexicon.save(), ...(places ? { places: places.save() } : {}) }),
    restore(state: StageState) {
      const { scanner: token, lexicon: terms, places: place } = splitState(state);
      scanner.restore(token!);
      lexicon.restore(terms!);
      if (place) places?.restore(place);
    },
    lastTokens: () => tokensOf(() => scanner.endToken()),
    /** Whoever reads the lexicon after the pass finds live terms only, wherever the last batch began. */
    end: () => {
      lexicon.forgetPruned();
      return EMPTY;
    },
  };
}
