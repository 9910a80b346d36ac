/*
 * The header of a NumPy array (NEP 1, version 1.0): magic, version, length, then a Python dictionary, filled up with spaces.
 */

const MAGIC = Buffer.from("\x93NUMPY\x01\x00", "latin1");
const ALIGNED = 64;

export interface NpyHeader {
  /** `<f8`, `<i4`, `|S3`. */
  readonly type: string;
  readonly shape: readonly number[];
  /** Bytes before the numbers. */
  readonly length: number;
}

export function npyHeader(type: string, shape: readonly number[]): Buffer {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((MAGIC.length + 2 + text.length + 1) / ALIGNED) * ALIGNED;
  const header = Buffer.alloc(length, " ");
  MAGIC.copy(header);
  header.writeUInt16LE(length - MAGIC.length - 2, MAGIC.length);
  header.write(`${text}`, MAGIC.length + 2, "latin1");
  header.write("\n", length - 1, "latin1");
  return header;
}

/** @throws SyntaxError if the bytes begin no array that is read here */
export function parseNpyHeader(who: string, head: Buffer): NpyHeader {
  const length = head.length >= 10 ? 10 + head.readUInt16LE(8) : 0;
  const text = head.toString("latin1", 10, length);
  const type = /'descr': *'([^']+)'/.exec(text)?.[1];
  const shape = /'shape': *\(([\d, ]*)\)/.exec(text)?.[1];
  const isKnown = head.subarray(0, 8).equals(MAGIC) && length <= head.length && text.includes("'fortran_order': False");
  if (!isKnown || type === undefined || shape === undefined)
    throw new SyntaxError(
      `${who}: must be a NumPy array, version 1.0 and in the order of C, got ${JSON.stringify(text.slice(0, 80))}`,
    );
  const sizes = shape.split(",").flatMap((size) => (size.trim() === "" ? [] : [Number(size)]));
  return { type, shape: sizes, length };
}
