import { expect, it } from "vitest";
import { PairTable } from "#kernels";

/** Many pairs, some of them again and again. */
const pairsOf = (length: number) =>
  Array.from({ length }, (_, k): [number, number] => [(k * 7919) % 97, (k * 104_729) % 101]);

it("numbers pairs in the order in which they come, and counts them, as a map does", () => {
  const table = new PairTable();
  for (const length of [20_000, 3, 5000]) {
    table.clear();
    const expected = new Map<string, { first: number; second: number; pair: number; count: number }>();
    const pairs = pairsOf(length);
    const numbers = pairs.map(([first, second]) => table.add(first, second));
    for (const [k, [first, second]] of pairs.entries()) {
      const { count } = expected.get(`${first} ${second}`) ?? { count: 0 };
      expected.set(`${first} ${second}`, { first, second, pair: numbers[k]!, count: count + 1 });
    }
    const found = Array.from({ length: table.size }, (_, pair) => {
      const [first, second] = [table.firsts[pair]!, table.seconds[pair]!];
      return { first, second, pair: table.find(first, second), count: table.counts[pair] };
    });
    expect(found).toEqual([...expected.values()]);
    expect(found.map(({ pair }) => pair)).toEqual([...found.keys()]);
    expect(table.find(97, 0)).toBe(-1);
  }
});
