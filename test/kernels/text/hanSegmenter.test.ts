import { describe, expect, it } from "vitest";
import { unigramSegmenter, WordTrie } from "#kernels";
import { cutWords } from "../../support/cutWords.js";

function segmenterOf(words: Record<string, number>) {
  const trie = new WordTrie();
  for (const [word, frequency] of Object.entries(words)) trie.set(word, frequency);
  return unigramSegmenter(trie);
}

describe("unigramSegmenter", () => {
  it("takes the cut with the largest product of probabilities", () => {
    // total 100: 研究/生命 = 0.10 x 0.08 = 0.008; 研究生/命 = 0.02 x 0.05 = 0.001
    const words = { 研究: 10, 研究生: 2, 生命: 8, 命: 5, 生: 5, 研: 1, 究: 1, 他: 68 };
    expect(cutWords(segmenterOf(words), "研究生命")).toEqual(["研究", "生命"]);
    // total 124: 研究生/命 = 26/124 x 5/124 = 130/124^2 > 研究/生命 = 80/124^2
    expect(cutWords(segmenterOf({ ...words, 研究生: 26 }), "研究生命")).toEqual(["研究生", "命"]);
  });

  it("prefers the longer first word where the scores are equal", () => {
    // total 4 x 2 = 8: every word has 1/4, so 甲乙/丙 and 甲/乙丙 both score 1/16
    expect(cutWords(segmenterOf({ 甲乙: 2, 丙: 2, 甲: 2, 乙丙: 2 }), "甲乙丙")).toEqual(["甲乙", "丙"]);
  });

  it("lets a character stand alone where no word begins", () => {
    expect(cutWords(segmenterOf({ 中国: 3 }), "国中国人")).toEqual(["国", "中国", "人"]);
  });

  it("does not match the beginning of a word only", () => {
    expect(cutWords(segmenterOf({ 中华人民: 3, 中: 1 }), "中华人")).toEqual(["中", "华", "人"]);
  });

  it("cuts characters of four bytes", () => {
    expect(cutWords(segmenterOf({ 𠮷野家: 3, 家: 1 }), "𠮷𠮷野家家")).toEqual(["𠮷", "𠮷野家", "家"]);
  });

  it("finds nothing in an empty run, and grows with long ones", () => {
    const segmenter = segmenterOf({ 中国: 3 });
    expect(cutWords(segmenter, "")).toEqual([]);
    expect(cutWords(segmenter, "中国".repeat(5000))).toEqual(new Array(5000).fill("中国"));
  });

  it("sees words that were added after it was made", () => {
    const trie = new WordTrie(1);
    trie.set("中", 1);
    const segmenter = unigramSegmenter(trie);
    expect(cutWords(segmenter, "中国")).toEqual(["中", "国"]);
    trie.set("中国", 5);
    expect(cutWords(segmenter, "中国")).toEqual(["中国"]);
  });
});
