/** What a packed file may unpack to in any case, in bytes: a small one of one repeated line is no attack. */
const FREE_BYTES = 2 ** 26;

/** Unpacked bytes per packed byte that a reader takes unless it is told otherwise. Text packs 3 to 10 times, logs up to 100 times. */
export const defaultExpansion = 250;

/** What is wrong with so many bytes from so few; undefined if nothing is. */
export function expansionFault(packed: number, unpacked: number, most = defaultExpansion): string | undefined {
  if (unpacked <= Math.max(FREE_BYTES, most * packed)) return undefined;
  return `must unpack to at most ${most} times its size, got ${unpacked} bytes from ${packed}`;
}
