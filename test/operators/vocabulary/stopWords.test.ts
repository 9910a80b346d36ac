import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { stopWordLanguages, stopWords } from "#operators";

const page = readFileSync(new URL("../../../docs/stop-words.md", import.meta.url), "utf8");

/** The words of a chapter's lines that are set in. */
function listed(language: string): string[] {
  const chapter = page.split("\n## ").find((each) => each.toLowerCase().startsWith(language))!;
  return [...chapter.matchAll(/^ {4}(.*)$/gm)].flatMap(([, line]) => line!.split(" "));
}

describe.each(stopWordLanguages)("the stop words of %s", (language) => {
  it("are those on their page, in small letters", () => {
    const words = new Set(stopWords[language].map((word) => word.replaceAll("’", "'")));
    expect(new Set(listed(language))).toEqual(words);
    expect(stopWords[language].filter((word) => word !== word.toLowerCase())).toEqual([]);
  });
});
