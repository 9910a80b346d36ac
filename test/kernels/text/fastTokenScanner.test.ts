import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CharacterMode,
  characterClasses,
  compileKernel,
  FastTokenScanner,
  GrowingLexicon,
  type HanSegmenter,
  TextStarts,
  TokenBatcher,
  TokenScanner,
  tokenAutomaton,
  unigramSegmenter,
  WordTrie,
} from "#kernels";
import { hanSegmenter } from "#operators";
import type { StateArray, TextBatch } from "#schemas";
import { chunkSizes, mixedText, sentenceBatches } from "../../support/textBatches.js";

const compiled = compileKernel(readFileSync("dist/kernels/assembly/tokens.wasm"));

const digestOf = ({ buffer, byteOffset, byteLength }: StateArray) =>
  createHash("sha1")
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("hex");

/** Words of a few characters, some of which overlap, one of four bytes. */
const fewWords = new WordTrie(64);
for (const [word, frequency] of Object.entries({
  中国: 9,
  国人: 12,
  中国人: 3,
  人们: 5,
  们: 2,
  我们: 7,
  的我: 1,
  𠮷中: 4,
}))
  fewWords.set(word, frequency);
const fewWordSegmenter = unigramSegmenter(fewWords);

interface Options {
  readonly mode: CharacterMode;
  readonly isFast: boolean;
  readonly segmenter?: HanSegmenter;
  readonly batchSize?: number;
  readonly maxTokenLength?: number;
  readonly maxTerms?: number;
  readonly mostTerms?: number;
  readonly fastFrom?: number;
}

/** What comes of a text: every batch of ids and starts, and the lexicon after each batch of text. */
function scanned(text: readonly TextBatch[], options: Options) {
  const { mode, isFast, batchSize = 5, maxTokenLength = 40, maxTerms = 1000, mostTerms = 64, fastFrom = 0 } = options;
  const lexicon = new GrowingLexicon({ maxTerms });
  const batcher = new TokenBatcher(lexicon, { batchSize, withCharacters: false });
  const classes = characterClasses(mode);
  const automaton = tokenAutomaton({ marksStandAlone: mode === "characters" });
  const segmenter = mode === "chinese" ? (options.segmenter ?? fewWordSegmenter) : undefined;
  const parts = { classes, automaton, lexicon, batcher, batchSize, maxTokenLength };
  const scanner = new TokenScanner({ ...parts, segmenter, withPositions: false });
  const words = segmenter?.words;
  const fast = new FastTokenScanner({ ...parts, scanner, words, mostTerms, fastFrom, module: () => compiled });
  const used = isFast ? fast : scanner;
  const made: unknown[] = [];
  const note = () => {
    for (const { ids, sentenceOffsets, documentOffsets } of batcher.take())
      made.push(digestOf(ids), [...sentenceOffsets], [...documentOffsets]);
    const { facts, arrays } = lexicon.save();
    made.push(facts, digestOf(arrays.starts!), digestOf(arrays.records!), used.read, used.rejected);
    lexicon.forgetPruned();
  };
  const scanPlain = ({ bytes, sentenceOffsets, documentOffsets }: TextBatch) => {
    let [at, sentence, document] = [0, 0, 0];
    for (const start of new Set(sentenceOffsets)) {
      scanner.scan(bytes, at, start, undefined);
      scanner.endToken();
      for (; sentenceOffsets![sentence] === start; sentence++) batcher.startSentence();
      for (; documentOffsets[document] === start; document++) batcher.startDocument();
      at = start;
    }
    scanner.scan(bytes, at, bytes.length, undefined);
  };
  for (const batch of text) {
    if (isFast) fast.scan(batch.bytes, new TextStarts(batch, batcher));
    else scanPlain(batch);
    note();
  }
  scanner.endToken();
  note();
  const terms = Array.from({ length: lexicon.size }, (_, id) => [lexicon.term(id), lexicon.count(id)]);
  return { made, terms, found: terms.map(([term]) => lexicon.idOf((term as string | undefined) ?? "")) };
}

