import { describe, expect, it } from "vitest";
import { displayWidth } from "#kernels";
import { textTable } from "../../dist/cli/textTable.js";

describe("textTable", () => {
  it("lines up cells of characters that take two columns", () => {
    const rows = [
      ["term", "count", "near"],
      ["母亲", "12", "父亲"],
      ["garden", "7", "lawn"],
    ];
    expect(textTable(rows, { right: [1], indent: "> " })).toBe(
      ["> term    count  near", "> 母亲       12  父亲", "> garden      7  lawn"].join("\n"),
    );
  });

  it("wraps the widest cells between words, and a word only where it is longer than a line", () => {
    const rows = [["母亲", "the quick brown fox 父亲 大哥", "说".repeat(8)]];
    expect(textTable(rows, { width: 28 })).toBe(
      ["母亲  the quick   说说说说说", "      brown fox   说说说", "      父亲 大哥"].join("\n"),
    );
  });

  it("keeps a long name whole where other columns can be wrapped between words", () => {
    const rows = [
      ["fastTextClassifier", "ag-news p@1", "processor s"],
      ["glove", "0.5", "12"],
    ];
    expect(textTable(rows, { width: 38 })).toBe(
      [
        "fastTextClassifier  ag-news  processor",
        "                    p@1      s",
        "glove               0.5      12",
      ].join("\n"),
    );
  });

  it.each([20, 40, 80])("fits %d columns and loses no character", (width) => {
    const words = Array.from({ length: 30 }, (_, k) => ["word", "单词", "a", "哈利波特"][k % 4]!.repeat(1 + (k % 3)));
    const table = textTable([["一", words.join(" "), words.toReversed().join(" ")]], { width });
    for (const line of table.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    const letters = (text: string) => [...text.replace(/\s/g, "")].sort().join("");
    expect(letters(table)).toBe(letters(`一${words.join("").repeat(2)}`));
  });

  it("shows what a terminal would obey as it is written in JSON", () => {
    expect(textTable([["a\u001b[2J", "b\nc"]])).toBe("a\\u001b[2J  b\\u000ac");
  });
});
