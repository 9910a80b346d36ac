import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BytePairModel, type MergeIds, type PieceModel, WordLevelModel, WordPieceModel } from "#kernels";
import { caseCount } from "../../support/shortOrLong.js";

function encoded(model: PieceModel, word: string, pieces: readonly string[]): string {
  const ids: number[] = [];
  model.encode(word, ids);
  return ids.map((id) => pieces[id]).join(" ");
}

const idsOf = (pieces: readonly string[]) => new Map(pieces.map((piece, id) => [piece, id]));

describe("BytePairModel", () => {
  const pieces = ["<unk>", "a", "b", "c", "ab", "bc", "abc", "aa"];
  const ids = idsOf(pieces);
  const merge = (first: string, second: string): MergeIds => [
    ids.get(first)!,
    ids.get(second)!,
    ids.get(first + second)!,
  ];
  const settings = {
    ids,
    merges: [merge("b", "c"), merge("a", "b"), merge("a", "bc"), merge("a", "a")],
    unknownId: 0,
    fuseUnknown: false,
    ignoreMerges: false,
    continuingPrefix: "",
    endSuffix: "",
  };
  const model = new BytePairModel(settings);

  it("applies the earliest merge first, the leftmost of equal ones", () => {
    expect(encoded(model, "abc", pieces)).toBe("abc"); // b c comes before a b
    expect(encoded(model, "abab", pieces)).toBe("ab ab");
    expect(encoded(model, "aaa", pieces)).toBe("aa a");
    expect(encoded(model, "", pieces)).toBe("");
  });

  it("lets the unknown piece stand for each character without a piece, or for all in a row", () => {
    expect(encoded(model, "a猫狗𠮷b", pieces)).toBe("a <unk> <unk> <unk> b");
    expect(encoded(new BytePairModel({ ...settings, fuseUnknown: true }), "a猫狗𠮷b", pieces)).toBe("a <unk> b");
    expect(encoded(new BytePairModel({ ...settings, unknownId: undefined }), "a猫b", pieces)).toBe("ab"); // as the tokenizers library
  });

  it("leaves a word that is a piece whole, where merges are to be ignored", () => {
    const without = { ...settings, merges: [] };
    expect(encoded(new BytePairModel(without), "abc", pieces)).toBe("a b c");
    expect(encoded(new BytePairModel({ ...without, ignoreMerges: true }), "abc", pieces)).toBe("abc");
  });

  it("merges words of any length as one merge after the other would", () => {
    const word = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(word, (characters) => {
        let expected: string[] = characters;
        for (;;) {
          const pairs = settings.merges.map(([first, second]) => [pieces[first]!, pieces[second]!] as const);
          const next = pairs.find(([first, second]) =>
            expected.some((x, i) => x === first && expected[i + 1] === second),
          );
          if (!next) break;
          const at = expected.findIndex((x, i) => x === next[0] && expected[i + 1] === next[1]);
          expected = [...expected.slice(0, at), next[0] + next[1], ...expected.slice(at + 2)];
        }
        expect(encoded(model, characters.join(""), pieces)).toBe(expected.join(" "));
      }),
      { seed: 1, numRuns: caseCount(60) },
    );
  });
});

describe("WordPieceModel", () => {
  const pieces = ["[UNK]", "un", "##aff", "##able", "##a", "u", "猫", "𠮷"];
  const model = new WordPieceModel({ ids: idsOf(pieces), unknownId: 0, continuingPrefix: "##", maxCharacters: 12 });

  it("takes the longest piece that fits, from the left", () => {
    expect(encoded(model, "unaffable", pieces)).toBe("un ##aff ##able"); // tokenization.py of BERT
    expect(encoded(model, "una", pieces)).toBe("un ##a");
    expect(encoded(model, "𠮷", pieces)).toBe("𠮷");
  });

  it("makes a word unknown as a whole where no piece fits", () => {
    expect(encoded(model, "unaffably", pieces)).toBe("[UNK]");
    expect(encoded(model, "猫猫", pieces)).toBe("[UNK]"); // no ##猫
    expect(encoded(model, "unaaaaaaaaaaa", pieces)).toBe("[UNK]"); // 13 characters
  });
});

it("knows words as they stand, or not at all", () => {
  const pieces = ["<unk>", "猫", "cat"];
  const model = new WordLevelModel(idsOf(pieces), 0);
  expect(["cat", "猫", "cats"].map((word) => encoded(model, word, pieces))).toEqual(["cat", "猫", "<unk>"]);
});
