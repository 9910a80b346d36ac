import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Ledger } from "#runtime";
import { fromTexts } from "#sources";
import { collect } from "../support/collect.js";
import { documentsOf } from "../support/readBack.js";

describe("fromTexts", () => {
  it("makes each string a document, an empty one too", async () => {
    const batches = await collect(fromTexts(["The cat.", "", "猫\r\n坐着"]));
    expect(documentsOf(batches)).toEqual(["The cat.", "", "猫\n坐着"]);
    expect(batches).toHaveLength(1);
    expect(batches[0]!.position).toEqual({ source: "texts", offset: 18, documents: 3 }); // 8 + 0 + 3 + 1 + 6 bytes
  });

  it("gives the same documents whatever the chunk size, cut between characters", async () => {
    const property = fc.asyncProperty(
      fc.array(fc.string({ unit: "grapheme" })),
      fc.integer({ min: 1, max: 8 }),
      async (texts, chunkSize) => {
        const batches = await collect(fromTexts(texts, { chunkSize }));
        expect(documentsOf(batches)).toEqual(texts.map((text) => text.replace(/\r\n?/g, "\n")));
        for (const { bytes } of batches) {
          new TextDecoder("utf-8", { fatal: true }).decode(bytes);
          expect(bytes.length).toBeLessThan(chunkSize + Math.max(chunkSize, 4));
        }
      },
    );
    await fc.assert(property, { seed: 3 });
  });

  it("counts bytes, documents and what is not Unicode", async () => {
    const ledger = new Ledger();
    const batches = await collect(fromTexts(["a\ud800", "é"]), { ledger });
    expect(documentsOf(batches)).toEqual(["a\uFFFD", "é"]);
    expect(Object.fromEntries(ledger.counts)).toEqual({ bytes: 6, documents: 2, invalidBytes: 3 });
  });

  it("reads an array again for each subscription, and completes on none at all", async () => {
    const source = fromTexts(["a"]);
    expect(documentsOf(await collect(source))).toEqual(documentsOf(await collect(source)));
    expect(await collect(fromTexts([]))).toEqual([]);
  });

  it("refuses what is not a string, and wrong options at the call", async () => {
    await expect(collect(fromTexts([7 as unknown as string]))).rejects.toThrow(
      new TypeError("fromTexts: texts must be strings, got number"),
    );
    expect(() => fromTexts([], { chunkSize: 0 })).toThrow("fromTexts: chunkSize must be an integer >= 1, got 0");
  });
});
