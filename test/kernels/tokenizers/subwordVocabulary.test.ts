import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { learnTokenizer, makeSubwordVocabulary } from "#kernels";
import type { SubwordVocabulary } from "#schemas";
import { parseTokenizer, tokenizerJson } from "#storage";
import { countedWords } from "../../support/countedWords.js";
import { samples } from "../../support/samples.js";

type Json = Readonly<Record<string, unknown>>;

function vocabularyOf(json: Json): SubwordVocabulary {
  const { form, pieces } = parseTokenizer(json, "tokenizer.json");
  return makeSubwordVocabulary(form, pieces);
}

// made by test/reference/subwords.py
const reference = JSON.parse(readFileSync(new URL("../../reference/subwords.json", import.meta.url), "utf8")) as {
  readonly corpus: readonly string[];
  readonly lines: readonly string[];
  readonly bases: Readonly<Record<string, { readonly model: Json }>>;
  readonly forms: Readonly<
    Record<
      string,
      {
        readonly base: string;
        readonly change: Json;
        readonly ids: readonly (readonly number[])[];
        readonly texts: readonly string[];
        readonly withSpecials: readonly string[];
      }
    >
  >;
};

describe("the tokenizers library", () => {
  it.each(Object.keys(reference.forms))("gives the same ids and texts: %s", (name) => {
    const { base, change, ids, texts, withSpecials } = reference.forms[name]!;
    const form = { ...reference.bases[base], ...change };
    const model = { ...reference.bases[base]!.model, ...(change.model as Json | undefined) };
    const vocabulary = vocabularyOf({ ...form, model });
    expect(reference.lines.map((line) => Array.from(vocabulary.encode(line)))).toEqual(ids);
    expect(ids.map((each) => vocabulary.decode(each))).toEqual(texts);
    expect(ids.map((each) => vocabulary.decode(each, { specials: true }))).toEqual(withSpecials);
  });

  it("learns the same merges of bytes", () => {
    const words = new Map<string, number>();
    for (const text of reference.corpus) words.set(text, 3); // the reference reads each line three times
    const specials = ["<|endoftext|>"];
    const learned = learnTokenizer(words, { kind: "bpe", size: 330, specials, lowercase: false, minCount: 2 });
    expect(tokenizerJson(learned.tokenizer, learned.terms).model).toMatchObject(reference.bases.bpe!.model);
  });
});

it("gives the ids of @huggingface/tokenizers on the samples, English and Chinese", () => {
  const { Tokenizer } = createRequire(import.meta.url)("@huggingface/tokenizers") as {
    readonly Tokenizer: new (json: Json, config: Json) => { encode(text: string): { readonly ids: number[] } };
  };
  const lines = samples(8000).split("\n");
  const learn = { specials: ["[UNK]", "[CLS]", "[SEP]"], minCount: 2 };
  for (const { kind, size, lowercase } of [
    { kind: "bpe", size: 1000, lowercase: false },
    { kind: "wordPiece", size: 3000, lowercase: true },
  ] as const) {
    const { tokenizer, terms, encode } = learnTokenizer(countedWords(lines), { kind, size, lowercase, ...learn });
    const theirs = new Tokenizer(tokenizerJson(tokenizer, terms), {});
    for (const line of lines) expect(Array.from(encode(line))).toEqual(theirs.encode(line).ids);
  }
});

describe("learnTokenizer", () => {
  const settings = { size: 40, lowercase: false, minCount: 1 };
  const words = countedWords(["low low lower newest newest", "我喜欢猫 low"]);

  it("spells any text with bytes, and gives it back", () => {
    const vocabulary = learnTokenizer(words, { ...settings, kind: "bpe", size: 264, specials: ["<|endoftext|>"] });
    // lo and low 4 times with lower, of these 2 with a space before: l o has the smaller ids
    const { merges } = vocabulary.tokenizer.model;
    expect(merges!.slice(0, 2)).toEqual([
      ["l", "o"],
      ["lo", "w"],
    ]);
    expect(vocabulary.terms.length).toBe(264);
    expect(vocabulary.unknownId).toBeUndefined();
    for (const text of ["low lower", " 猫\n\t𠮷 é", "\u0000"])
      expect(vocabulary.decode(vocabulary.encode(text))).toBe(text);
    expect(vocabulary.decode([0, vocabulary.idOf("low")!])).toBe("low");
    expect(vocabulary.decode([0, vocabulary.idOf("low")!], { specials: true })).toBe("<|endoftext|>low");
  });

  it("keeps what goes on in a word apart from what begins one", () => {
    const specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
    const vocabulary = learnTokenizer(words, { ...settings, kind: "wordPiece", size: 26, specials });
    // 12 characters, of which 6 also go on in words; Han characters stand alone. l ##o and lo ##w 4 times, then n ##e 2, whose ids are smallest
    expect(vocabulary.terms.slice(0, 5)).toEqual(specials);
    expect(vocabulary.terms.slice(5).join(" ")).toBe("e l n o r s t w 喜 我 欢 猫 ##e ##o ##r ##s ##t ##w lo low ne");
    const pieces = Array.from(vocabulary.encode("lower 猫 dog"), (id) => vocabulary.terms[id]);
    expect(pieces).toEqual(["[CLS]", "low", "##e", "##r", "猫", "[UNK]", "[SEP]"]);
    expect(vocabulary.decode(vocabulary.encode("lower 猫"))).toBe("lower 猫");
    expect(vocabulary.marksSpaces).toBe("never");
  });

  it("keeps the most frequent characters, of equal ones the first by code point", () => {
    const vocabulary = learnTokenizer(words, { ...settings, kind: "characters", size: 6, specials: ["[UNK]"] });
    // w 6, e 5, space 5, l 4, o 4, then n s t 2 each: unknown are these, one r and 4 Han characters
    expect(vocabulary.terms).toEqual(["[UNK]", " ", "e", "l", "o", "w"]);
    expect(Array.from(vocabulary.counts)).toEqual([11, 5, 5, 4, 4, 6]);
    expect(vocabulary.decode(vocabulary.encode("low owe"))).toBe("low owe");
  });

  it("refuses a size that does not hold the alphabet", () => {
    expect(() => learnTokenizer(words, { ...settings, kind: "bpe", specials: [] })).toThrow(
      new RangeError("learnSubwords: size must hold the 0 specials and 256 pieces of the alphabet, got 40"),
    );
    expect(() => learnTokenizer([], { ...settings, kind: "characters", specials: ["[UNK]"] })).toThrow(
      new RangeError("learnSubwords: the corpus must have characters, got none"),
    );
  });
});

it("refuses ids that it does not know", () => {
  const vocabulary = learnTokenizer([["猫", 1]], {
    ...{ kind: "characters", size: 5, specials: ["[UNK]"], lowercase: false, minCount: 1 },
  });
  expect(() => vocabulary.decode([2])).toThrow(new RangeError("decode: ids must be from 0 to 1, got 2"));
});
