import { expansionFault } from "./expansion.js";

/** Rows of a group in any case: writers make them of 1 M rows at most, unless they are told otherwise. */
const FREE_ROWS = 2 ** 23;
/** A constant column takes hardly a byte, but rows by the billion in a small file are no data. */
const ROWS_PER_BYTE = 64;

/** Unpacks a page whose header states the length that it unpacks to. */
type Unpack = (packed: Uint8Array, length: number) => Uint8Array;

/** Parquet's decompressors, each of which refuses to make room for a page much larger than what it unpacks. */
export function boundedCompressors<Codecs extends Readonly<Record<string, Unpack>>>(
  codecs: Codecs,
  maxExpansion?: number,
): Codecs {
  const bounded = Object.entries(codecs).map(([codec, unpack]): [string, Unpack] => [
    codec,
    (packed, length) => {
      const fault = expansionFault(packed.length, length, maxExpansion);
      if (fault) throw new RangeError(`a page that ${fault}`);
      return unpack(packed, length);
    },
  ]);
  return Object.fromEntries(bounded) as unknown as Codecs;
}

/** A footer promises rows that no file of its size has. */
export class ImpossibleRows extends RangeError {}

/** What is wrong with the rows that a file's footer promises; undefined if nothing is. */
export function rowsFault(groups: readonly { readonly num_rows: bigint }[], fileBytes: number): string | undefined {
  const most = Math.max(FREE_ROWS, ROWS_PER_BYTE * fileBytes);
  const rows = groups.find(({ num_rows }) => num_rows < 0n || num_rows > most)?.num_rows;
  return rows === undefined
    ? undefined
    : `must have row groups of 0 to ${most} rows in ${fileBytes} bytes, got ${rows}`;
}
