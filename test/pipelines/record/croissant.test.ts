import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { smallRun } from "../../support/smallRun.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const dataset = `description: Cats, in two languages
dataset: { license: "https://spdx.org/licenses/CC0-1.0", url: "https://example.org", creator: A lab, datePublished: "2026-05-04" }
`;

async function described(change?: (text: string) => string) {
  const folder = await temporaryFolder();
  const manifest = await smallRun(folder, "out", change);
  return { manifest, croissant: JSON.parse(readFileSync(join(folder, "out/croissant.json"), "utf8")) };
}

describe("croissant.json", () => {
  it("has what version 1.0 requires, where the config says it", async () => {
    const { croissant } = await described((text) => dataset + text);
    expect(croissant).toMatchObject({
      "@type": "sc:Dataset",
      conformsTo: "http://mlcommons.org/croissant/1.0",
      name: "c",
      description: "Cats, in two languages",
      license: "https://spdx.org/licenses/CC0-1.0",
      url: "https://example.org",
      creator: { "@type": "sc:Organization", name: "A lab" },
      datePublished: "2026-05-04",
    });
  });

  it("names every output with its hash, and is named in the manifest itself", async () => {
    const { manifest, croissant } = await described();
    const others = manifest.outputs.filter(({ path }) => path !== "croissant.json");
    expect(others).toHaveLength(manifest.outputs.length - 1);
    expect(
      croissant.distribution.map((file: Record<string, string>) => [file["@id"], file.contentSize, file.sha256]),
    ).toEqual(others.map(({ path, bytes, sha256 }) => [path, `${bytes} B`, sha256]));
    expect(croissant.distribution[0].encodingFormat).toBe("application/x-parquet");
  });

  it("describes the columns of tables, each field with an id of its own and a source that is there", async () => {
    const { croissant } = await described();
    const shapes = croissant.recordSet.map(({ field }: { field: Record<string, string>[] }) =>
      field.map(({ name, dataType, repeated }) => `${name}: ${dataType}${repeated ? " repeated" : ""}`),
    );
    expect(shapes).toEqual([
      ["document: sc:Integer", "sentence: sc:Integer", "id: sc:Integer"],
      ["source: sc:Text", "document: sc:Integer", "offset: sc:Integer", "reason: sc:Text"],
      ["term: sc:Text", "vector: sc:Float repeated"],
      ["term: sc:Text", "count: sc:Float"],
    ]);
    const files = croissant.distribution.map((file: Record<string, string>) => file["@id"]);
    const fields = croissant.recordSet.flatMap((set: Record<string, unknown>) => set.field);
    for (const { source } of fields) expect(files).toContain(source.fileObject["@id"]);
    const ids = [...files, ...croissant.recordSet, ...fields].map((one) => one["@id"] ?? one);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("may not be told what it does not know", async () => {
    await expect(described((text) => `dataset: { licence: MIT, url: [7] }\n${text}`)).rejects.toThrow(
      /\/dataset\/licence: unknown key "licence"; did you mean license\?; known keys are license, url, creator, datePublished\n.*url must be a text, got \["7"\]$/,
    );
  });
});
