import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
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
