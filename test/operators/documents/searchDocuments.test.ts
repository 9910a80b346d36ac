import fc from "fast-check";
import { from } from "rxjs";
import { expect, it } from "vitest";
import { searchDocuments, searchWith } from "#operators";
import { builtIn } from "#pipelines";
import { Ledger } from "#runtime";
import type { HitBatch, TextStep, TokenBatch } from "#schemas";
import { collect } from "../../support/collect.js";
import { goingOn } from "../../support/goingOn.js";
import { searchIndexOf } from "../../support/searchIndexOf.js";
import { caseCount } from "../../support/shortOrLong.js";
import { documents, documentsOf, sizes, tokenBatches } from "../../support/tokens.js";

const texts = [["cat", "sat", "mat"], ["猫", "cat"], [], ["dog", "猫", "猫"], ["dog"]];
const index = searchIndexOf(texts);

const foundBy = (batches: readonly HitBatch[]) =>
  batches.flatMap(({ rowDocuments, lengths, offsets, found }) =>
    Array.from(rowDocuments, (query, row) => ({
      query,
      length: lengths[row],
      found: Array.from(found.subarray(offsets[row], offsets[row + 1])),
    })),
  );
const search = async (batches: readonly TokenBatch[], options = {}, ledger = new Ledger()) =>
  foundBy(await collect(from(batches).pipe(searchDocuments(index, options)), { ledger }));

it("finds the documents of each query, and none for one without a known word", async () => {
  const ledger = new Ledger();
  const batches = tokenBatches(documentsOf("猫. cat|nothing|dog|"), [2]);
  // 1 holds both; 3 holds 猫 twice, and 0 cat once among more words.
  expect(await search(batches, {}, ledger)).toEqual([
    { query: 0, length: 2, found: [1, 3, 0] },
    { query: 1, length: 1, found: [] },
    { query: 2, length: 1, found: [4, 3] },
    { query: 3, length: 0, found: [] },
  ]);
  expect(ledger.get("withoutHits")).toBe(2);
  expect(await search(batches, { k: 1 })).toMatchObject([{ found: [1] }, {}, { found: [4] }, {}]);
  expect(await search(batches, { scoring: "cosine", k: 1 })).toMatchObject([{ found: [1] }, {}, { found: [4] }, {}]);
});

it("makes the same rows of any batches, and goes on from its state after any of them", async () => {
  const known = searchIndexOf([["a", "b"], ["猫", "a", "c"], ["𠮷"], ["e", "e", "狗", "d"]]);
  const stops = fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(documents, sizes, stops, async (queries, cuts, places) => {
      const operator = () => searchDocuments(known, { k: 3 });
      const whole = foundBy(await collect(from(tokenBatches(queries)).pipe(operator())));
      expect(whole).toHaveLength(queries.length);
      const batches = tokenBatches(queries, cuts);
      expect(foundBy(await collect(from(batches).pipe(operator())))).toEqual(whole);
      expect(foundBy(await goingOn(batches, places, operator))).toEqual(whole);
    }),
    { seed: 22, numRuns: caseCount(60) },
  );
});

it("tells the ids of documents and of queries", async () => {
  const named = searchIndexOf(texts, { known: { ids: ["a", "b", null, "d", "e"] } });
  const [batch] = tokenBatches(documentsOf("dog|猫"));
  const batches = [{ ...batch!, documents: { ids: ["q", null] } }];
  const made = await collect(from(batches).pipe(searchDocuments(named)));
  expect(made.flatMap(({ foundIds }) => foundIds)).toEqual(["e", "d", "d", "b"]);
  expect(made.map(({ documents: known }) => known?.ids)).toEqual([["q"], [null]]);
});

it("answers with whatever ranks documents", async () => {
  const searcher = { search: (tokens: readonly string[], k: number) => [{ document: tokens.length, score: k }] };
  const made = await collect(from(tokenBatches(documentsOf("a b c"))).pipe(searchWith(searcher, 7, undefined)));
  expect(made).toMatchObject([{ found: Uint32Array.of(3), scores: Float64Array.of(7) }]);
});

it.each([
  [{ k: 0 }, "searchDocuments: k must be an integer from 1 to 1000000, got 0"],
  [{ b: 1.5 }, "searchDocuments: b must be a number from 0 to 1, got 1.5"],
  [{ scoring: "tf" }, "searchDocuments: scoring must be one of bm25, cosine, got"],
])("refuses %j at the call", (options, message) => {
  expect(() => searchDocuments(index, options as never)).toThrow(message);
});

it("asks for tokens made as those of the index", () => {
  const steps: TextStep[] = [{ tokenize: { mode: "words" } }];
  const told = { ...index, metadata: new Map([["textSteps", JSON.stringify(steps)]]) };
  const make = (options: object, textSteps: readonly TextStep[]) =>
    builtIn.units.get("searchDocuments")!.create({ index: told } as never, options as never, { epoch: 0, textSteps });
  expect(make({}, steps)).toBeTypeOf("function");
  expect(() => make({}, [...steps, { stem: {} }])).toThrow(
    "searchDocuments: tokens must be made as those that the index was made of, by no step, got stem in step 2 of its text; textSteps: any takes them as they are",
  );
  expect(make({ textSteps: "any" }, [])).toBeTypeOf("function");
});
