import { fromTexts, learnSubwords, run, type SubwordVocabulary, tokenize } from "lexstream";
import { describe, expect, it } from "vitest";
import { makeVocabulary } from "#kernels";
import { goneOn, shownTerm } from "#pipelines";

const learned = async (kind: "bpe" | "wordPiece", texts: readonly string[], size: number) => {
  const tokens$ = fromTexts([...texts, ...texts]).pipe(tokenize({ mode: "whitespace" }));
  return (await run(tokens$.pipe(learnSubwords({ kind, size, specials: ["[UNK]", "</s>"] })))) as SubwordVocabulary;
};
const model = { sentenceEnd: "</s>" };
const termsOf = (vocabulary: SubwordVocabulary, text: string) =>
  [...vocabulary.encode(text, { specials: false })].map((id) => vocabulary.terms[id]!);

const english = ["low low lower newest newest, wide"];
const chinese = ["我喜欢猫 我喜欢猫。"];

describe("what a model has gone on with", () => {
  it("is spelled as words are, with a line for each sentence", () => {
    const vocabulary = makeVocabulary(["a", "b", "</s>"], Float64Array.of(1, 1, 1));
    expect(goneOn({ model, vocabulary }, "b", ["a", "</s>", "b"])).toBe("b a\nb");
  });

  it("of pieces of bytes has the spaces that they hold, and begins each line without one", async () => {
    const vocabulary = await learned("bpe", english, 290);
    const terms = [...termsOf(vocabulary, "low"), "</s>", "Ġlow", "e", "r"];
    expect(goneOn({ model, vocabulary }, "new", ["e", "s", "t", "Ġlow"])).toBe("newest low");
    expect(goneOn({ model, vocabulary }, "", terms)).toBe("low\nlower");
  });

  it("of pieces that do not tell has a space where a word begins, and none between Chinese characters", async () => {
    const words = await learned("wordPiece", english, 40);
    expect(goneOn({ model, vocabulary: words }, "low", ["##e", "##r", "low"])).toBe("lower low");
    expect(goneOn({ model, vocabulary: words }, "low", ["low", "</s>", "low"])).toBe("low low\nlow");
    const characters = await learned("wordPiece", chinese, 40);
    expect(goneOn({ model, vocabulary: characters }, "我", ["喜", "欢", "猫", "。"])).toBe("我喜欢猫。");
  });
});

describe("a term as it is shown", () => {
  it("is itself, and of bytes the characters that they are, if they are whole", async () => {
    const vocabulary = await learned("bpe", [...english, ...chinese], 400);
    expect(shownTerm({ vocabulary }, "Ġlow")).toBe("␣low");
    expect(termsOf(vocabulary, "我喜欢猫").map((term) => shownTerm({ vocabulary }, term))).toEqual(["我喜欢猫"]);
    expect(shownTerm({ vocabulary }, "æ")).toBe("æ"); // the first byte of three
    expect(shownTerm({ vocabulary }, "</s>")).toBe("</s>");
    expect(shownTerm({ vocabulary: await learned("wordPiece", english, 40) }, "##r")).toBe("##r");
    expect(shownTerm({ vocabulary: makeVocabulary(["Ġlow"], Float64Array.of(1)) }, "Ġlow")).toBe("Ġlow");
  });
});
