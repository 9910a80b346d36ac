import fc from "fast-check";
import { from, map, of } from "rxjs";
import { expect, it } from "vitest";
import { classify } from "#operators";
import { builtIn } from "#pipelines";
import { Ledger } from "#runtime";
import type { Classifier, DocumentColumn, PredictionBatch, TextStep, TokenBatch } from "#schemas";
import { classifierOf } from "../../support/classifierOf.js";
import { collect } from "../../support/collect.js";
import { goingOn } from "../../support/goingOn.js";
import { marbles } from "../../support/marbles.js";
import { caseCount } from "../../support/shortOrLong.js";
import { documents, documentsOf, sizes, tokenBatches, WordLexicon } from "../../support/tokens.js";

// A text of one word scores ln 3 against 0: e^(ln 3) / (e^(ln 3) + 1) = 3/4.
const ln3 = Math.log(3);
const classifier = classifierOf({ apple: [1, 0], 船: [0, 1] }, { fruit: [ln3, 0], 船只: [0, ln3] });

interface Row {
  readonly document: number;
  readonly length: number;
  readonly labels: Readonly<Record<string, number>>;
}

function rowsOf(batches: readonly PredictionBatch[]): Row[] {
  return batches.flatMap(({ rowDocuments, lengths, offsets, labels, probabilities }) =>
    Array.from(rowDocuments, (document, row) => ({
      document,
      length: lengths[row]!,
      labels: Object.fromEntries(
        labels
          .slice(offsets[row], offsets[row + 1])
          .map((label, k) => [label, Number(probabilities[offsets[row]! + k]!.toFixed(6))]),
      ),
    })),
  );
}

const rows = async (batches: readonly TokenBatch[], options = {}, ledger = new Ledger()) =>
  rowsOf(await collect(from(batches).pipe(classify(classifier, options)), { ledger }));

it("gives each document its most probable labels, and none to one without a known word", async () => {
  const ledger = new Ledger();
  const batches = tokenBatches(documentsOf("apple|red 船. 船|nothing|"), [3]);
  expect(await rows(batches, { k: 2 }, ledger)).toEqual([
    { document: 0, length: 1, labels: { fruit: 0.75, 船只: 0.25 } },
    { document: 1, length: 3, labels: { 船只: 0.75, fruit: 0.25 } },
    { document: 2, length: 1, labels: {} },
    { document: 3, length: 0, labels: {} },
  ]);
  expect(ledger.get("withoutLabel")).toBe(2);
  expect(await rows(batches, { k: 2, threshold: 0.5 })).toMatchObject([
    { labels: { fruit: 0.75 } },
    { labels: { 船只: 0.75 } },
    {},
    {},
  ]);
});

it("makes the same rows of any batches, and goes on from its state after any of them", async () => {
  const known = classifierOf(
    { a: [1, 0], b: [0.5, 0.25], 猫: [0, 1], 𠮷: [0.25, 2] },
    { x: [1, -1], y: [-1, 1], z: [0, 0.5] },
  );
  const stops = fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(documents, sizes, stops, async (texts, cuts, places) => {
      const operator = () => classify(known, { k: 3 });
      const whole = rowsOf(await collect(from(tokenBatches(texts)).pipe(operator())));
      expect(whole).toHaveLength(texts.length);
      const batches = tokenBatches(texts, cuts);
      expect(rowsOf(await collect(from(batches).pipe(operator())))).toEqual(whole);
      expect(rowsOf(await goingOn(batches, places, operator))).toEqual(whole);
    }),
    { seed: 21, numRuns: caseCount(60) },
  );
});

it("tells what is known of a document with its row", async () => {
  const known: DocumentColumn[] = [
    { ids: ["a", null], labels: [["x"], []] },
    { ids: ["c"], labels: [["y", "z"]] },
  ];
  const [whole] = tokenBatches(documentsOf("apple|船"));
  const [last] = tokenBatches([[["apple"]]]);
  const made = await collect(
    of({ ...whole!, documents: known[0]! }, { ...last!, documents: known[1]! }).pipe(classify(classifier)),
  );
  // A document ends where the next begins.
  expect(made.map(({ documents }) => documents)).toEqual([
    { ids: ["a"], labels: [["x"]] },
    { ids: [null], labels: [[]] },
    { ids: ["c"], labels: [["y", "z"]] },
  ]);
  expect(made.map(({ labels }) => labels)).toEqual([["fruit"], ["船只"], ["fruit"]]);
});

it("leaves out tokens whose term the lexicon no longer knows, and counts them in the length", async () => {
  const lexicon = new WordLexicon();
  const batches = tokenBatches([[["apple", "船"]]], undefined, lexicon);
  lexicon.prune("船");
  expect(await rows(batches)).toEqual([{ document: 0, length: 2, labels: { fruit: 0.75 } }]);
});

it("passes on a document when the next begins, an error, and the end", () => {
  const [first, second] = tokenBatches(documentsOf("apple|船"), [1]);
  marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const events = { a: first!, b: second! };
    const rowsFrom = (diagram: string) => {
      const source = cold(diagram, events);
      return { source, rows: source.pipe(classify(classifier)) };
    };
    const label = (batch: PredictionBatch) => batch.labels[0];
    const shown = { f: "fruit", s: "船只" };
    const { source, rows } = rowsFrom("--a--b--|");
    expectObservable(rows.pipe(map(label))).toBe("-----f--(s|)", shown);
    expectSubscriptions(source.subscriptions).toBe("^-------!");
    expectObservable(rowsFrom("--|").rows).toBe("--|");
    expectObservable(rowsFrom("--").rows).toBe("--");
    expectObservable(rowsFrom("-a#").rows).toBe("--#");
    const early = rowsFrom("--a--b--|");
    expectObservable(early.rows, "---!");
    expectSubscriptions(early.source.subscriptions).toBe("^--!");
  })();
});

it.each([
  [{ k: 0 }, "classify: k must be an integer from 1 to 1000, got 0"],
  [{ threshold: 1.5 }, "classify: threshold must be a number from 0 to 1, got 1.5"],
])("refuses %j at the call", (options, message) => {
  expect(() => classify(classifier, options)).toThrow(message);
});

const words: TextStep = { tokenize: { mode: "words", batchSize: 10 } };
const told = (steps: readonly TextStep[]): Classifier => ({
  ...classifier,
  metadata: new Map([["textSteps", JSON.stringify(steps)]]),
});

it.each<[steps: readonly TextStep[], error: string | undefined]>([
  [[words], undefined],
  [[{ tokenize: { mode: "words", batchSize: 99 } }], undefined], // on which no token depends
  [[{ tokenize: { mode: "chinese" } }], 'by tokenize with mode "words", got "chinese" in step 1 of its text'],
  [[{ normalize: { case: "lower" } }, words], "by tokenize, got normalize in step 1 of its text"],
  [[words, { stem: {} }], "by no step, got stem in step 2 of its text"],
  [[], "by tokenize, got no step in step 1 of its text"],
])("asks for tokens made as those that the classifier learned from: %j", (textSteps, error) => {
  const unit = builtIn.units.get("classify")!;
  const make = (options: object) =>
    unit.create({ classifier: told([words]) } as never, options as never, { epoch: 0, textSteps });
  if (error === undefined) expect(make({})).toBeTypeOf("function");
  else
    expect(() => make({})).toThrow(
      `classify: tokens must be made as those that the classifier learned from, ${error}; textSteps: any takes them as they are`,
    );
  expect(make({ textSteps: "any" })).toBeTypeOf("function");
});
