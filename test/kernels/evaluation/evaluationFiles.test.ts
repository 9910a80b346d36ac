import { describe, expect, it } from "vitest";
import { parseAnalogies, parseSimilarityPairs } from "#kernels";

describe("the files", () => {
  it("reads pairs by tab or by white space", () => {
    const expected = [
      { a: "love", b: "sex", score: 6.77 },
      { a: "李白", b: "诗", score: 9.2 },
    ];
    expect(parseSimilarityPairs("\uFEFFlove\tsex\t6.77\r\n\n李白 诗  9.2\n")).toEqual(expected);
  });

  it.each<[what: string, text: string]>([
    ["comments", "# love hate 3\n#\n  # 353 pairs\nlove\tsex\t6.77\n李白\t诗\t9.2\n"],
    ["commas and a header", "Word 1,Word 2,Human (mean)\nlove,sex,6.77\n李白,诗,9.2\n"],
    ["commas with spaces, and quotes", '"love", "sex", 6.77\n李白, 诗, 9.2\n'],
    ["semicolons", "love;sex;6.77\n李白;诗;9.2"],
    ["a header and white space", "word1 word2 score\nlove sex 6.77\n李白 诗 9.2"],
    ["line ends in CR", "love\tsex\t6.77\r李白\t诗\t9.2\r"],
  ])("reads pairs with %s", (_, text) => {
    expect(parseSimilarityPairs(text)).toEqual([
      { a: "love", b: "sex", score: 6.77 },
      { a: "李白", b: "诗", score: 9.2 },
    ]);
  });

  it("takes words with signs in them as they are", () => {
    expect(parseSimilarityPairs("#cat\t#dog\t5\n1,000 2,000 6\nice cream,cake,7\n")).toEqual([
      { a: "#cat", b: "#dog", score: 5 },
      { a: "1,000", b: "2,000", score: 6 },
      { a: "ice cream", b: "cake", score: 7 },
    ]);
  });

  it("reads analogies with comments, commas or tabs", () => {
    const text = "# 广东 粤剧 浙江 越剧\n: s\n广东, 粤剧, 浙江, 越剧\nNew York\tNYC\tLos Angeles\tLA\n";
    expect(parseAnalogies(text)[0]?.questions).toEqual([
      ["广东", "粤剧", "浙江", "越剧"],
      ["New York", "NYC", "Los Angeles", "LA"],
    ]);
  });

  it("reads sections of analogies", () => {
    expect(parseAnalogies(": geography\n广东 粤剧 浙江 越剧\n")).toEqual([
      { name: "geography", questions: [["广东", "粤剧", "浙江", "越剧"]] },
    ]);
  });

  it.each([
    [() => parseSimilarityPairs("a\tb\n", "x.tsv"), 'x.tsv: a line must be word, word and score, got "a\\tb", line 1'],
    [
      () => parseSimilarityPairs("\na\tb\tc\n", "x.tsv"),
      'x.tsv: a line must be word, word and score, got "a\\tb\\tc", line 2',
    ],
    [
      () => parseSimilarityPairs("a b 1\nc d e\n"),
      'similarity pairs: a line must be word, word and score, got "c d e", line 2',
    ],
    [() => parseSimilarityPairs("a b 1,5\n", "x"), 'x: a line must be word, word and score, got "a b 1,5", line 1'],
    [
      () => parseSimilarityPairs("a\tb\tnoun\t1\n", "x"),
      'x: a line must be word, word and score, got "a\\tb\\tnoun\\t1", line 1',
    ],
    [
      () => parseSimilarityPairs("a b 1\n#c d 2\n", "x"),
      'x: a comment must have a space behind its #, and a word with # tabs around it, got "#c d 2", line 2',
    ],
    [() => parseAnalogies("a b c d e\n", "x"), 'x: a line must be ": section" or four words, got "a b c d e", line 1'],
    [() => parseAnalogies(": s\na b c\n"), 'analogies: a line must be ": section" or four words, got "a b c", line 2'],
  ])("%#: names the line at fault", (action, message) => {
    expect(action).toThrow(new SyntaxError(message));
  });
});
