import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { command, commandIn } from "../support/command.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const english = "Neural networks learn. Neural networks need data; data costs money.";
const chinese = "电化学性能很好。研究了电化学性能，也研究了温度。";

let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  writeFileSync(join(folder, "english.txt"), english);
  writeFileSync(join(folder, "chinese.txt"), chinese);
  writeFileSync(join(folder, "empty.txt"), "the of\n");
  writeFileSync(join(folder, "papers.csv"), `key,text\nx,"${english}"\ny,Tea and cake\n`);
});

const here = (...args: readonly string[]) => commandIn(folder, ...args);

describe("lexstream keywords", () => {
  it("tells those of a file of text as one document, without a config", async () => {
    expect(await here("keywords", "english.txt", "-k", "2", "--method", "phrases")).toEqual({
      code: 0,
      out: "  4.0000  Neural networks\n  2.0000  data\n", // 2 * 2 words, and 2; idf is 1 in a single document
      err: "",
    });
  });

  it("guesses Chinese, and takes phrases of the dictionary's words then", async () => {
    const { out } = await here("keywords", "chinese.txt", "-k", "1");
    expect(out).toMatch(/^ {2}\d+\.\d{4} {2}电化学性能\n$/u);
    expect((await here("keywords", "chinese.txt", "-k", "1", "--language", "english")).out).not.toBe(out);
  });

  it("tells several documents below headings, and how many have none", async () => {
    const { code, out, err } = await here(
      "keywords",
      "english.txt",
      "empty.txt",
      "chinese.txt",
      "-k",
      "1",
      "--method",
      "phrases",
    );
    expect([code, err]).toEqual([0, "note: 1 document without a word that could be a keyword\n"]);
    expect(out.split("\n").filter((line) => !line.startsWith("  "))).toEqual(["english.txt:1", "chinese.txt:1", ""]);
  });

  it("tells records by their ids, as JSON on request", async () => {
    const { out } = await here("keywords", "papers.csv", "--id", "key", "-k", "1", "--method", "phrases", "--json");
    const [first, second, ...rest] = out.split("\n").map((line) => line && JSON.parse(line));
    expect(first).toMatchObject({ document: 0, id: "x", keywords: [{ phrase: "Neural networks" }] });
    expect(second).toMatchObject({ document: 1, id: "y", keywords: [{ phrase: "Tea" }] });
    expect(rest).toEqual([""]);
  });

  it("takes the first record for a document where there is no header", async () => {
    writeFileSync(join(folder, "rows.tsv"), `x\t${english}\ny\t${chinese}\n`);
    const idsOf = async (...more: readonly string[]) => {
      const { out } = await here("keywords", "rows.tsv", "--id", "1", "--field", "2", "--json", ...more);
      return out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).id);
    };
    expect(await idsOf("--no-header")).toEqual(["x", "y"]);
    expect(await idsOf()).toEqual(["y"]);
  });

  it("says what is wrong with what was asked for", async () => {
    const fault = async (...args: string[]) => {
      const { code, err } = await here("keywords", ...args);
      return [code, err];
    };
    expect(await fault("english.txt", "--method", "lda")).toEqual([
      2,
      'keywords: method must be one of tfidf, textRank, phrases, got "lda"\n',
    ]);
    expect(await fault("-", "english.txt")).toEqual([2, "keywords: - must be alone, got - english.txt\n"]);
    expect(await fault("english.txt", "-k", "0")).toEqual([2, expect.stringContaining("topN must be an integer >= 1")]);
    expect(await fault("english.txt", "papers.csv")).toEqual([
      1,
      "keywords: format must be stated for plain text beside records, got english.txt among others\n",
    ]);
    expect(await fault("none.txt")).toEqual([1, expect.stringMatching(/^keywords: none\.txt/)]);
  });
});

describe("lexstream summarize", () => {
  it("tells the best sentences in the order of the text", async () => {
    const text = "Tea is hot.\nBoats sail. Hot tea costs money. Money buys hot tea and cake.";
    writeFileSync(join(folder, "tea.txt"), text);
    expect((await here("summarize", "tea.txt", "-k", "2")).out).toBe(
      "Hot tea costs money.\nMoney buys hot tea and cake.\n",
    );
    const { out } = await here("summarize", "tea.txt", "-k", "2", "--method", "lexRank", "--json");
    const { sentences } = JSON.parse(out);
    expect(sentences).toHaveLength(2);
    expect(sentences[0].sentence).toBeLessThan(sentences[1].sentence);
  });

  it("says where there is nothing to choose from", async () => {
    expect(await here("summarize", "empty.txt")).toEqual({
      code: 0,
      out: "",
      err: "note: 1 document with fewer than two sentences\n",
    });
  });
});

it("both say what they take", async () => {
  for (const name of ["keywords", "summarize"]) {
    const { out } = await command(name, "--help");
    expect(out).toContain(`Usage: lexstream ${name} FILE... [-k N] [--method NAME]`);
  }
});

describe("in a config", () => {
  it("keywords stand beside steps that know tokens, and only those account for them", async () => {
    const keywordSteps = "  keywords: [keywords, { writeKeywords: { path: k.tsv } }]\n";
    const tokenSteps = "  words: [tokenize, { buildVocab: { minCount: 1 } }, { writeVocabulary: { path: v.txt } }]\n";
    const source = "source: { files: { paths: [english.txt] } }\nbranches:\n";
    writeFileSync(join(folder, "both.yaml"), source + keywordSteps + tokenSteps);
    const both = await here("run", "both.yaml", "--out", "both", "--progress", "none");
    expect(both.code).toBe(0);
    expect(both.out.match(/^\w+: read .*$/gm)).toEqual([expect.stringMatching(/^words: read 10 = used 10 /)]);
    writeFileSync(join(folder, "alone.yaml"), source + keywordSteps);
    const alone = await here("run", "alone.yaml", "--out", "alone", "--progress", "none");
    expect([alone.code, alone.out.match(/^\w+: read .*$/gm)]).toEqual([0, null]);
  });

  it("stand behind a source without end, if lines are written", async () => {
    const config = (path: string) =>
      `source: { tail: { paths: [english.txt] } }\nsteps: [keywords, { writeKeywords: { path: ${path} } }]\n`;
    writeFileSync(join(folder, "live.yaml"), config("k.jsonl"));
    expect((await here("lint", "live.yaml")).code).toBe(0);
    writeFileSync(join(folder, "table.yaml"), config("k.parquet"));
    expect((await here("lint", "table.yaml")).err).toContain("writeKeywords needs the end of the text");
  });
});
