import { expect, it } from "vitest";
import { topicTerms } from "#kernels";
import { classTopics } from "#models";
import type { DocumentColumn, DocumentTermBatch } from "#schemas";
import { copyState } from "../../support/copyState.js";
import { vocabularyOf } from "../../support/tables.js";

const vocabulary = vocabularyOf(["the", "goal", "猫", "狗"]);

/** Rows of documents, each as the counts of all terms. */
function batchOf(counts: readonly (readonly number[])[], documents?: DocumentColumn): DocumentTermBatch {
  const rows = counts.map((row) => row.flatMap((count, term) => (count > 0 ? [[term, count] as const] : [])));
  const ends = rows.map((_, row) => rows.slice(0, row + 1).flat().length);
  return {
    ...{ vocabulary, epoch: 0, offsets: Uint32Array.of(0, ...ends) },
    terms: Uint32Array.from(rows.flat(), ([term]) => term),
    values: Float64Array.from(rows.flat(), ([, count]) => count),
    lengths: Uint32Array.from(counts, (row) => row.reduce((sum, count) => sum + count, 0)),
    rowDocuments: Uint32Array.from(counts.keys()),
    ...(documents ? { documents } : {}),
  };
}

const counts = [
  [3, 1, 0, 0],
  [2, 0, 1, 1],
  [2, 1, 0, 0],
  [1, 0, 0, 0],
];
const labels = [["sport"], ["动物"], ["sport", "sport"], []];
const batches = counts.map((row, d) => batchOf([row], { labels: [labels[d]!] }));

it("tells classes by class-based TF-IDF, as worked by hand", async () => {
  const model = classTopics();
  await model.update(batchOf(counts, { labels }));
  const made = await model.result();
  expect(made.names).toEqual(["sport", "动物"]);
  expect([...made.weights]).toEqual([5, 2, 2, 0, 0, 1, 0, 1]);
  expect(made.metadata.get("withoutClass")).toBe("1");
  // 7 words of sport and 4 of 动物: A = 5.5. f: the 7, goal 2, 猫 1, 狗 1.
  const [sport, animals] = topicTerms(made, { by: "classTfIdf" });
  expect(sport).toMatchObject({ topic: 0, name: "sport", share: 7 / 11 });
  expect(sport!.terms.map(({ term }) => term)).toEqual(["the", "goal"]);
  expect(sport!.terms.map(({ score }) => score)).toEqual([
    expect.closeTo((5 / 7) * Math.log(1 + 5.5 / 7), 6),
    expect.closeTo((2 / 7) * Math.log(1 + 5.5 / 2), 6),
  ]);
  expect(animals!.terms.map(({ term, score }) => [term, score])).toEqual([
    ["猫", expect.closeTo(0.25 * Math.log(6.5), 6)],
    ["狗", expect.closeTo(0.25 * Math.log(6.5), 6)],
    ["the", expect.closeTo(0.5 * Math.log(1 + 5.5 / 7), 6)],
  ]);
});

it("makes the same of any batches, and goes on from its state after any", async () => {
  const whole = classTopics();
  await whole.update(batchOf(counts, { labels }));
  const expected = await whole.result();
  for (let stop = 1; stop <= batches.length; stop++) {
    const [first, second] = [classTopics(), classTopics()];
    for (const batch of batches.slice(0, stop)) await first.update(batch);
    await second.restore!(copyState((await first.save!())!), { vocabulary });
    for (const batch of batches.slice(stop)) await second.update(batch);
    expect(await second.result()).toEqual(expected);
  }
});

it("takes classes from a field, exact or in bins, numbers by size before texts", async () => {
  const classesOf = async (options: Parameters<typeof classTopics>[0], year: readonly (string | number | null)[]) => {
    const model = classTopics(options);
    await model.update(batchOf(counts, { fields: { year } }));
    const { names, metadata } = await model.result();
    return [names, metadata.get("withoutClass")];
  };
  expect(await classesOf({ field: "year" }, [1999, "古代", 200, null])).toEqual([["200", "1999", "古代"], "1"]);
  expect(await classesOf({ field: "year", binSize: 10 }, [1999, "2003", -1, 1990])).toEqual([
    ["-10", "1990", "2000"],
    "0",
  ]);
  expect(await classesOf({ field: "year", binSize: 0.1 }, [0.35, 0.39, null, ""])).toEqual([["0.3"], "2"]);
});

it.each([
  [{}, batchOf(counts), "classTopics: documents must have labels, got none; the source must be asked for `labels`"],
  [
    { field: "year" },
    batchOf(counts, { labels }),
    "classTopics: documents must have the field year, got none; it must stand in the source's `fields`",
  ],
  [
    { field: "year", binSize: 1 },
    batchOf([[1, 0, 0, 0]], { fields: { year: ["May"] } }),
    'classTopics: the field year must hold numbers where they go into bins, got "May"',
  ],
  [
    {},
    batchOf([[0.5, 0, 0, 0]], { labels: [["a"]] }),
    'classTopics: the values of the table must be counts, whole numbers above 0, got 0.5 in document 0 for "the"',
  ],
] as const)("refuses what it cannot group, %j", (options, batch, message) => {
  expect(() => classTopics(options).update(batch)).toThrow(message);
});

it("has nothing to tell without classes, and wants one vocabulary", () => {
  const model = classTopics();
  expect(model.snapshot!()).toBeUndefined();
  model.update(batchOf([[1, 0, 0, 0]], { labels: [[]] }));
  expect(model.snapshot!()).toBeUndefined();
  expect(() => model.result()).toThrow("classTopics: documents must have classes, got 1 documents without");
  const other = { ...batchOf([[1, 0, 0, 0]], { labels: [[]] }), vocabulary: vocabularyOf(["a"]) };
  expect(() => model.update(other)).toThrow("classTopics: every batch must have the same vocabulary, got another one");
});
