import fc from "fast-check";
import { from, lastValueFrom } from "rxjs";
import { describe, expect, it } from "vitest";
import { accumulateCooccurrence, buildVocab, encode, windowContexts } from "#operators";
import { mergeTables, scaleTable, subtractTables, topTerms } from "#pipelines";
import type { FinalCooccurrence, Vocabulary } from "#schemas";
import { finalCooccurrence } from "../../support/finalCooccurrence.js";
import { caseCount } from "../../support/shortOrLong.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { type Documents, documents, documentsOf, tokenBatches } from "../../support/tokens.js";

const vocabularyOf = (text: Documents) => lastValueFrom(from(tokenBatches(text)).pipe(buildVocab({ minCount: 1 })));

async function count(text: Documents, vocabulary?: Vocabulary, radius: "fixed" | "random" = "fixed") {
  const ids$ = from(tokenBatches(text)).pipe(encode(vocabulary ?? (await vocabularyOf(text))));
  return lastValueFrom(ids$.pipe(windowContexts({ windowSize: 3, radius }), accumulateCooccurrence()));
}

/** Everything that a table says. */
async function contents({ vocabulary, metadata, length, batches }: FinalCooccurrence) {
  const cells: number[][] = [];
  for await (const { row, column, weight } of batches())
    cells.push(...Array.from(row, (id, i) => [id, column[i]!, weight[i]!]));
  return { terms: vocabulary.terms, counts: vocabulary.counts, metadata, length, cells };
}

/** Tables with equal vocabularies are taken for shards that were counted with one. */
const haveOneVocabulary = ({ vocabulary: a }: FinalCooccurrence, { vocabulary: b }: FinalCooccurrence) =>
  JSON.stringify([a.terms, a.counts]) === JSON.stringify([b.terms, b.counts]);

const hasWords = (text: Documents) => text.flat(2).length > 0;

describe("mergeTables", () => {
  it("makes the table of the whole from those of two halves, each with its own vocabulary", async () => {
    await fc.assert(
      fc.asyncProperty(documents, documents, async (one, two) => {
        fc.pre(hasWords(one) && hasWords(two));
        const [first, second] = [await count(one), await count(two)];
        fc.pre(!haveOneVocabulary(first, second));
        const merged = await mergeTables([first, second]);
        expect(await contents(merged)).toEqual(await contents(await count([...one, ...two])));
      }),
      { seed: 1, numRuns: caseCount(100) },
    );
  });

  it("keeps a vocabulary that all tables share", async () => {
    const [one, two] = [documentsOf("a b c"), documentsOf("c b 猫")];
    const shared = await vocabularyOf([...one, ...two]);
    const merged = await mergeTables([await count(one, shared), await count(two, shared)]);
    expect(await contents(merged)).toEqual(await contents(await count([...one, ...two], shared)));
  });

  it("sorts in files what does not fit in memory", async () => {
    const scratch = await temporaryFolder();
    const words = Array.from({ length: 9000 }, (_, i) => `w${(i * i) % 4001}`);
    const [one, two] = [[[words]], [[words.slice(500).reverse()]]];
    const merged = await mergeTables([await count(one), await count(two)], { memory: "200kB", scratch });
    expect(await contents(merged)).toEqual(await contents(await count([...one, ...two])));
    merged.close!();
  });

  it("refuses tables of different kinds", async () => {
    const table = finalCooccurrence(2, [[0, 1, 1]]);
    const other = { ...table, metadata: { ...table.metadata, windowSize: 5 } };
    await expect(mergeTables([table, other])).rejects.toThrow(
      "mergeTables: tables must have the same windowSize, got 10 and 5",
    );
    expect(() => mergeTables([])).toThrow("mergeTables: there must be at least one table, got none");
  });
});

describe("subtractTables", () => {
  it("undoes mergeTables", async () => {
    await fc.assert(
      fc.asyncProperty(documents, documents, fc.constantFrom("fixed", "random"), async (one, two, radius) => {
        fc.pre(hasWords(one) && hasWords(two));
        const [a, b] = [await count(one, undefined, radius), await count(two, undefined, radius)];
        fc.pre(!haveOneVocabulary(a, b));
        const { metadata, ...rest } = await contents(await subtractTables(await mergeTables([a, b]), b));
        const { metadata: ofA, ...expected } = await contents(a);
        expect(rest).toEqual(expected);
        expect(metadata.unitsPerCount % ofA.unitsPerCount).toBe(0);
      }),
      { seed: 1, numRuns: caseCount(60) },
    );
  });

  it("refuses to take away what is not there", async () => {
    const [one, two] = [await count(documentsOf("a b a b c")), await count(documentsOf("a c"))];
    await expect(subtractTables(two, two)).resolves.toMatchObject({ length: 0 });
    expect(() => subtractTables(two, one)).toThrow("subtractTables: counts must not fall below 0, got -1 for");
    const apart = finalCooccurrence(["a", "b"], [[0, 1, 1]]);
    await expect(subtractTables(apart, finalCooccurrence(["a", "b"], [[0, 1, 2]]))).rejects.toThrow(
      "subtractTables: what is taken away must be a part of the table, got a cell (0, 1) of -2520 units",
    );
  });
});

describe("scaleTable", () => {
  it("multiplies weights, to whole units, and leaves out what becomes 0", async () => {
    const table = finalCooccurrence(3, [
      [0, 1, 2],
      [1, 0, 1 / 2520],
      [2, 2, 1.5],
    ]);
    expect((await contents(await scaleTable(table, 0.25))).cells).toEqual([
      [0, 1, 0.5],
      [2, 2, 0.375],
    ]);
    // 2 and 1.5 are 5040 and 3780 units of 1/2520; times 0.00015 that is 0.756 and 0.567, both nearest to 1
    expect((await contents(await scaleTable(table, 0.00015))).cells).toEqual([
      [0, 1, 1 / 2520],
      [2, 2, 1 / 2520],
    ]);
    expect(() => scaleTable(table, 0)).toThrow("scaleTable: factor must be a finite number > 0, got 0");
  });
});

describe("topTerms", () => {
  it("keeps the rows and columns of the most frequent terms", async () => {
    const table = await count(documentsOf("a a a b b c. b a c"));
    const top = await contents(await topTerms(table, 2));
    const whole = await contents(table);
    expect(top.terms).toEqual(["a", "b"]);
    expect(top.cells).toEqual(whole.cells.filter(([row, column]) => row! < 2 && column! < 2));
    expect(top.length).toBe(4);
  });
});
