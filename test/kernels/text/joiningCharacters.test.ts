import { describe, expect, it } from "vitest";
import { joinsBefore } from "#kernels";

describe("joinsBefore", () => {
  it("holds for every later part of a composed character, in whatever version of Unicode the engine has", () => {
    const missed = new Set<string>();
    for (let codePoint = 0; codePoint <= 0x10_ffff; codePoint++) {
      if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
      const character = String.fromCodePoint(codePoint);
      const decomposed = character.normalize("NFD");
      if (decomposed === character) continue;
      for (const part of Array.from(decomposed).slice(1)) if (!joinsBefore(part)) missed.add(part);
    }
    expect([...missed]).toEqual([]);
  });

  it("holds for what is reordered, and for Hangul vowels and finals", () => {
    for (const character of "\u0301\u0323\u0345\u0334\u05b0\u094d\u3099\u1161\u11a8\u09be\u{16d67}") {
      const expected = character !== "\u{16d67}" || Number(process.versions.unicode) >= 16; // Kirat Rai is new in 16
      expect([character, joinsBefore(character)]).toEqual([character, expected]);
    }
  });

  it("does not hold for letters, ideographs, vowel signs that stand alone, and variation selectors", () => {
    for (const character of "aé中가\u1100\u093f\u0e31\ufe0f\u200d\u{1f3fd}") {
      expect([character, joinsBefore(character)]).toEqual([character, false]);
    }
  });
});
