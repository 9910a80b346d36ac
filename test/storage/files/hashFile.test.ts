import { createHash } from "node:crypto";
import { appendFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { hashFile, hashWritten, noteHash } from "../../../dist/storage/files/hashFile.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

it("takes the hash that was told of a file that was written, as long as nobody changes it", async () => {
  const path = join(await temporaryFolder(), "file");
  await writeFile(path, "cat");
  expect(await hashWritten(path)).toBe(sha256("cat"));
  await noteHash(path, "told");
  expect(await hashWritten(path)).toBe("told");
  expect(await hashFile(path)).toBe(sha256("cat"));
  await noteHash(path, "told");
  await utimes(path, 1, 1);
  expect(await hashWritten(path)).toBe(sha256("cat"));
  await noteHash(path, "told");
  await appendFile(path, "s");
  expect(await hashWritten(path)).toBe(sha256("cats"));
});
