import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { from, type Observable, type OperatorFunction } from "rxjs";
import { describe, expect, it } from "vitest";
import { buildVocab, encode, learnPhrases, learnSubwords, tokenize } from "#operators";
import { builtIn } from "#pipelines";
import type { AnyUnit, DocumentBatch, TextBatch } from "#schemas";
import { collect } from "../../support/collect.js";
import { textBatches } from "../../support/textBatches.js";

type Stream = Observable<DocumentBatch>;

const table = fileURLToPath(new URL("../../fixtures/operators/forms.tsv", import.meta.url));

/** What knows where documents begin. */
const WITH_DOCUMENTS = ["text", "tokens", "ids", "contexts"];
const carriers = [...builtIn.units.values()].filter(
  ({ kind, reads, makes }) => kind === "operator" && WITH_DOCUMENTS.includes(reads) && WITH_DOCUMENTS.includes(makes),
);

/** Words of both languages, and documents that are empty, or hold what no vocabulary has. */
const documents = fc.array(
  fc.constantFrom("", "the cat. Sat", "一只猫坐着。看", "rare", "the the cat", "…", "ＮＢＡ é"),
  {
    minLength: 1,
    maxLength: 8,
  },
);
const chunks = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

/** The documents in batches, each with a name, labels and a field of its own. */
function named(texts: readonly string[], sizes: readonly number[]): TextBatch[] {
  let seen = 0;
  return textBatches([...texts], [...sizes]).map((batch) => {
    const numbers = Array.from(batch.documentOffsets, () => seen++);
    const labels = numbers.map((k) => Array.from({ length: k % 3 }, (_, i) => `标签${i}`));
    return { ...batch, documents: { ids: numbers.map(String), labels, fields: { place: numbers } } };
  });
}

async function inputOf(kind: string, text: Observable<TextBatch>): Promise<Stream> {
  if (kind === "text") return text;
  const tokens = text.pipe(tokenize({ mode: "chinese", batchSize: 3 }));
  if (kind === "tokens") return tokens;
  const [vocabulary] = await collect(tokens.pipe(buildVocab({ minCount: 1, extraTerms: ["x"] })));
  return tokens.pipe(encode(vocabulary!));
}

async function operatorOf(unit: AnyUnit, text: Observable<TextBatch>): Promise<OperatorFunction<never, DocumentBatch>> {
  const tokens = text.pipe(tokenize({ mode: "chinese" }));
  const known = from(textBatches(["the cat sat 一只猫坐着看"], [50])).pipe(tokenize({ mode: "chinese" }));
  const needs = {
    vocabulary: (await collect(tokens.pipe(buildVocab({ minCount: 1, extraTerms: ["x"] }))))[0],
    subwords: (await collect(known.pipe(learnSubwords({ kind: "characters", size: 100 }))))[0],
    phrases: (await collect(tokens.pipe(learnPhrases({ minCount: 1, threshold: 0 }))))[0],
  };
  const small = Object.hasOwn(unit.fields, "batchSize") ? { batchSize: 2 } : {};
  const wanted = { mapTerms: { table }, dropTerms: { language: "chinese" } }[unit.name];
  return unit.create(needs as never, { ...small, ...wanted } as never, { epoch: 0 }) as OperatorFunction<
    never,
    DocumentBatch
  >;
}

describe("what is known of documents", () => {
  it("is carried by more than one operator", () => expect(carriers.length).toBeGreaterThan(5));

  it.each(carriers.map((unit) => [unit.name, unit] as const))(
    "comes out of %s once for each document, in order, with whatever cut into batches",
    async (_, unit) => {
      await fc.assert(
        fc.asyncProperty(documents, chunks, async (texts, sizes) => {
          const text = from(named(texts, sizes));
          const made = await collect(
            (await inputOf(unit.reads, text)).pipe(
              (await operatorOf(unit, text)) as OperatorFunction<DocumentBatch, DocumentBatch>,
            ),
          );
          for (const { documents: column, documentOffsets } of made)
            expect(column?.ids?.length ?? 0).toBe(documentOffsets.length);
          const columns = made.flatMap(({ documents: column }) => column ?? []);
          const expected = texts.map((_, k) => k);
          expect(columns.flatMap(({ ids }) => ids)).toEqual(expected.map(String));
          expect(columns.flatMap(({ labels }) => labels).map((labels) => labels?.length)).toEqual(
            expected.map((k) => k % 3),
          );
          expect(columns.flatMap(({ fields }) => fields?.place)).toEqual(expected);
        }),
        { seed: 5, numRuns: 30 },
      );
    },
  );

  it("is left out where the source was asked for nothing", async () => {
    const made = await collect(from(textBatches(["the cat"], [3])).pipe(tokenize()));
    expect(made.some((batch) => "documents" in batch)).toBe(false);
  });
});
