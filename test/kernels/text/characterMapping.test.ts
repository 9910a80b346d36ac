import { describe, expect, it } from "vitest";
import { characterMapping } from "#kernels";
import type { NormalizationOptions } from "#schemas";

const asRead: NormalizationOptions = {
  form: "none",
  case: "keep",
  accents: "keep",
  digits: "keep",
  width: "keep",
  invisible: "keep",
  radicals: "keep",
};
const mapping = (options: Partial<NormalizationOptions>) => characterMapping({ ...asRead, ...options });

describe("characterMapping", () => {
  it("changes nothing when nothing is asked for", () => {
    const text = "É e\u0301 ﬁ Ａ ٣ ß Σ ｶﾞ \u212b";
    expect(mapping({})(text)).toBe(text);
  });

  it("brings text into each Unicode form", () => {
    const text = "e\u0301 ﬁ Ａ ② \u212b \u1112\u1161\u11ab";
    expect(mapping({ form: "NFC" })(text)).toBe("é ﬁ Ａ ② Å 한");
    expect(mapping({ form: "NFKC" })(text)).toBe("é fi A 2 Å 한");
    expect(mapping({ form: "NFD" })("é한")).toBe("e\u0301\u1112\u1161\u11ab");
    expect(mapping({ form: "NFKD" })("éﬁ")).toBe("e\u0301fi");
  });

  it("makes letters small one by one: no final sigma, and the dotted I keeps its dot", () => {
    expect(mapping({ case: "lower" })("STRASSE Straße ΟΔΟΣ Ж İ I ı 𐐀")).toBe("strasse straße οδοσ ж i\u0307 i ı 𐐨");
  });

  it("folds case: ß and ss, ς and σ become alike, and the dotless i stays", () => {
    expect(mapping({ case: "fold" })("STRASSE Straße STRAẞE ΟΔΟΣ οδος ﬃ ŉ ı ſ ᾳ")).toBe(
      "strasse strasse strasse οδοσ οδοσ ffi ʼn ı s αι",
    );
  });

  it("composes again what a change of case makes composable", () => {
    expect(mapping({ form: "NFC", case: "lower" })("J\u030c")).toBe("ǰ"); // only the small letter has a composed form
    expect(mapping({ form: "NFC", case: "fold" })("\u0390")).toBe("\u0390"); // folding takes it apart
  });

  it("strips accents of Latin, Greek and Cyrillic letters only", () => {
    expect(mapping({ accents: "remove" })("Café e\u0301\u0323 Việt Άλφα ёй ø が か\u3099 हिन्दी שָׁ")).toBe(
      "Cafe e Viet Αλφα еи ø が か\u3099 हिन्दी שָׁ",
    );
  });

  it("turns digits of any script into zeros, or into ASCII", () => {
    expect(mapping({ digits: "zero" })("a1990 ٣٫١٤ ९ ９ 𝟠 ½ ② 三")).toBe("a0000 0٫00 0 0 0 ½ ② 三");
    expect(mapping({ digits: "ascii" })("a1990 ٣٫١٤ ९ ９ 𝟘𝟡𝟠𝟿 ½ ② 三")).toBe("a1990 3٫14 9 9 0989 ½ ② 三");
  });

  it("gives full-width and half-width characters their usual width, and leaves other compatibility characters", () => {
    expect(mapping({ width: "half" })("ＡＢｃ　１！～￥")).toBe("ABc 1!~¥");
    expect(mapping({ width: "half", form: "NFC" })("ｶﾞｯﾂﾎﾟｰｽﾞ、。「中」ﬁ②")).toBe("ガッツポーズ、。「中」ﬁ②");
  });

  it.each([
    ["co\u00adop \u00adx\u00ad 汉\u00ad字", "coop x 汉字"],
    [
      "Auf\u200clage e\u0301\u200de na\u2060ïve B\ufeffOM zero\u200bwidth \u200d\u200cx",
      "Auflage e\u0301e naïve BOM zerowidth \u200d\u200cx",
    ],
    ["a\u200c\u00ad\u200db Ж\u200cя λ\u200bό", "ab Жя λό"],
    [
      "می\u200cخواهم क्\u200dष 👨\u200d👩 汉\u200b字 3\u200b4 a\u200b字",
      "می\u200cخواهم क्\u200dष 👨\u200d👩 汉\u200b字 3\u200b4 a\u200b字",
    ],
  ])(
    "takes out of %j soft hyphens, and what has no width between two letters of Latin, Greek or Cyrillic",
    (text, seen) => {
      expect(mapping({ invisible: "remove" })(text)).toBe(seen);
    },
  );

  it("turns radicals into the Han characters that they look like, each of them", () => {
    expect(mapping({ radicals: "unify" })("⼀⽂件 ⻢⻓⺇ ⺀⺁⻳⿕")).toBe("一文件 马长𠘨 ⺀厂龟龠"); // ⺀ looks like none
    const radicals = Array.from({ length: 0x156 }, (_, i) => String.fromCharCode(0x2e80 + i)).filter((c) =>
      /\p{So}/u.test(c),
    );
    const kept = radicals.filter(
      (radical) => !/^\p{Unified_Ideograph}$/u.test(mapping({ radicals: "unify" })(radical)),
    );
    expect([radicals.length, kept]).toEqual([329, ["⺀"]]); // 115 and 214
  });
});
