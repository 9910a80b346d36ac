import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { resolveInside } from "#storage";
import { temporaryFolder } from "../../support/temporaryFolder.js";

it("resolves paths of files that need not exist yet", async () => {
  const folder = await temporaryFolder();
  expect(resolveInside(folder, "vectors.arrow")).toBe(join(folder, "vectors.arrow"));
  expect(resolveInside(folder, "中文/./a/../vectors.arrow")).toBe(join(folder, "中文", "vectors.arrow"));
  expect(resolveInside(join(folder, "not", "there"), "..a")).toBe(join(folder, "not", "there", "..a"));
});

it("refuses paths that climb out, absolute ones, the folder itself and NUL", async () => {
  const folder = await temporaryFolder();
  for (const path of [
    "..",
    "../x",
    "a/../../x",
    "/etc/passwd",
    join(folder, "x"),
    "",
    ".",
    "a/..",
    "x\0y",
    `../${folder.split("/").at(-1)}x/y`,
  ])
    expect(() => resolveInside(folder, path), path).toThrow(RangeError);
  expect(() => resolveInside("out", "../x")).toThrow('path must lie inside the output folder out, got "../x"');
});

it("refuses links that lead out, wherever they stand, and follows those that do not", async () => {
  const parent = await temporaryFolder();
  const folder = join(parent, "out");
  await mkdir(join(folder, "inner"), { recursive: true });
  await mkdir(join(parent, "elsewhere"));
  await writeFile(join(folder, "file"), "");
  await symlink(join(parent, "elsewhere"), join(folder, "away"));
  await symlink(join(parent, "elsewhere", "new"), join(folder, "dangling"));
  await symlink(join(folder, "inner"), join(folder, "near"));
  await symlink(join(parent, "out"), join(parent, "alias"));
  for (const path of ["away", "away/x", "away/x/y", "dangling", "inner/../away/x", "near/../../x", "file/x"])
    expect(() => resolveInside(folder, path), path).toThrow(RangeError);
  expect(resolveInside(folder, "near/x")).toBe(join(folder, "near/x"));
  expect(resolveInside(join(parent, "alias"), "x")).toBe(join(parent, "alias/x")); // the folder itself may be a link
});

it("never resolves to anything outside", async () => {
  const folder = await temporaryFolder();
  const paths = fc.array(fc.constantFrom("..", ".", "a", "b", "", "...", "~"), { maxLength: 8 });
  fc.assert(
    fc.property(paths, (parts) => {
      try {
        expect(resolveInside(folder, parts.join("/")).startsWith(`${folder}/`)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
    { seed: 4 },
  );
});
