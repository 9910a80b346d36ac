import { describe, expect, it } from "vitest";
import { characterBuckets, SubwordVectors, spellStrokes, strokeBuckets, strokesOf, subwordsOf } from "#kernels";

/** The strokes of a character as dictionaries number them: 1 ㇐, 2 ㇑, 3 ㇒, 4 ㇔, 5 ㇖. */
const classesOf = (character: string) =>
  Array.from(strokesOf(character)!, (stroke) => "㇐㇑㇒㇔㇖".indexOf(stroke) + 1).join("");

const form = { units: "strokes", minLength: 3, maxLength: 12, buckets: 2_000_000 } as const;

describe("strokesOf", () => {
  // As dictionaries of mainland China write them.
  it.each([
    ["一", "1"],
    ["人", "34"],
    ["大", "134"],
    ["了", "52"], // a vertical with a hook is a vertical
    ["小", "234"],
    ["打", "12112"],
    ["汉", "44154"], // a rising stroke is a horizontal
    ["永", "45534"],
    ["国", "25112141"],
    ["提", "121251112134"],
    ["〇", "5"],
    ["𠂇", "13"], // beyond 16 bits
  ])("knows %s", (character, strokes) => {
    expect(classesOf(character)).toBe(strokes);
  });

  it("knows every character of the basic block and of extension A", () => {
    const odd: string[] = [];
    for (const [first, last] of [
      [0x3400, 0x4dbf],
      [0x4e00, 0x9fff],
    ] as const)
      for (let code = first; code <= last; code++)
        if (!/^[㇐㇑㇒㇔㇖]{1,64}$/.test(strokesOf(String.fromCodePoint(code)) ?? "")) odd.push(code.toString(16));
    expect(odd).toEqual([]);
  });

  it("writes a part of a character in one way wherever it stands", () => {
    for (const character of "情快忙性") expect(classesOf(character)).toMatch(/^442/);
    for (const character of "花草英菜") expect(classesOf(character)).toMatch(/^122/);
    for (const character of "道这还进") expect(classesOf(character)).toMatch(/454$/);
  });

  it.each(["a", "7", "，", "あ", "𠮷", "", "中国"])("knows none of %j", (text) => {
    expect(strokesOf(text)).toBeUndefined();
  });
});

it("spells a term in strokes, with other characters as they are", () => {
  expect(spellStrokes("大人")).toBe("㇐㇒㇔㇒㇔"); // the example of Cao et al. 2018, figure 2
  expect(spellStrokes("T恤x2")).toBe("T㇔㇔㇑㇒㇑㇖㇑㇑㇐x2");
  expect(spellStrokes("river")).toBe("river");
});

it("takes n-grams across the edges of characters", () => {
  // 大人 is 13434: of length 5 and 6, with the ends, <1343 <13434 13434 13434> 3434>
  const some = { ...form, minLength: 5, maxLength: 6 };
  expect(strokeBuckets("大人", some)).toEqual(characterBuckets("㇐㇒㇔㇒㇔", some));
  expect(strokeBuckets("大人", some)).toHaveLength(5);
  expect(subwordsOf("test", some)("大人")).toEqual(strokeBuckets("大人", some));
  expect(strokeBuckets("river", some)).toEqual(characterBuckets("river", some)); // English words have their characters
});

it("gives words of characters that were never seen a vector, by the strokes that they share", () => {
  // 林 is 木 twice, 1234 1234: 森, thrice, has all n-grams of 1 to 4 strokes of it.
  const short = { ...form, minLength: 4, maxLength: 4 };
  const [, bucket] = strokeBuckets("木", short); // <123 1234 234>
  const rows = { form: short, buckets: Uint32Array.of(bucket!), values: Float32Array.of(11, 22) };
  // <123 1234 2341 3412 4123 1234 2341 3412 4123 1234 234>: 3 of 11
  expect([...new SubwordVectors(rows, 2).of("森")!]).toEqual([3, 6]);
  expect(new SubwordVectors(rows, 2).of("水")).toBeUndefined(); // 2534
});
