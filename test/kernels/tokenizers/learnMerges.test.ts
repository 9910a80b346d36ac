import fc from "fast-check";
import { expect, it } from "vitest";
import { learnMerges } from "#kernels";
import { caseCount } from "../../support/shortOrLong.js";

type Words = readonly (readonly [text: string, count: number])[];

/** Merges as texts, "a+b", of words of single characters, whose alphabet stands in the order of code points. */
function learned(words: Words, size: number, minCount = 1): string[] {
  const pieces = [...new Set(words.flatMap(([text]) => [...text]))].sort();
  const starts = [0];
  for (const [text] of words) starts.push(starts.at(-1)! + text.length);
  const merges = learnMerges(
    {
      symbols: Int32Array.from(
        words.flatMap(([text]) => [...text]),
        (character) => pieces.indexOf(character),
      ),
      starts: Int32Array.from(starts),
      counts: Float64Array.from(words, ([, count]) => count),
    },
    pieces,
    { size, minCount, continuingPrefix: "" },
  );
  return merges.map(([first, second]) => `${pieces[first]}+${pieces[second]}`);
}

it("puts the most frequent neighbours together, over and over", () => {
  // Sennrich et al. 2016, section 3.2, without end marks. e s and s t occur 6 + 3 = 9 times, and e comes before s; then es t 9;
  // l o and o w 5 + 2 = 7; lo w 7; e w, n e and w est 6: e first; n ew 6, new est 6
  const words: Words = [
    ["low", 5],
    ["lower", 2],
    ["newest", 6],
    ["widest", 3],
  ];
  const expected = ["e+s", "es+t", "l+o", "lo+w", "e+w", "n+ew", "new+est"];
  expect(learned(words, 10 + expected.length)).toEqual(expected);
  expect(learned(words, 100, 7)).toEqual(expected.slice(0, 4));
});

it("counts neighbours that overlap, and puts them together from the left", () => {
  // aaaaa has a a four times, and becomes aa aa a: aa a once, aa aa once; a has the smaller id
  expect(learned([["aaaaa", 1]], 100)).toEqual(["a+a", "aa+a", "aa+aaa"]);
});

it("learns what counting all pairs anew after each merge learns", () => {
  const word = fc.tuple(
    fc
      .array(fc.constantFrom("a", "b", "c", "天"), { minLength: 1, maxLength: 9 })
      .map((characters) => characters.join("")),
    fc.integer({ min: 1, max: 5 }),
  );
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 4 }), (words, minCount) => {
      expect(learned(words, 20, minCount)).toEqual(counting(words, 20, minCount));
    }),
    { seed: 1, numRuns: caseCount(200) },
  );
});

function counting(words: Words, size: number, minCount: number): string[] {
  const pieces = [...new Set(words.flatMap(([text]) => [...text]))].sort();
  const cut = words.map(([text, count]) => ({ symbols: [...text], count }));
  const merges: string[] = [];
  while (pieces.length < size) {
    const counts = new Map<string, number>();
    for (const { symbols, count } of cut)
      for (let i = 1; i < symbols.length; i++) {
        const pair = `${symbols[i - 1]}+${symbols[i]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + count);
      }
    const ids = (pair: string) => pair.split("+").map((piece) => pieces.indexOf(piece));
    const [best] = [...counts].sort(([p, a], [q, b]) => b - a || ids(p)[0]! - ids(q)[0]! || ids(p)[1]! - ids(q)[1]!);
    if (!best || best[1] < minCount) break;
    const [first, second] = best[0].split("+") as [string, string];
    if (!merges.includes(best[0])) merges.push(best[0]);
    if (!pieces.includes(first + second)) pieces.push(first + second);
    for (const each of cut) each.symbols = joined(each.symbols, first, second);
  }
  return merges;
}

function joined(symbols: readonly string[], first: string, second: string): string[] {
  const made: string[] = [];
  for (let i = 0; i < symbols.length; i++) {
    const isPair = symbols[i] === first && symbols[i + 1] === second;
    made.push(isPair ? first + second : symbols[i]!);
    if (isPair) i++;
  }
  return made;
}
