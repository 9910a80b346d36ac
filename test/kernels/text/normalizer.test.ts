import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { characterMapping, joinsBefore, LONGEST_STRETCH, Normalizer, ReplacementTable } from "#kernels";
import type { NormalizationOptions } from "#schemas";
import { anyText } from "../../support/anyText.js";
import { caseCount } from "../../support/shortOrLong.js";

const asRead: NormalizationOptions = {
  form: "NFC",
  case: "keep",
  accents: "keep",
  digits: "keep",
  width: "keep",
  invisible: "keep",
  radicals: "keep",
};
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Feeds the documents, cut after every `sizes` code points in turn, and returns what becomes of each. */
function normalizeDocuments(
  table: ReplacementTable,
  documents: readonly string[],
  sizes: readonly number[],
  reusesMemory = false,
): string[] {
  const normalizer = new Normalizer(table, { reusesMemory });
  const pieces: Uint8Array[] = [];
  const starts: number[] = [];
  let written = 0;
  const take = (piece: ReturnType<Normalizer["push"]>) => {
    starts.push(...Array.from(piece.documentOffsets, (at) => at + written));
    written += piece.bytes.length;
    pieces.push(reusesMemory ? piece.bytes.slice() : piece.bytes);
  };
  let turn = 0;
  for (const document of documents) {
    const points = [...document];
    let from = 0;
    do {
      const size = sizes[turn++ % sizes.length]!;
      const bytes = encoder.encode(points.slice(from, from + size).join(""));
      take(normalizer.push(bytes, from === 0 ? Uint32Array.of(0) : new Uint32Array(0)));
      from += size;
    } while (from < points.length);
  }
  take(normalizer.finish());
  const text = Buffer.concat(pieces);
  return starts.map((start, i) => decoder.decode(text.subarray(start, starts[i + 1] ?? text.length)));
}

const nasty = [
  ..."abcezABEIJSZiız059 .,-<=>\n",
  ..."éÉßẞǰŉıİſﬁﬃẛẛ̣ộỐệưứ",
  ..."\u0301\u0300\u0302\u0323\u031b\u0307\u0308\u030c\u0327\u0328\u0338\u0334\u0345\u0342\u0313\u0344\u034f",
  ..."ΣσςΌΐᾳᾼΰ\u1fbfЙйЁёЇ҃",
  ..."\u1100\u1161\u11a8\u11a7가각한\u1175\u11c2ㄱㅏ\u3164",
  ..."ＡａＺ０９　！～｟￥￣ｶﾞﾊﾟﾀｱﾞガはば\u3099\u309a",
  ..."中文字龍豈\u2f800々〇，。⼀⽂⻢⺇⺀",
  ..."\u00ad\u200b\u200c\u200d\u2060\ufeffخकЖ",
  ..."\u0915\u093c\u0958\u09c7\u09be\u0b47\u0b56\u0dd9\u0dcf\u0dca\u0f71\u0f72\u0f74\u1025\u102e",
  ..."٠٣۹०९൫\u{1d7d8}\u{1d7ff}²½①㎯ﷺ",
  ..."👨\u200d👩🏽❤\ufe0f1\ufe0f\u20e3🇨🇳\u{1d15e}\u{1d165}\u{1109a}\u{110ba}\u{10400}",
  "\u212b",
  "\u2126",
  "\u0f73",
  "\u{11131}\u{11127}",
];
const documents = fc.array(
  fc
    .array(
      fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom(...nasty) },
        { weight: 1, arbitrary: anyText({ minLength: 1, maxLength: 1 }) },
      ),
      { maxLength: 24 },
    )
    .map((units) => units.join("")),
  { minLength: 1, maxLength: 4 },
);
const chunkSizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
const forms = ["none", "NFC", "NFD", "NFKC", "NFKD"] as const;

