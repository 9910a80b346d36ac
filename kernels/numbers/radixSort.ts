/** Records of two 32-bit words, sorted by the first, then by the second from bit `firstBit` on. */
export interface WordPairs {
  high: Uint32Array;
  low: Uint32Array;
}

const digitBits = 11;

/**
 * Sorts `length` records, least significant digit first, going back and forth between the two places; what is returned is the one
 * that holds the sorted records.
 */
export function radixSortPairs(
  records: WordPairs,
  spare: WordPairs,
  length: number,
  bits: { readonly firstLow: number; readonly low: number; readonly high: number },
): WordPairs {
  let [from, to] = [records, spare];
  const passes = [
    ...digits(bits.firstLow, bits.low).map((digit) => ({ ...digit, key: "low" as const })),
    ...digits(0, bits.high).map((digit) => ({ ...digit, key: "high" as const })),
  ];
  for (const { key, shift, size } of passes) {
    distribute(from, to, length, from[key], shift, size);
    [from, to] = [to, from];
  }
  return from;
}

/** Digits of equal width that cover the bits from `first` to `end`. */
function digits(first: number, end: number): { shift: number; size: number }[] {
  const count = Math.ceil((end - first) / digitBits);
  const width = Math.ceil((end - first) / Math.max(1, count));
  return Array.from({ length: count }, (_, i) => ({ shift: first + i * width, size: 2 ** width }));
}

function distribute(
  from: WordPairs,
  to: WordPairs,
  length: number,
  keys: Uint32Array,
  shift: number,
  size: number,
): void {
  const mask = size - 1;
  const next = new Uint32Array(size + 1);
  for (let i = 0; i < length; i++) next[((keys[i]! >>> shift) & mask) + 1]!++;
  for (let digit = 0; digit < size; digit++) next[digit + 1]! += next[digit]!;
  const { high, low } = from;
  const { high: toHigh, low: toLow } = to;
  for (let i = 0; i < length; i++) {
    const at = next[(keys[i]! >>> shift) & mask]!++;
    toHigh[at] = high[i]!;
    toLow[at] = low[i]!;
  }
}
