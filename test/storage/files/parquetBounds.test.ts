import { describe, expect, it } from "vitest";
import { boundedCompressors, rowsFault } from "#storage";

describe("boundedCompressors", () => {
  it("unpacks a page of up to 64 MiB whatever its ratio, and a larger one up to the ratio", () => {
    const asked: number[] = [];
    const unpack = (_: Uint8Array, length: number) => {
      asked.push(length);
      return new Uint8Array(0);
    };
    const { GZIP } = boundedCompressors({ GZIP: unpack }, 100);
    GZIP(new Uint8Array(10), 2 ** 26);
    GZIP(new Uint8Array(2 ** 20), 100 * 2 ** 20);
    expect(() => GZIP(new Uint8Array(2 ** 20), 100 * 2 ** 20 + 1)).toThrow("got 104857601 bytes from 1048576");
    expect(() => GZIP(new Uint8Array(10), 2 ** 31 - 1)).toThrow(
      "a page that must unpack to at most 100 times its size, got 2147483647 bytes from 10",
    );
    expect(asked).toEqual([67_108_864, 104_857_600]);
  });
});

describe("rowsFault", () => {
  it("takes 8 M rows of any file, or 64 for each byte", () => {
    expect(rowsFault([{ num_rows: 8_388_608n }], 100)).toBeUndefined();
    expect(rowsFault([{ num_rows: 64_000_000n }], 1_000_000)).toBeUndefined();
    expect(rowsFault([{ num_rows: 5n }, { num_rows: 1_000_000_000n }], 100)).toBe(
      "must have row groups of 0 to 8388608 rows in 100 bytes, got 1000000000",
    );
    expect(rowsFault([{ num_rows: -1n }], 100)).toContain("got -1");
  });
});
