import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { searchedIndex, searcherOf } from "#kernels";
import { bm25Variants, type Column, type SearchIndex } from "#schemas";
import { writeSearchIndex } from "#sinks";
import { arrowFormat, writeTable } from "#storage";
import { weightPresets } from "../../../dist/kernels/documents/termWeights.js";
import { kinds } from "../../../dist/kinds/kinds.js";
import { openIndexFile } from "../../../dist/storage/search/indexFile.js";
import { RecentLists } from "../../../dist/storage/search/recentLists.js";
import { collect } from "../../support/collect.js";
import { searchIndexOf } from "../../support/searchIndexOf.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

async function written(index: SearchIndex, name = "i.arrow"): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await collect(from([index]).pipe(writeSearchIndex({ path })));
  return path;
}

const word = fc.constantFrom("a", "a", "a", "b", "b", "c", "d", "e", "猫", "𠮷", "ﬀ");
const documents = fc.array(fc.array(word, { maxLength: 8 }), { minLength: 1, maxLength: 60 });
const query = fc.array(fc.oneof(word, fc.constant("unknown")), { minLength: 1, maxLength: 6 });
const scorings = [...bm25Variants.map((variant) => ({ variant })), { scheme: weightPresets.sklearn }];

describe("openIndexFile", () => {
  it("finds what an index in memory finds, to the bit, by every scoring", async () => {
    const property = fc.asyncProperty(
      documents.filter((all) => all.flat().length > 0),
      fc.array(query, { minLength: 1, maxLength: 4 }),
      async (all, queries) => {
        const index = searchIndexOf(all);
        const file = (await openIndexFile(await written(index)))!;
        for (const scoring of scorings) {
          const [inFile, inMemory] = [searcherOf(file, scoring), searcherOf(index, scoring)];
          for (const tokens of queries) {
            const hits = inFile.search(tokens, 5);
            expect(hits).toEqual(inMemory.search(tokens, 5));
            for (const { document } of hits)
              expect(inFile.explain(tokens, document)).toEqual(inMemory.explain(tokens, document));
          }
        }
        file.close();
      },
    );
    await fc.assert(property, { seed: 7, numRuns: 12 });
  });

  it("reads terms, postings and what is known of documents over the edges of rows", async () => {
    const all = Array.from({ length: 2500 }, (_, n) => (n % 7 === 0 ? [] : [`t${n}`, "all", `u${n % 90}`]));
    const known = { ids: all.map((_, n) => (n % 5 === 0 ? null : `d${n}`)), fields: { n: all.map((_, n) => n) } };
    const index = searchIndexOf(all, { known });
    const file = (await openIndexFile(await written(index)))!;
    const memory = searchedIndex(index);
    expect([file.offsets, file.lengths, file.scoring, file.metadata]).toEqual([
      ...[index.offsets, index.lengths, index.scoring, index.metadata],
    ]);
    for (const [place, term] of index.terms.entries()) {
      expect([file.termAt(place), file.placeOf(term)]).toEqual([term, place]);
      expect(file.postingsOf(place)).toEqual(memory.postingsOf(place));
    }
    expect([...file.lists()]).toEqual([...memory.lists()]);
    for (const other of ["", "u", "u9a", "猫", "\u{10ffff}"]) expect(file.placeOf(other)).toBeUndefined();
    for (const document of [0, 1, 1023, 1024, 2499, 3])
      expect(file.entryOf(document)).toEqual(memory.entryOf(document));
    file.close();
  });

  it("leaves files of other formats and programs to those who read them whole", async () => {
    const index = searchIndexOf([["a", "b"]]);
    expect(await openIndexFile(await written(index, "i.parquet"))).toBeUndefined();
  });

  it("refuses a file of which a byte is wrong, wherever it stands", async () => {
    const path = await written(searchIndexOf([["a", "b"], ["b"], ["c", "b", "b"]]));
    const bytes = readFileSync(path);
    for (const place of [200, bytes.length >> 1, bytes.length - 300]) {
      const damaged = Buffer.from(bytes);
      damaged[place]! ^= 1;
      writeFileSync(path, damaged);
      await expect(openIndexFile(path)).rejects.toThrow(`${path}: must be `);
    }
  });

  it("notices a file that loses its end while it is searched", async () => {
    const path = await written(searchIndexOf([["a", "b"], ["b"]]));
    const file = (await openIndexFile(path))!;
    truncateSync(path, 500);
    expect(() => searcherOf(file).search(["b"], 1)).toThrow(
      `${path}: an index must stay whole while it is searched, got "its end"`,
    );
    file.close();
  });

  it.each([
    [[[1, 0]], [[1, 1]], 'an index must hold ascending documents below 2 for "a", got 0'],
    [[[0, 2]], [[1, 1]], 'an index must hold ascending documents below 2 for "a", got 2'],
    [[[0, 1]], [[1, 0]], 'an index must hold counts above 0 for "a", got 0'],
  ])("refuses postings that are none when they are asked for: %j %j", async (found, counts, message) => {
    const path = join(await temporaryFolder(), "i.arrow");
    const facts = { terms: 1, postings: 2, documents: 2, scoring: { variant: "lucene", k1: 1, b: 1 }, metadata: [] };
    const columns = [
      ["term", "documents"],
      ["a", ""],
      [Uint32Array.from(found[0]!), Uint32Array.of(0)],
      [Uint32Array.from(counts[0]!), Uint32Array.of(2, 1)],
    ] as Column[];
    const metadata = new Map([
      ["kind", "searchIndex"],
      ["facts", JSON.stringify(facts)],
    ]);
    const schema = kinds.searchIndex.table!.schema(searchIndexOf([["a"]]));
    await writeTable(path, { ...schema, metadata }, arrowFormat, (writer) => writer.write(columns, 2));
    const file = (await openIndexFile(path))!;
    expect(() => file.postingsOf(0)).toThrow(`${path}: ${message}`);
    file.close();
  });
});

it("keeps the lists that were asked for last, up to so many bytes", () => {
  const list = (length: number) => ({ documents: new Uint32Array(length), counts: new Uint32Array(length) });
  const recent = new RecentLists(80); // ten postings of 8 bytes
  for (const place of [1, 2]) recent.add(place, list(4));
  recent.get(1); // so that 2 is the oldest
  recent.add(3, list(4));
  recent.add(4, list(11)); // has no room even alone
  expect([1, 2, 3, 4].filter((place) => recent.get(place))).toEqual([1, 3]);
});
