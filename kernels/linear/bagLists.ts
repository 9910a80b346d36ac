/** Rows of lists, one behind the other. */
export interface BagLists {
  /** (lists + 1,) */
  readonly offsets: Uint32Array;
  readonly entries: Uint32Array;
}

export const noLists: BagLists = { offsets: Uint32Array.of(0), entries: new Uint32Array(0) };

export const listOf = ({ offsets, entries }: BagLists, list: number): Uint32Array =>
  entries.subarray(offsets[list], offsets[list + 1]);

export function longestList({ offsets }: BagLists): number {
  let longest = 0;
  for (let list = 0; list + 1 < offsets.length; list++)
    longest = Math.max(longest, offsets[list + 1]! - offsets[list]!);
  return longest;
}
