/** Orders strings by code point, as UTF-8 bytes sort; the `<` of strings goes by UTF-16 unit and puts U+FF21 after U+1F600. */
export function compareCodePoints(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const unitA = a.charCodeAt(i);
    const unitB = b.charCodeAt(i);
    if (unitA !== unitB) return rank(unitA) - rank(unitB);
  }
  return a.length - b.length;
}

/** Lifts surrogates, which begin the code points above U+FFFF, over the rest of the units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Surrogates and what follows them: the only units where the order of units is not that of code points. */
const HIGH_UNITS = /[\ud800-\uffff]/;

/**
 * Strings in the order of `compareCodePoints`. The engine sorts by units, in a fraction of the time, and that is the same order unless two
 * strings have high units where they differ: so those with high units are sorted apart, and merged in.
 */
export function sortedByCodePoints(texts: readonly string[]): string[] {
  const low = texts.filter((text) => !HIGH_UNITS.test(text)).sort();
  if (low.length === texts.length) return low;
  const high = texts.filter((text) => HIGH_UNITS.test(text)).sort(compareCodePoints);
  const sorted: string[] = [];
  let next = 0;
  for (const text of low) {
    while (next < high.length && high[next]! < text) sorted.push(high[next++]!);
    sorted.push(text);
  }
  return [...sorted, ...high.slice(next)];
}
