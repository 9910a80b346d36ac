import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Jieba } from "@node-rs/jieba";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHanSegmenter } from "#operators";
import { cutWords } from "../../support/cutWords.js";
import { caseCount } from "../../support/shortOrLong.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const dictionary = readFileSync(createRequire(import.meta.url).resolve("@node-rs/jieba/dict.txt"));
const sample = readFileSync(new URL("../../../data/sample-chinese-lu-xun.txt", import.meta.url), "utf8");

async function userDictionary(content: string | Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), "words.txt");
  await writeFile(path, content);
  return path;
}
const withWords = async (content: string) => createHanSegmenter({ userDictionaries: [await userDictionary(content)] });

describe("createHanSegmenter", () => {
  it("cuts every run of a real text as jieba does without its hidden Markov model", () => {
    const segmenter = createHanSegmenter();
    const jieba = Jieba.withDict(dictionary);
    const runs = sample.match(/\p{Script=Han}+/gu)!;
    expect(runs.length).toBeGreaterThan(20_000);
    const different = runs.filter((run) => cutWords(segmenter, run).join("/") !== jieba.cut(run, false).join("/"));
    expect(different).toEqual([]);
  });

  it("cuts any string of characters as jieba does", () => {
    const segmenter = createHanSegmenter();
    const jieba = Jieba.withDict(dictionary);
    const character = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom(...new Set(sample.match(/\p{Script=Han}/gu)!)),
      },
      { weight: 1, arbitrary: fc.integer({ min: 0x4e00, max: 0x9fa5 }).map((point) => String.fromCodePoint(point)) },
    );
    fc.assert(
      fc.property(fc.array(character, { maxLength: 30 }), (characters) => {
        const text = characters.join("");
        expect(cutWords(segmenter, text)).toEqual(jieba.cut(text, false));
      }),
      { seed: 7, numRuns: caseCount(2000) },
    );
  });

  it("takes up the user's words, and gives one without a frequency enough to win over its parts", async () => {
    expect(cutWords(createHanSegmenter(), "他来到网易杭研大厦")).toEqual(["他", "来到", "网易", "杭", "研", "大厦"]);
    expect(cutWords(await withWords("杭研大厦\n"), "他来到网易杭研大厦")).toEqual(["他", "来到", "网易", "杭研大厦"]);
    expect(cutWords(await withWords("杭研 5 nz\n杭研大厦 nz\n"), "他来到网易杭研大厦")).toEqual([
      "他",
      "来到",
      "网易",
      "杭研大厦",
    ]);
  });

  it("keeps to a frequency that is given, and takes out a word whose frequency is 0", async () => {
    expect(cutWords(await withWords("来到 1 v\n"), "来到")).toEqual(["来", "到"]);
    expect(cutWords(await withWords("我们 0\n"), "我们")).toEqual(["我", "们"]);
  });

  it("lets a later file win over an earlier one", async () => {
    const remove = await userDictionary("阿长 0\n");
    const add = await userDictionary("阿长 100000\n");
    expect(cutWords(createHanSegmenter({ userDictionaries: [remove, add] }), "阿长")).toEqual(["阿长"]);
    expect(cutWords(createHanSegmenter({ userDictionaries: [add, remove] }), "阿长")).toEqual(["阿", "长"]);
  });

  it("does not carry a user's words over to the next segmenter", async () => {
    await withWords("他来到网易\n");
    expect(cutWords(createHanSegmenter(), "他来到网易")).toEqual(["他", "来到", "网易"]);
  });

  it("reads files with a byte-order mark, CRLF, tabs and empty lines", async () => {
    const segmenter = await withWords("\ufeff阿长与山\r\n\r\n  \r\n网易杭\t20000\tnz\r\n杭研");
    expect(cutWords(segmenter, "阿长与山网易杭研")).toEqual(["阿长与山", "网易杭", "研"]);
  });

  it("cuts as jieba does with the same user dictionary", async () => {
    const lines = "云计算 50000 n\n创新办 3 i\n阿长与 70 nr\n迅哥儿 30 nr\n的时候 1 x\n";
    const jieba = Jieba.withDict(dictionary);
    jieba.loadDict(Buffer.from(lines));
    const segmenter = await withWords(lines);
    const runs = sample.match(/\p{Script=Han}+/gu)!.slice(0, 4000);
    expect(runs.map((run) => cutWords(segmenter, run))).toEqual(runs.map((run) => jieba.cut(run, false)));
  });

  it("guesses new words with jieba's hidden Markov model on request, with the user's words too", async () => {
    expect(cutWords(createHanSegmenter({ newWords: true }), "他来到了网易杭研大厦")).toEqual([
      "他",
      "来到",
      "了",
      "网易",
      "杭研", // in no dictionary
      "大厦",
    ]);
    const segmenter = createHanSegmenter({ newWords: true, userDictionaries: [await userDictionary("杭研大厦\n")] });
    expect(cutWords(segmenter, "他来到了网易杭研大厦")).toEqual(["他", "来到", "了", "网易", "杭研大厦"]);
  });

  it.each([
    ["云计算 3 n extra", 'a line must be "word [frequency] [tag]", got "云计算 3 n extra", in PATH line 2'],
    ["云计算 3 办公室", 'a line must be "word [frequency] [tag]", got "云计算 3 办公室", in PATH line 2'],
    ["创新 办公室", 'a line must be "word [frequency] [tag]", got "创新 办公室", in PATH line 2'],
    ["云计算 -3 n", 'a frequency must be an integer from 0 to 4294967295, got "-3", in PATH line 2'],
    ["云计算 2.5", 'a frequency must be an integer from 0 to 4294967295, got "2.5", in PATH line 2'],
    ["云计算 4294967296", 'a frequency must be an integer from 0 to 4294967295, got "4294967296", in PATH line 2'],
  ])("refuses the line %j, with its place", async (line, message) => {
    const path = await userDictionary(`阿长\n${line}\n`);
    const make = () => createHanSegmenter({ userDictionaries: [path] });
    expect(make).toThrow(new SyntaxError(`chineseDictionary: ${message.replace("PATH", path)}`));
  });

  it("refuses what is no text, and names it", async () => {
    const packed = await userDictionary(gzipSync("阿长\n"));
    expect(() => createHanSegmenter({ userDictionaries: [packed] })).toThrow(
      new SyntaxError(`chineseDictionary: ${packed}: must be text, got gzip; gzip -dc makes text of it`),
    );
    const wide = await userDictionary(Buffer.from("\ufeff阿长\n", "utf16le"));
    expect(() => createHanSegmenter({ userDictionaries: [wide] })).toThrow(`${wide}: must be UTF-8, got UTF-16 (`);
  });

  it("refuses bytes that are not UTF-8, with their line", async () => {
    const path = await userDictionary(Buffer.from([0xe4, 0xb8, 0xad, 0x0a, 0xd6, 0xd0, 0x0a])); // the second line is GBK
    expect(() => createHanSegmenter({ userDictionaries: [path] })).toThrow(
      new SyntaxError(
        `chineseDictionary: a user dictionary must be valid UTF-8, found invalid bytes in ${path} line 2`,
      ),
    );
  });

  it("says which file cannot be read", () => {
    const path = join("no-such-folder", "missing.txt");
    expect(() => createHanSegmenter({ userDictionaries: [path] })).toThrow(
      `chineseDictionary: cannot read the user dictionary ${path}: ENOENT`,
    );
  });

  it("says so in one line where jieba has no native build for the machine", () => {
    const script = `
      Object.defineProperty(process, "platform", { value: "plan9" });
      const { createHanSegmenter } = await import("#operators");
      createHanSegmenter();
      try { createHanSegmenter({ newWords: true }); } catch (error) { console.log(error.message); }`;
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    expect(output).toMatch(
      /^chineseDictionary: newWords needs the native part of @node-rs\/jieba, which is missing on plan9 \w+: .+\n$/,
    );
  });
});
