import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { childOf, WordTrie } from "#kernels";
import { caseCount } from "../../support/shortOrLong.js";

describe("WordTrie", () => {
  it("knows each word's last frequency, however much it grows", () => {
    const word = fc
      .array(fc.constantFrom(..."一二三四五𠮷a"), { minLength: 1, maxLength: 6 })
      .map((parts) => parts.join(""));
    const entries = fc.array(fc.tuple(word, fc.integer({ min: 0, max: 0xffff_ffff })), { maxLength: 200 });
    fc.assert(
      fc.property(entries, (pairs) => {
        const trie = new WordTrie(1);
        const expected = new Map<string, number>();
        for (const [text, frequency] of pairs) {
          trie.set(text, frequency);
          expected.set(text, frequency);
        }
        for (const [text, frequency] of expected) expect(trie.frequency(text)).toBe(frequency);
        expect(trie.frequency("六")).toBe(0);
        expect(trie.total).toBe(Array.from(expected.values()).reduce((sum, frequency) => sum + frequency, 0));
      }),
      { seed: 1, numRuns: caseCount(200) },
    );
  });

  it("reads a dictionary in any order of lines", () => {
    const lines = ["中国 5 ns", "中 3 n", "中国人 2 n", "国 7", "𠮷野家 4 nz", "中国 6 ns"];
    const trie = new WordTrie(1);
    trie.addDictionary(Buffer.from(`${lines.join("\n")}\n`));
    expect(["中", "中国", "中国人", "国", "𠮷野家", "国人", ""].map((word) => trie.frequency(word))).toEqual([
      3, 6, 2, 7, 4, 0, 0,
    ]);
    expect(trie.total).toBe(22); // 3 + 6 + 2 + 7 + 4: the second line for 中国 takes the place of the first
  });

  it("reads a last line without an end, and passes over empty lines", () => {
    const trie = new WordTrie();
    trie.addDictionary(Buffer.from("中 3\n\n国 7"));
    expect([trie.frequency("中"), trie.frequency("国"), trie.total]).toEqual([3, 7, 10]);
  });

  it("copies itself, and each copy goes its own way", () => {
    const trie = new WordTrie();
    trie.set("中", 3);
    const copy = trie.copy();
    copy.set("国", 1);
    copy.set("中", 9);
    expect([trie.frequency("中"), trie.frequency("国"), trie.firstNodes["国".charCodeAt(0)]]).toEqual([3, 0, 0]);
    expect([copy.frequency("中"), copy.frequency("国"), copy.total]).toEqual([9, 1, 10]);
  });

  it("lets a search go down code point by code point", () => {
    const trie = new WordTrie();
    trie.set("中国", 2);
    const first = childOf(trie.table, trie.filter, 0, 0x4e2d);
    const second = childOf(trie.table, trie.filter, first, 0x56fd);
    expect(trie.firstNodes[0x4e2d]).toBe(first);
    expect(trie.logFrequencies[2 * first - 1]).toBeNaN();
    expect(trie.logFrequencies[2 * second - 1]).toBe(Math.log(2));
    expect(childOf(trie.table, trie.filter, second, 0x4eba)).toBe(0);
  });
});
