import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { command } from "../support/command.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const terms = ["the", "of", "cat", "dog", "cow", "北京", "上海", "广州", "red", "blue"];

/** Vectors as word2vec's text. */
async function vectors(words: readonly string[] = terms): Promise<{ folder: string; path: string }> {
  const folder = await temporaryFolder();
  const path = join(folder, "v.vec");
  const rows = words.map((term, k) => `${term} ${[k >> 2, k & 1, (k * k) % 7, 1].join(" ")}\n`);
  writeFileSync(path, `${words.length} 4\n${rows.join("")}`);
  return { folder, path };
}

describe("lexstream map", () => {
  it.each(["html", "svg"])("draws to .%s, the same bytes each time", async (ending) => {
    const { folder, path } = await vectors();
    const [first, second] = [join(folder, `a.${ending}`), join(folder, `b.${ending}`)];
    const { code, out, err } = await command(
      "map",
      path,
      "-o",
      first,
      "--terms",
      "cat,北京",
      "--title",
      "Words & <names>",
    );
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^drew 10 terms to .*; \d+ % of their nearest neighbours are nearest there, too\n$/);
    await command("map", path, "-o", second, "--terms", "cat,北京", "--title", "Words & <names>");
    expect(readFileSync(first).equals(readFileSync(second))).toBe(true);
    expect(readFileSync(first, "utf8")).toContain("Words &amp; &lt;names&gt;");
  });

  it("says how many of how many terms it drew, and draws the neighbours of one", async () => {
    const { folder, path } = await vectors();
    const output = join(folder, "map.html");
    expect((await command("map", path, "-o", output, "--top", "4")).out).toMatch(
      /^drew the 4 most frequent of 10 terms to /,
    );
    const near = await command(
      "map",
      path,
      "-o",
      output,
      "--neighbors-of",
      "cat",
      "--top",
      "5",
      "--method",
      "pca",
      "--json",
      "--force",
    );
    expect(JSON.parse(near.out)).toMatchObject({
      drawn: 6,
      of: 10,
      what: '"cat" and the 5 terms nearest to it',
      method: "pca",
    });
  });

  it("replaces a picture only where it is told to", async () => {
    const { folder, path } = await vectors();
    const output = join(folder, "map.svg");
    await command("map", path, "-o", output);
    expect(await command("map", path, "-o", output)).toEqual({
      ...{ code: 1, out: "" },
      err: `${output}: must not be there yet; --force replaces it\n`,
    });
    expect((await command("map", path, "-o", output, "-f")).code).toBe(0);
  });

  it.each([
    [
      ["-o", "map.png"],
      /^map: pixels hold no labels without a font of every script, write \.svg or \.html .*got ".*map\.png"$/,
    ],
    [["-o", "map.pdf"], /^map: path must end in one of \.html \.svg unless/],
    [["-o", "map.svg", "--terms", "cats"], /^Vectors: unknown term "cats"; did you mean "cat"\?$/],
    [
      ["-o", "map.svg", "--terms", "blue", "--top", "4"],
      /^map: term "blue" is no\. 10 and not among the 4 drawn; raise --top$/,
    ],
    [["-o", "map.svg", "--top", "2"], /v\.vec must give at least 3 terms to draw, got 2; raise --top$/],
    [["-o", "map.svg", "--method", "umap"], /^map: --method must be one of neighbors, pca, got "umap"$/],
  ])("refuses in one line: %j", async ([option, name, ...rest], message) => {
    const { folder, path } = await vectors();
    const output = join(folder, name!);
    const { code, err } = await command("map", path, option!, output, ...rest);
    expect(code).toBeGreaterThan(0);
    expect(err.trimEnd()).toMatch(message);
    expect(existsSync(output)).toBe(false);
  });

  it("tells the way out where the table has too few terms", async () => {
    const { folder, path } = await vectors(["a", "b"]);
    const { err } = await command("map", path, "-o", join(folder, "map.svg"));
    expect(err).toMatch(/must give at least 3 terms to draw, got 2; train on more text or with a lower minCount\n$/);
  });
});
