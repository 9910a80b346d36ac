import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { mapPage, mapSvg, markup, scriptJson, type TermPicture } from "#storage";

const hostile = [
  "</script><script>alert(1)</script>",
  "<!--",
  "<img src=x onerror=alert(1)>",
  "a&b\"'",
  "\u202e母亲",
  "\ud800",
  "\u0001",
];

const picture = (terms: readonly string[], title = "words"): TermPicture => ({
  ...{ title, note: "All of them.", terms, marked: [0] },
  points: Float64Array.from({ length: 2 * terms.length }, (_, at) => at / (2 * terms.length)),
  groups: new Uint8Array(terms.length),
  near: { perRow: 1, ids: Uint32Array.from(terms, (_, k) => (k + 1) % terms.length) },
});

describe("a page with a map", () => {
  const page = mapPage(picture(hostile, "</title><b>"));

  it("holds terms that look like markup as data alone", () => {
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page.match(/<\/script/g)).toHaveLength(2);
    expect(page).not.toMatch(/<img|<b>|<!--/);
    expect(page).toContain("<title>&lt;/title&gt;&lt;b&gt;</title>");
    const [, json] = /<script id="data" type="application\/json">(.*)<\/script>/.exec(page)!;
    expect(JSON.parse(json!).terms).toEqual(hostile);
  });

  it("runs its own script and no other, and asks no network for anything", () => {
    const [, script] = /<script>([\s\S]*?)<\/script>/.exec(page)!;
    expect(page).toContain(`script-src 'sha256-${createHash("sha256").update(script!).digest("base64")}'`);
    expect(page).toContain("default-src 'none'");
    const benign = mapPage(picture(["a", "b", "c"]));
    expect(benign).not.toMatch(/https?:|\bsrc=|@import|url\(/);
  });

  it("packs points, groups and neighbours, of more than 65,536 terms in three bytes", () => {
    const dataOf = (text: string) => JSON.parse(/application\/json">(.*)<\/script>/.exec(text)![1]!);
    const few = dataOf(mapPage(picture(["a", "b", "c", "d"])));
    expect([...new Uint16Array(Uint8Array.from(Buffer.from(few.points, "base64")).buffer)]).toEqual([
      0, 8192, 16384, 24576, 32768, 40959, 49151, 57343,
    ]);
    expect([few.idBytes, [...Buffer.from(few.near, "base64")]]).toEqual([2, [1, 0, 2, 0, 3, 0, 0, 0]]);
    const many = dataOf(mapPage(picture(Array.from({ length: 65_537 }, (_, k) => `${k}`))));
    expect([many.idBytes, Buffer.from(many.near, "base64").readUIntLE(3 * 65_535, 3)]).toEqual([3, 65_536]);
  });
});

describe("a drawing of a map", () => {
  const svg = mapSvg(picture(hostile));

  it("has labels as text, and is well-formed XML", () => {
    expect(svg).toContain("&lt;/script&gt;");
    expect(svg).not.toMatch(/<script|<img|<!--/);
    expect(svg).not.toMatch(/&(?!amp;|lt;|gt;|quot;|#39;)/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has none
    expect(svg).not.toMatch(/[\u0000-\u0008\ud800-\udfff]/);
    const opened = svg.match(/<(\w+)[^>]*[^/]>/g)!.length;
    expect(svg.match(/<\/\w+>/g)).toHaveLength(opened);
  });

  it("marks the terms that are pointed out", () => {
    expect(svg.match(/<circle class="mark"/g)).toHaveLength(1);
  });
});

it("escapes what XML has a use for, and JSON in scripts", () => {
  expect(markup(`<a href="x">'&`)).toBe("&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
  expect(scriptJson("</script>")).toBe(String.raw`"\u003c/script>"`);
});
