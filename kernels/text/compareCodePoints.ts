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

/** Sorts strings by code point, in place. Most lists have no high units, and those the engine sorts itself, in a fraction of the time. */
export function sortByCodePoints(texts: string[]): string[] {
  return texts.some((text) => HIGH_UNITS.test(text)) ? texts.sort(compareCodePoints) : texts.sort();
}