describe("Normalizer", () => {
  it.each(["NFC", "NFD", "NFKC", "NFKD"] as const)(
    "gives String.prototype.normalize(%s), however the text is cut",
    (form) => {
      const table = new ReplacementTable({ ...asRead, form });
      fc.assert(
        fc.property(documents, chunkSizes, (texts, sizes) => {
          expect(normalizeDocuments(table, texts, sizes)).toEqual(texts.map((text) => text.normalize(form)));
        }),
        { seed: 20, numRuns: caseCount(500) },
      );
    },
  );

  it("gives the mapping of each whole document under any options", () => {
    const tables = new Map<string, ReplacementTable>();
    const options = fc.record({
      form: fc.constantFrom(...forms),
      case: fc.constantFrom("keep" as const, "lower" as const, "fold" as const),
      accents: fc.constantFrom("keep" as const, "remove" as const),
      digits: fc.constantFrom("keep" as const, "zero" as const, "ascii" as const),
      width: fc.constantFrom("keep" as const, "half" as const),
      invisible: fc.constantFrom("keep" as const, "remove" as const),
      radicals: fc.constantFrom("keep" as const, "unify" as const),
    });
    const some = fc.sample(options, { seed: 21, numRuns: caseCount(90) }); // every two values are together in one
    fc.assert(
      fc.property(fc.constantFrom(...some), documents, chunkSizes, (chosen, texts, sizes) => {
        const key = JSON.stringify(chosen);
        const table = tables.get(key) ?? new ReplacementTable(chosen);
        tables.set(key, table);
        expect(normalizeDocuments(table, texts, sizes)).toEqual(texts.map(characterMapping(chosen)));
      }),
      { seed: 21, numRuns: caseCount(1200) },
    );
  });

  it("never joins a mark to the document before", () => {
    const table = new ReplacementTable(asRead);
    expect(normalizeDocuments(table, ["e", "\u0301", "", "\u0301e"], [9])).toEqual(["e", "\u0301", "", "\u0301e"]);
  });

  it("cuts a stretch of marks at its limit, at the same place however the text is cut", () => {
    const table = new ReplacementTable(asRead);
    const marks = LONGEST_STRETCH; // twice as many bytes
    const text = `e${"\u0301\u0323".repeat(marks / 2)}e\u0301`;
    const whole = normalizeDocuments(table, [text], [Infinity]);
    for (const size of [1, 7, 1000])
      for (const reusesMemory of [false, true])
        expect(normalizeDocuments(table, [text], [size], reusesMemory)).toEqual(whole);
    expect(whole[0]).not.toBe(text.normalize("NFC"));
    expect(whole[0]!.normalize("NFC")).toBe(text.normalize("NFC"));
  });

  it("holds back a letter that a mark may join, but nothing that no mark joins", () => {
    const normalizer = new Normalizer(new ReplacementTable(asRead));
    const push = (text: string) => decoder.decode(normalizer.push(encoder.encode(text), new Uint32Array(0)).bytes);
    expect([push("abc"), push("\u0301d\n"), push("1."), push("é")]).toEqual(["ab", "\u0107d\n", "1.", ""]);
    expect(decoder.decode(normalizer.finish().bytes)).toBe("é");
    expect(normalizer.holdsText).toBe(false);
  });

  it("grows its output where text becomes longer", () => {
    const table = new ReplacementTable({ ...asRead, form: "NFKD" });
    const text = `${"\ufdfa".repeat(50)}abc`; // 3 bytes become 33
    expect(normalizeDocuments(table, [text], [Infinity])).toEqual([text.normalize("NFKD")]);
  });

  it("may pass over U+4000 to U+9FFF, for nothing changes them", () => {
    const map = characterMapping({
      form: "NFKC",
      case: "fold",
      accents: "remove",
      digits: "zero",
      width: "half",
      invisible: "remove",
      radicals: "unify",
    });
    const changed: string[] = [];
    for (let codePoint = 0x4000; codePoint <= 0x9fff; codePoint++) {
      const character = String.fromCodePoint(codePoint);
      if (
        map(character) !== character ||
        map(`${character}\u0301`) !== `${character}\u0301` ||
        joinsBefore(character)
      ) {
        changed.push(character);
      }
    }
    expect(changed).toEqual([]);
  });

  it("needs no held ASCII but letters and < = >, for nothing else composes", () => {
    const composing = new Set<string>();
    for (let codePoint = 0x80; codePoint <= 0x1_ffff; codePoint++) {
      if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
      const [first, ...later] = String.fromCodePoint(codePoint).normalize("NFD");
      if (first! < "\u0080" && later.length > 0) composing.add(first!);
    }
    expect([...composing].filter((character) => !/[A-Za-z<=>]/.test(character))).toEqual([]);
    expect(composing.size).toBeGreaterThan(40);
  });
});
