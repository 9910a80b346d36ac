import { join } from "node:path";
import { from } from "rxjs";
import { expect, it } from "vitest";
import { builtIn, loadValue } from "#pipelines";
import type { ContextVectorBatch } from "#schemas";
import { writeContextVectors } from "#sinks";
import { collect } from "../support/collect.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

/** 川普 of two kinds in turn: its vectors of one layer point along one axis or the other, those of the layer below are all alike. */
function places(): ContextVectorBatch {
  const sentences = Array.from({ length: 12 }, (_, k) => (k % 2 === 0 ? ["他", "说", "川普"] : ["川普", "当选", "了"]));
  const terms = sentences.flat();
  const values = terms.flatMap((term, word) => {
    const sense = Math.floor(word / 3) % 2;
    const small = 0.05 * Math.sin(word);
    return term === "川普" ? [1, 0, ...(sense === 0 ? [1, small] : [small, 1])] : [0, 1, -1, -1];
  });
  return {
    terms,
    rowDocuments: Uint32Array.from(terms, () => 0),
    sentences: Uint32Array.from(terms, (_, word) => Math.floor(word / 3)),
    places: Uint32Array.from(terms.keys()),
    layers: Int32Array.of(0, 2),
    layerSizes: Uint32Array.of(2, 2),
    values: Float32Array.from(values),
  };
}

const kind = builtIn.kinds.get("contextVectors")!;
// biome-ignore lint/suspicious/noExplicitAny: what comes is what the test is about
async function senses(settings: object, batch = places()): Promise<any> {
  const question = kind.answers!.questions.find(({ name }) => name === "senses")!;
  return question.answer(batch as never, { shown: 2, ...settings } as never);
}

it("are read again as they were written", async () => {
  const path = join(await temporaryFolder(), "places.arrow");
  await collect(from([places()]).pipe(writeContextVectors({ path })));
  expect(await loadValue(kind, path)).toEqual(places());
});

it("tell the senses of a term as groups of its places, and each place as a point with its sentence", async () => {
  const told = await senses({ term: "川普" });
  expect(told).toMatchObject({ term: "川普", layer: 2, layers: [0, 2], occurrences: 12 });
  expect(told.senses.map(({ occurrences }: { occurrences: number }) => occurrences)).toEqual([6, 6]);
  expect(told.senses.map(({ sentences }: { sentences: string[] }) => sentences)).toEqual([
    ["他说川普"],
    ["川普当选了"],
  ]);
  expect(told.points).toHaveLength(12);
  for (const { sense, sentence, x } of told.points) {
    expect(sentence).toBe(sense === 0 ? "他说川普" : "川普当选了");
    expect(Math.sign(x)).toBe(sense === 0 ? Math.sign(told.points[0].x) : -Math.sign(told.points[0].x));
  }
});

it("are one group in a layer that knows no senses, and as many as are asked for", async () => {
  expect((await senses({ term: "川普", layer: 0 })).senses).toHaveLength(1);
  expect((await senses({ term: "川普", k: 3 })).senses).toHaveLength(3);
});

it("tell what was wrong with a question", async () => {
  await expect(senses({ term: "川谱" })).rejects.toThrow('the text has no "川谱"; did you mean "川普"?');
  await expect(senses({ term: "川普", layer: 1 })).rejects.toThrow("senses: the layer must be one of 0, 2, got 1");
});
