import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { sharedMemory } from "#kernels";
import { writeFiles } from "../../../dist/storage/files/durableFile.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const block = (value: number, length: number) => new Uint8Array(length).fill(value);

it("writes what is written behind the caller in the order of the calls, from two buffers in turn", async () => {
  const path = join(await temporaryFolder(), "file");
  const buffers = [block(0, 300_000), block(0, 300_000)];
  await writeFiles([path], async (file) => {
    file!.write(block(1, 3));
    for (let k = 2; k < 12; k++) await file!.writeBehind(buffers[k % 2]!.fill(k));
    await file!.written();
    file!.write(block(12, 5));
  });
  const expected = Array.from({ length: 10 }, (_, k) => block(k + 2, 300_000));
  expect(readFileSync(path).equals(Buffer.concat([block(1, 3), ...expected, block(12, 5)]))).toBe(true);
});

it("leaves nothing behind where it fails while something is being written", async () => {
  const folder = await temporaryFolder();
  const failing = writeFiles([join(folder, "file")], async (file) => {
    await file!.writeBehind(block(1, 5_000_000));
    expect(existsSync(file!.partialPath)).toBe(true);
    throw new Error("enough");
  });
  await expect(failing).rejects.toThrow("enough");
  expect(readdirSync(folder)).toEqual([]);
});

it("writes whole pages of WebAssembly's memory, which may go past the system's cache, in one file with all else", async () => {
  const path = join(await temporaryFolder(), "file");
  const pages = new Uint8Array(sharedMemory(131_072).buffer);
  await writeFiles([path], async (file) => {
    await file!.writeBehind(pages.fill(1));
    await file!.written();
    await file!.writeBehind(pages.fill(2).subarray(0, 8192));
    await file!.writeBehind(block(3, 5));
    await file!.writeBehind(pages.subarray(65_536, 65_536 + 4096));
  });
  const expected = [block(1, 131_072), block(2, 8192), block(3, 5), block(2, 4096)];
  expect(readFileSync(path).equals(Buffer.concat(expected))).toBe(true);
});
