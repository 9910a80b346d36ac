import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { listFiles } from "#sources";
import { hashFile } from "#storage";
import { temporaryFolder } from "../../support/temporaryFolder.js";

async function folderWith(...names: string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of names) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), name);
  }
  return folder;
}

const named = async (folder: string, ...paths: string[]) =>
  (await listFiles(paths.map((path) => join(folder, path)))).map(({ path }) => relative(folder, path));

describe("listFiles", () => {
  it("keeps the order of the paths given, and states sizes", async () => {
    const folder = await folderWith("b.txt", "a.txt");
    expect(await listFiles([join(folder, "b.txt"), join(folder, "a.txt")])).toEqual([
      { path: join(folder, "b.txt"), size: 5 },
      { path: join(folder, "a.txt"), size: 5 },
    ]);
  });

  it("names a file that is meant twice as it was named first", async () => {
    const folder = await folderWith("a.txt", "b.txt");
    const paths = ["a.txt", "b.txt", "sub/../a.txt"].map((path) => `${folder}/${path}`);
    await mkdir(join(folder, "sub"));
    expect((await listFiles(paths)).map(({ path }) => path)).toEqual(paths.slice(0, 2));
  });

  it("orders a folder and a glob by code point of the path, and looks below", async () => {
    const folder = await folderWith(
      "b.txt",
      "B.txt",
      "é.txt",
      "sub/deep/a.jsonl.gz",
      "10.txt",
      "9.txt",
      "\u{1F600}.txt",
      "Ａ.txt",
    );
    const order = ["10.txt", "9.txt", "B.txt", "b.txt", "sub/deep/a.jsonl.gz", "é.txt", "Ａ.txt", "\u{1F600}.txt"];
    expect(await named(folder, ".")).toEqual(order);
    expect(await named(folder, "**/*")).toEqual(order);
    expect(await named(folder, "*.txt")).toEqual(order.filter((name) => !name.includes("/")));
  });

  it("takes from a folder the files whose names say text, and leaves hidden ones", async () => {
    const folder = await folderWith(
      "a.csv",
      "b.TSV.zst",
      "c.parquet",
      "d.bin",
      "README",
      ".hidden.txt",
      "e.md",
      "f.ndjson",
    );
    expect(await named(folder, ".")).toEqual(["a.csv", "b.TSV.zst", "c.parquet", "e.md", "f.ndjson"]);
    expect(await named(folder, "d.*")).toEqual(["d.bin"]); // a glob takes any name
  });

  it("takes a file once, at its first place, however it is spelled", async () => {
    const folder = await folderWith("a.txt", "b.txt");
    expect(await named(folder, "b.txt", "*.txt", "sub/../b.txt", ".")).toEqual(["b.txt", "a.txt"]);
  });

  it("takes a path that exists as it is, with the signs of a glob in its name", async () => {
    const folder = await folderWith("[a].txt", "a.txt");
    expect(await named(folder, "[a].txt")).toEqual(["[a].txt"]);
  });

  it("follows links, and comes back from a circle of them", async () => {
    const folder = await folderWith("real/a.txt");
    await symlink("real/a.txt", join(folder, "link.txt"));
    await symlink("..", join(folder, "real", "up"));
    const found = await named(folder, ".");
    expect(found).toContain("link.txt");
    expect(found).toContain("real/a.txt");
  });

  it("leaves out what runs have written below a folder and where ** leads, and tells of it", async () => {
    const marks = [
      "done/manifest.json",
      "旧的/运行/.lock",
      "half/.checkpoint/state.json",
      "app/manifest.json",
      "npm/.lock",
    ];
    const folder = await folderWith(
      "a.txt",
      "文/b.txt",
      "done/v.txt",
      "done/deep/w.txt",
      "旧的/运行/v.txt",
      "旧的/c.txt",
      "half/v.txt",
      "app/d.txt",
      "npm/e.txt",
      ...marks,
    ); // prettier-ignore
    await writeFile(join(folder, "done/manifest.json"), '{\n  "format": 1,\n  "lexstream": "0.1.0"\n}');
    await writeFile(join(folder, "旧的/运行/.lock"), '{"id":"x","pid":1,"host":"h"}\n');
    await writeFile(join(folder, "app/manifest.json"), '{"name":"an app of the web"}');
    const texts = ["a.txt", "app/d.txt", "npm/e.txt", "文/b.txt", "旧的/c.txt"];
    for (const path of [".", "**/*.txt"]) {
      const told = new Set<string>();
      const files = await listFiles([join(folder, path)], "files", (run) => told.add(relative(folder, run)));
      expect(files.map((file) => relative(folder, file.path))).toEqual(texts);
      expect([...told].sort()).toEqual(["done", "half", "旧的/运行"]);
    }
    expect(await named(folder, "done")).toEqual(["done/deep/w.txt", "done/v.txt"]); // it was named itself
    expect(await named(folder, "half/v.txt", "*/运行/*.txt")).toEqual(["half/v.txt", "旧的/运行/v.txt"]);
    await expect(named(folder, "旧的/../done/../half/..")).resolves.toEqual(texts);
  });

  it("says where there is nothing but what runs have written", async () => {
    const folder = await folderWith("run/v.txt", "run/.checkpoint/state.json");
    await expect(named(folder, ".")).rejects.toThrow("must hold text files, got those of runs alone");
    await expect(named(folder, "**/*.txt")).rejects.toThrow("must match a file, got those of runs alone");
  });

  it("says where nothing is", async () => {
    const folder = await temporaryFolder();
    await expect(listFiles([join(folder, "x.txt")])).rejects.toThrow(
      `listFiles: ${join(folder, "x.txt")} must be a file, a folder or a glob, got nothing there`,
    );
    await expect(listFiles([folder])).rejects.toThrow(
      `listFiles: the folder ${folder} must hold text files, got an empty one`,
    );
  });

  it("refuses what cannot be read twice: a pipe, a device, also behind a link in a folder", async () => {
    const folder = await folderWith("a.txt");
    execFileSync("mkfifo", [join(folder, "pipe.txt")]);
    const refusal = `listFiles: ${join(folder, "pipe.txt")} must be a regular file, got a pipe; the source stdin reads what can be read only once`;
    await expect(named(folder, "pipe.txt")).rejects.toThrow(refusal);
    await expect(listFiles(["/dev/full"])).rejects.toThrow("listFiles: /dev/full must be a regular file, got a device");
    await symlink("/dev/zero", join(folder, "zeros.txt"));
    await expect(named(folder, ".")).rejects.toThrow("must be a regular file, got a device");
  });
});

describe("hashFile", () => {
  it("is SHA-256 of the bytes on disk", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "abc");
    await writeFile(path, "abc");
    // FIPS 180-2, appendix B.1
    expect(await hashFile(path)).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    await expect(hashFile(join(folder, "none"))).rejects.toThrow("hashFile: ");
  });
});