const both = (text: readonly TextBatch[], options: Omit<Options, "isFast">) =>
  [true, false].map((isFast) => scanned(text, { ...options, isFast }));

const words = fc
  .array(
    fc.constantFrom(
      "the",
      "cat",
      "don't",
      "3.14",
      "a_b",
      "naïve",
      "café",
      "internationalisation",
      "我们",
      "ここ",
      ".",
      ",",
    ),
    {
      maxLength: 40,
    },
  )
  .map((words) => words.join(" "));

describe("FastTokenScanner", () => {
  for (const mode of ["words", "whitespace", "characters", "chinese"] as const) {
    it(`finds in mode ${mode} the tokens that TokenScanner finds, in any text and however it is cut`, () => {
      const documents = fc.array(fc.array(fc.oneof(mixedText, words), { maxLength: 3 }), { maxLength: 4 });
      const bounds = fc.record({
        batchSize: fc.integer({ min: 1, max: 9 }),
        maxTokenLength: fc.constantFrom(3, 12, 40),
        maxTerms: fc.constantFrom(3, 20, 1000),
        mostTerms: fc.constantFrom(7, 64),
        fastFrom: fc.constantFrom(0, 0, 20),
      });
      const sizes = fc.oneof(chunkSizes, fc.constant([200]));
      fc.assert(
        fc.property(documents, sizes, bounds, (documents, sizes, bounds) => {
          const [fast, plain] = both(sentenceBatches(documents, sizes), { mode, ...bounds });
          expect(fast).toEqual(plain);
        }),
        { seed: 1, numRuns: 40 },
      );
    });
  }

  it("cuts a real Chinese text into the same words, a run of more than 4096 characters among them", () => {
    const text = readFileSync("data/sample-chinese-lu-xun.txt", "utf8").slice(0, 100_000);
    const han = (text.match(/\p{Script=Han}+/gu) ?? []).join("");
    const options = { segmenter: hanSegmenter([], false), mode: "chinese", batchSize: 1000, maxTerms: 1e6 } as const;
    const [fast, plain] = both(sentenceBatches([[text, `\n${han.slice(0, 9000)}\ufe00\n`]], [30_000]), options);
    expect(fast).toEqual(plain);
    expect(fast!.terms.length).toBeGreaterThan(5000);
  });

  it("finds the same in a text of many terms, as its table grows, is full, and is emptied when the lexicon prunes", () => {
    const term = (i: number) => (i % 7 === 0 ? `a-term-of-many-letters-${i}` : `t${i % 3000}`);
    const text = Array.from({ length: 8_000 }, (_, i) => `${term(i)} the ${term(i >> 4)}`).join(" ");
    const batches = sentenceBatches([[text]], [5000]);
    for (const bounds of [
      { maxTerms: 1e6, mostTerms: 30_000 },
      { maxTerms: 1e6, mostTerms: 1000 },
      { maxTerms: 900 },
    ]) {
      const [fast, plain] = both(batches, { mode: "whitespace", batchSize: 1000, ...bounds });
      expect(fast).toEqual(plain);
    }
    expect(scanned(batches, { mode: "whitespace", isFast: true, maxTerms: 1e6 }).terms).toContainEqual(["the", 8_000]);
  });

  it("tells where each of many sentences and documents begins, empty ones too", () => {
    const documents = Array.from({ length: 18_000 }, (_, i) =>
      i % 3 === 0 ? [] : i % 3 === 1 ? ["one two\n"] : ["a", "b c", ""],
    );
    const [fast, plain] = both(sentenceBatches(documents, [Infinity]), { mode: "whitespace", batchSize: 1000 });
    expect(fast).toEqual(plain);
  });

  it("keeps a token of any length that goes on over the ends of batches, up to the longest that is passed on", () => {
    const text = `a ${"x".repeat(100_000)} b ${"y".repeat(100_001)} c`;
    const [fast, plain] = both(sentenceBatches([[text]], [30_000]), { mode: "words", maxTokenLength: 100_000 });
    expect(fast).toEqual(plain);
    expect(fast!.terms.map(([term]) => (term as string).length)).toEqual([1, 100_000, 1, 1]);
  });
});
