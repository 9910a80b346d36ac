import { describe, expect, it } from "vitest";
import { StretchCache } from "#kernels";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

describe("StretchCache", () => {
  it("works out each stretch once", () => {
    const asked: string[] = [];
    const cache = new StretchCache((text) => {
      asked.push(text);
      return text.normalize("NFC");
    });
    const get = (text: string) => decoder.decode(cache.get(encoder.encode(text)));
    expect(["e\u0301", "e\u0301\u0323", "e", "e\u0301", "e\u0301\u0323"].map(get)).toEqual([
      "é",
      "ẹ\u0301",
      "e",
      "é",
      "ẹ\u0301",
    ]);
    expect(asked).toEqual(["e\u0301", "e\u0301\u0323", "e"]);
  });

  it("goes on giving right answers when it is full", () => {
    const cache = new StretchCache((text) => text.toUpperCase());
    for (let codePoint = 0x1_0000; codePoint < 0x2_8000; codePoint++) {
      cache.get(encoder.encode(String.fromCodePoint(codePoint)));
    }
    for (const text of ["é", "ée", "𐐨"])
      expect(decoder.decode(cache.get(encoder.encode(text)))).toBe(text.toUpperCase());
  });
});
