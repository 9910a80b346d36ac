import { lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { convertVectors, evaluateVectors } from "#pipelines";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const VECTORS = "3 2\nthe 1 0\ncat 1 1\n猫 0 1\n";

async function folderWithVectors(): Promise<(name: string) => string> {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "from.vec"), VECTORS);
  return (name) => join(folder, name);
}

describe("convertVectors", () => {
  it.each([
    ["a file", "真.vec", true],
    ["a file that is not there yet", "真.vec", false],
    ["a file in another folder", "其他/real.vec", true],
    ["another link", "second.vec", false],
  ])("writes what a link leads to, %s, and leaves the link", async (_, target, isThere) => {
    const at = await folderWithVectors();
    mkdirSync(at("其他"));
    if (isThere) writeFileSync(at(target), "1 1\nold 1\n");
    if (target === "second.vec") symlinkSync("other.vec", at(target));
    symlinkSync(target, at("link.vec"));
    await convertVectors(at("from.vec"), at("link.vec"));
    expect(readlinkSync(at("link.vec"))).toBe(target);
    expect(readFileSync(at(target), "utf8")).toBe(VECTORS);
    expect(lstatSync(at(target)).isSymbolicLink()).toBe(target === "second.vec");
  });

  it("goes by the link's own ending", async () => {
    const at = await folderWithVectors();
    symlinkSync("data", at("link.glove"));
    await convertVectors(at("from.vec"), at("link.glove"));
    expect(readFileSync(at("data"), "utf8")).toBe(VECTORS.slice(4));
  });

  it("writes the terms of a list, in its order, and tells how many have no vector", async () => {
    const at = await folderWithVectors();
    writeFileSync(at("terms.txt"), "\ufeff猫\r\n\n  the \nfish\n猫\n");
    const converted = await convertVectors(at("from.vec"), at("few.vec"), { terms: at("terms.txt") });
    expect(converted).toEqual({ terms: 2, vectorSize: 2, without: 1 });
    expect(readFileSync(at("few.vec"), "utf8")).toBe("2 2\n猫 0 1\nthe 1 0\n");
    writeFileSync(at("none.txt"), "fish\n鱼\n");
    await expect(convertVectors(at("from.vec"), at("no.vec"), { terms: at("none.txt") })).rejects.toThrow(
      `convert: a term of ${at("none.txt")} must have a vector in ${at("from.vec")}, got none of 2`,
    );
  });

  it.each([
    ["folder", "folder must be a file to write, got a folder"],
    ["from.vec/x.vec", "from.vec/x.vec: must be writable, got EEXIST"],
    ["/proc/x.vec", "/proc/x.vec: must be writable, got E"],
    ["circle.vec", "circle.vec must lead to a file, got links that lead in a circle"],
    ["词.doc", "path must end in one of .arrow"],
  ])("refuses to write %s before it reads anything", async (to, message) => {
    const at = await folderWithVectors();
    mkdirSync(at("folder"));
    symlinkSync("circle.vec", at("circle.vec"));
    const path = to.startsWith("/") ? to : at(to);
    await expect(convertVectors("nowhere.vec", path, to === "folder" ? { format: "arrow" } : {})).rejects.toThrow(
      message,
    );
  });
});

describe("evaluateVectors", () => {
  it("calls files by their names, and by their paths where two have one name", async () => {
    const at = await folderWithVectors();
    for (const name of ["en", "中文"]) mkdirSync(at(name));
    for (const name of ["en/pairs.tsv", "中文/pairs.tsv", "more.tsv"])
      writeFileSync(at(name), "the\tcat\t9\ncat\t猫\t5\nthe\t猫\t1\n");
    const similarity = ["en/pairs.tsv", "中文/pairs.tsv", "more.tsv", "more.tsv"].map(at);
    const scores = await evaluateVectors(at("from.vec"), { similarity });
    expect(Object.keys(scores.similarity)).toEqual([at("en/pairs.tsv"), at("中文/pairs.tsv"), "more.tsv"]);
  });

  it("reads pairs packed by gzip", async () => {
    const at = await folderWithVectors();
    writeFileSync(at("pairs.tsv.gz"), gzipSync("the\tcat\t9\ncat\t猫\t5\nthe\t猫\t1\n"));
    const scores = await evaluateVectors(at("from.vec"), { similarity: [at("pairs.tsv.gz")] });
    expect(scores.similarity["pairs.tsv.gz"]).toMatchObject({ pairs: 3 });
  });

  it.each([
    ["GBK", "c0cfbba2 09 c3a8 09 35 0a", "must be UTF-8, got other bytes"],
    ["UTF-16", "fffe 6100 0900 6200 0900 3500", "must be UTF-8, got UTF-16"],
    [
      "gzip that is cut short",
      "1f8b 0800 0000 0000 0003 4b04 00",
      "must be a whole gzip file, got unexpected end of file",
    ],
  ])("refuses pairs in %s, whose words no vectors have", async (_, hex, message) => {
    const at = await folderWithVectors();
    writeFileSync(at("pairs.tsv"), Buffer.from(hex.replaceAll(" ", ""), "hex"));
    const scores = evaluateVectors(at("from.vec"), { similarity: [at("pairs.tsv")] });
    await expect(scores).rejects.toThrow(`${at("pairs.tsv")}: ${message}`);
  });
});
