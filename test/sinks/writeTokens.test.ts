import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { concat, from, NEVER, of, throwError } from "rxjs";
import { describe, expect, it } from "vitest";
import { tokenize } from "#operators";
import { compile, parseConfig } from "#pipelines";
import { Ledger, run } from "#runtime";
import type { TokenBatch } from "#schemas";
import { writeTokens } from "#sinks";
import { fromTexts } from "#sources";
import { collect } from "../support/collect.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { type Documents, documents, sizes, tokenBatches, WordLexicon } from "../support/tokens.js";

const text = [[["the", "cat"], ["猫"]], [[]], [["a", "dog"], [], ["ran"]]];

async function written(batches: readonly TokenBatch[], options: Omit<Parameters<typeof writeTokens>[0], "path"> = {}) {
  const path = join(await temporaryFolder(), "tokens.txt");
  const ledger = new Ledger();
  const events = await collect(from(batches).pipe(writeTokens({ path, ...options })), { ledger });
  expect(events).toEqual(batches);
  return { text: await readFile(path, "utf8"), counts: Object.fromEntries(ledger.child(path).counts), path };
}

describe("writeTokens", () => {
  it("writes a sentence a line, and none for those without tokens", async () => {
    expect(await written(tokenBatches(text))).toMatchObject({
      text: "the cat\n猫\na dog\nran\n",
      counts: { rows: 4 },
    });
  });

  it("writes a document a line, be it empty", async () => {
    expect(await written(tokenBatches(text), { line: "document" })).toMatchObject({
      text: "the cat 猫\n\na dog ran\n",
      counts: { rows: 3 },
    });
  });

  it("begins lines with the labels of their documents", async () => {
    const entries = [
      { text: "the cat\n猫", labels: ["pets", "two words"] },
      { text: "", labels: ["none"] },
      { text: "a dog", labels: [] },
    ];
    const batches = await collect(fromTexts(entries).pipe(tokenize()));
    const options = { labels: true, spaces: "underscore" } as const;
    expect((await written(batches, { ...options, line: "document" })).text).toBe(
      "__label__pets __label__two_words the cat 猫\n__label__none\na dog\n",
    );
    expect((await written(batches, options)).text).toBe("__label__pets __label__two_words the cat 猫\na dog\n");
  });

  it("repeats the labels on each line of a document, whatever the batches", async () => {
    const labelled = tokenBatches([[["a"], ["b", "c"]]], [1]).map((batch) =>
      batch.documentOffsets.length > 0 ? { ...batch, documents: { labels: [["x"]] } } : batch,
    );
    expect((await written(labelled, { labels: true })).text).toBe("__label__x a\n__label__x b c\n");
  });

  it("writes the same bytes from any batches, packed or not", async () => {
    const folder = await temporaryFolder();
    const [plain, packed] = [join(folder, "t.txt"), join(folder, "t.txt.gz")];
    const bytesOf = async (documents: Documents, cuts?: number[]) => {
      const writers = [
        writeTokens({ path: plain, line: "document" }),
        writeTokens({ path: packed, line: "document" }),
      ] as const;
      await collect(from(tokenBatches(documents, cuts)).pipe(...writers));
      return [await readFile(plain), await readFile(packed)] as const;
    };
    await fc.assert(
      fc.asyncProperty(documents, sizes, async (documents, cuts) => {
        const [text, gzip] = await bytesOf(documents);
        expect(await bytesOf(documents, cuts)).toEqual([text, gzip]);
        expect(gunzipSync(gzip)).toEqual(text);
      }),
      { seed: 31, numRuns: 15 },
    );
  });

  it("packs a MiB of text at a time, with no trace of the system that did it", async () => {
    const path = join(await temporaryFolder(), "long.txt.gz");
    const words = Array.from({ length: 1200 }, (_, i) => `${i}`.repeat(400));
    const long = words.join(" ");
    await collect(from(tokenBatches([[words]], [500])).pipe(writeTokens({ path })));
    const bytes = await readFile(path);
    expect(gunzipSync(bytes).toString()).toBe(`${long}\n`);
    const header = Buffer.from("1f8b08000000000000ff", "hex"); // no time, no flags, unknown system (RFC 1952)
    expect(bytes.subarray(0, 10)).toEqual(header);
    expect(bytes.indexOf(header, 1)).toBeGreaterThan(0); // 1.5 MB of text are two members
  });

  it.each(["new york", "new\u000byork", "a\0b", ""])("refuses the token %j", async (token) => {
    await expect(written(tokenBatches([[["ok", token]]]))).rejects.toThrow(
      /^writeTokens: .*tokens.txt must hold words that are not empty and have no white space, got ".*"; spaces: underscore writes _ instead$/,
    );
  });

  it("writes white space as underscores where it is asked to", async () => {
    const { text } = await written(tokenBatches([[["new \tyork"]]]), { spaces: "underscore" });
    expect(text).toBe("new__york\n");
  });

  it("refuses a token that would be read as a label, and a source that was not asked for labels", async () => {
    const [batch] = tokenBatches([[["__label__x"]]]);
    expect((await written([batch!])).text).toBe("__label__x\n");
    await expect(written([{ ...batch!, documents: { labels: [[]] } }], { labels: true })).rejects.toThrow(
      'must hold no token that reads as a label, got "__label__x"',
    );
    await expect(written(tokenBatches([[["a"]]]), { labels: true })).rejects.toThrow(
      /^writeTokens: .* must be told of labels by the source's option labels, got none of them$/,
    );
  });

  it("counts tokens without a text as warnings", async () => {
    const lexicon = new WordLexicon();
    const batches = tokenBatches([[["a", "b", "b"]]], undefined, lexicon);
    lexicon.prune("b");
    expect(await written(batches)).toMatchObject({ text: "a\n", counts: { rows: 1, warnings: 2 } });
  });

  it("writes an empty file, packed too, where nothing comes", async () => {
    const path = join(await temporaryFolder(), "empty.gz");
    await run(from([] as TokenBatch[]).pipe(writeTokens({ path })));
    expect(gunzipSync(await readFile(path)).length).toBe(0);
  });

  it("leaves nothing behind where the stream breaks or nobody wants the rest", async () => {
    const folder = await temporaryFolder();
    const [batch] = tokenBatches(text);
    const path = join(folder, "t.txt");
    const torn = concat(
      of(batch!),
      throwError(() => new Error("torn")),
    );
    await expect(run(torn.pipe(writeTokens({ path })))).rejects.toThrow("torn");
    const stop = new AbortController();
    const stopped = run(NEVER.pipe(writeTokens({ path })), { signal: stop.signal });
    stop.abort();
    await expect(stopped).rejects.toThrow();
    expect(await readdir(folder)).toEqual([]);
  });

  it("tells in advance of phrases that it could not write", () => {
    const config = (spaces: string) => `
source: { files: { paths: a.txt } }
steps: [tokenize, learnPhrases, joinPhrases: { joiner: " " }, writeTokens: { path: t.txt, spaces: ${spaces} }]`;
    expect(() => compile(parseConfig(config("refuse"), "c.yaml"))).toThrow(
      'joinPhrases: joiner must make terms that can be written, but writeTokens: t.txt must hold words that are not empty and have no white space, got "a b"',
    );
    expect(() => compile(parseConfig(config("underscore"), "c.yaml"))).not.toThrow();
  });
});
