import { describe, expect, it } from "vitest";
import { Xxh64 } from "#storage";

function hashOf(bytes: Uint8Array, size = bytes.length): string {
  const hash = new Xxh64();
  for (let at = 0; at < bytes.length; at += size) hash.update(bytes.subarray(at, at + size));
  return hash.digest().toString(16).padStart(16, "0");
}

// By the reference library (xxHash 0.8.3 through python-xxhash 4.0.1) on the bytes i * 131 mod 256.
const REFERENCE: [length: number, hash: string][] = [
  [3, "a83378d1eb86ec62"],
  [31, "1add2d10328c4897"],
  [32, "333288d992cf3b16"],
  [33, "379b60150f2cfc7f"],
  [63, "230f593878fe3703"],
  [100, "acd07a6400e07def"],
  [1000, "ab7190f153084532"],
];
const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 131) & 0xff);

describe("Xxh64", () => {
  it("gives the published hashes of no bytes and of abc", () => {
    expect(hashOf(new Uint8Array(0), 1)).toBe("ef46db3751d8e999");
    expect(hashOf(Buffer.from("abc"))).toBe("44bc2cf5ad770999");
  });

  it.each(REFERENCE)("gives the reference program's hash of %i bytes, in parts of any size", (length, expected) => {
    for (const size of [1, 7, 31, 32, 33, 1000]) expect(hashOf(bytes(length), size)).toBe(expected);
  });
});
