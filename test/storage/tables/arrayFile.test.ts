import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readArray, writeArray } from "#storage";
import { temporaryFolder } from "../../support/temporaryFolder.js";

it.each([
  Uint8Array.of(1, 255),
  Int32Array.of(-1, 2),
  Uint32Array.of(2 ** 32 - 1),
  Float32Array.of(0.1, Number.NaN, -0),
  Float64Array.of(0.1, Number.POSITIVE_INFINITY),
  new Float64Array(0),
  new Uint32Array(Uint32Array.of(1, 2, 3, 4).buffer, 4, 2),
])("reads back %o bit by bit", async (values) => {
  const path = join(await temporaryFolder(), "a.npy");
  writeArray(path, values);
  expect(await readArray(path)).toEqual(values.slice());
});

it("writes what NumPy reads: a header of 128 bytes or a multiple of 64, and little-endian numbers", async () => {
  const path = join(await temporaryFolder(), "a.npy");
  const written = writeArray(path, Float32Array.of(1));
  const bytes = readFileSync(path);
  expect(written).toEqual({ bytes: 128 + 4, sha256: createHash("sha256").update(bytes).digest("hex") });
  // 6 bytes of magic, 2 of version, 2 of the header's length: 64 in all are too few for its 55 characters and the line end
  expect(bytes.readUInt16LE(8)).toBe(128 - 10);
  expect(bytes.toString("latin1", 0, 128)).toBe(
    `\x93NUMPY\x01\x00\x76\x00${"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }".padEnd(117)}\n`,
  );
  expect([...bytes.subarray(128)]).toEqual([0, 0, 0x80, 0x3f]); // 1 = 2^0 in single precision
});

it("refuses a file that is cut short or something else", async () => {
  const path = join(await temporaryFolder(), "a.npy");
  writeArray(path, Float32Array.of(1, 2));
  const bytes = readFileSync(path);
  for (const damaged of [
    bytes.subarray(0, -1),
    bytes.subarray(0, 9),
    Buffer.from("text"),
    Buffer.concat([bytes, bytes]),
  ]) {
    writeFileSync(path, damaged);
    await expect(readArray(path)).rejects.toThrow(/a\.npy: must be a whole \.npy file/);
  }
});
