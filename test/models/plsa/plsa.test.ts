import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { firstTermShares, type PlsaDocument, plsaStep } from "#kernels";
import { plsa } from "#models";
import type { FinalDocumentTerms, StageState, Topics } from "#schemas";
import { allOf } from "../../support/allOf.js";
import { copyState } from "../../support/copyState.js";
import { documentTermTable, tableOfTexts } from "../../support/documentTermTable.js";
import { plantedStrongest, plantedTexts, strongestTerms } from "../../support/plantedTopics.js";
import { seeds } from "../../support/shortOrLong.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

type Options = Parameters<typeof plsa>[0];

const texts = plantedTexts(150);
const table = tableOfTexts(texts);

async function learn(options: Options, from: FinalDocumentTerms = table) {
  const model = plsa(options);
  const steps = await allOf(model.fit(from));
  return { steps, model, topics: await model.result() };
}

const wholesOf = ({ weights, alpha }: Topics) =>
  Array.from(alpha, (_, k) => weights.filter((_, i) => i % alpha.length === k).reduce((sum, each) => sum + each, 0));

describe("learning", () => {
  it.each(seeds)("finds the topics that were planted, with seed %i", async (seed) => {
    const { topics } = await learn({ topics: 3, iterations: 60, seed });
    expect(strongestTerms(topics)).toEqual(plantedStrongest);
  });

  it("raises the likelihood of what it learns from in each step, where it is not tempered", async () => {
    const { steps } = await learn({ topics: 5, iterations: 40, heldOut: 0 });
    expect(steps).toHaveLength(40);
    steps.slice(1).forEach(({ loss }, k) => {
      expect(loss).toBeLessThan(steps[k]!.loss);
    });
    expect(steps[0]).toMatchObject({ epoch: 0, taken: table.tokens, examples: table.tokens });
  });

  it.each([1, 3, 4, 9])("makes the steps of the plain kernel, with %i topics", async (topics) => {
    const documents: PlsaDocument[] = [];
    for await (const { offsets, terms, values, lengths } of table.batches())
      for (let row = 0; row < lengths.length; row++)
        documents.push({
          terms: [...terms.subarray(offsets[row], offsets[row + 1])],
          values: [...values.subarray(offsets[row], offsets[row + 1])],
        });
    const parameters = {
      theta: new Float64Array(documents.length * topics).fill(1 / topics),
      phi: firstTermShares(table.vocabulary.terms.length, topics, 1),
      scale: new Float64Array(topics).fill(1),
    };
    const losses = Array.from({ length: 12 }, () => plsaStep(documents, parameters));
    const { steps, topics: found } = await learn({ topics, iterations: 12, heldOut: 0 });
    steps.forEach(({ loss }, step) => {
      expect(Math.abs(loss / losses[step]! - 1)).toBeLessThan(1e-5);
    });
    const wholes = wholesOf(found);
    found.weights.forEach((weight, i) => {
      expect(Math.abs(weight / wholes[i % topics]! - parameters.phi[i]!)).toBeLessThan(1e-4);
    });
  });

  it("gives the tokens of each term in each topic, and a flat prior", async () => {
    const { topics } = await learn({ topics: 3, iterations: 50, heldOut: 0 });
    expect(topics.alpha).toEqual(Float64Array.of(1, 1, 1));
    const wholes = wholesOf(topics);
    expect(Math.abs(wholes[0]! + wholes[1]! + wholes[2]! - table.tokens)).toBeLessThan(0.01);
    for (const whole of wholes) expect(Math.abs(whole / table.tokens - 1 / 3)).toBeLessThan(0.1);
  });

  it("ends where a lower temper helps the held-out tokens no more, and predicts other documents better for it", async () => {
    const few = tableOfTexts(plantedTexts(36));
    const others = { ...tableOfTexts(plantedTexts(150, 11)), vocabulary: few.vocabulary };
    const tempered = await learn({ topics: 12, iterations: 200 }, few);
    const plain = await learn({ topics: 12, iterations: 200, heldOut: 0 }, few);
    expect(tempered.steps.length).toBeLessThan(200);
    expect(tempered.steps[0]!.examples).toBeLessThan(few.tokens);
    const [with_, without] = [await tempered.model.score!(others), await plain.model.score!(others)];
    expect(with_.loss / with_.examples).toBeLessThan(without.loss / without.examples);
  });
});

describe("the same bytes", () => {
  it("however the table is cut into batches, and with the topics of documents in memory or in a file", async () => {
    const options = { topics: 3, iterations: 20 };
    const { topics } = await learn(options);
    for (const rows of [1, 7, 1000])
      expect((await learn(options, tableOfTexts(texts, rows))).topics.weights).toEqual(topics.weights);
    const scratch = await temporaryFolder();
    const refused = (await learn({ ...options, memory: 1 }).catch(({ message }: Error) => message)) as string;
    const memory = Number(/(\d+) bytes for/.exec(refused)![1]); // leaves no room for the topics of documents
    const onDisk = await learn({ ...options, memory, scratch });
    expect(onDisk.topics.weights).toEqual(topics.weights);
    expect(readdirSync(scratch)).toHaveLength(1);
    expect(await onDisk.model.save!()).toEqual(await (await learn(options)).model.save!());
    await onDisk.model.close();
    expect(readdirSync(scratch)).toEqual([]);
  });

  it("from the state after any step", async () => {
    const options = { topics: 3, iterations: 30 };
    const whole = plsa(options);
    const states: StageState[] = [];
    for await (const _ of whole.fit(table)) states.push(copyState((await whole.save!())!));
    const expected = await whole.result();
    for (const [done, state] of states.entries()) {
      const resumed = plsa(options);
      await resumed.restore!(state, {});
      expect(await allOf(resumed.fit(table))).toHaveLength(states.length - done - 1);
      expect(await resumed.result()).toEqual(expected);
    }
  });
});

describe("what cannot be fitted", () => {
  it("is told in one line", async () => {
    await expect(learn({}, tableOfTexts(["", ""]))).rejects.toThrow(
      /^plsa: the documents must have terms of the vocabulary, got none$/,
    );
    const weights = documentTermTable(["a", "猫"], [[[0, 2]], [], [[1, 0.5]]]);
    await expect(learn({ topics: 2 }, weights)).rejects.toThrow(
      /^plsa: the values of the table must be counts, whole numbers above 0, got 0.5 in document 2 for "猫"$/,
    );
    await expect(learn({ topics: 2, iterations: 3, heldOut: 0 }, weights)).resolves.toBeDefined();
    await expect(learn({ topics: 3 }, tableOfTexts(["a", "b"]))).rejects.toThrow(
      "plsa: topics must be at most as many as documents, 2, got 3",
    );
    await expect(learn({ memory: "1kB" })).rejects.toThrow(
      /^plsa: the topics must fit in 1000 bytes of memory, got \d+ bytes for 30 terms in 100 topics; raise memory, or take fewer topics or terms$/,
    );
    const { model } = await learn({ topics: 2, iterations: 1 });
    await expect(model.score!(weights)).rejects.toThrow(/^plsa: a table to be scored must have the vocabulary/);
  });

  it("is refused at the call where an option is out of range", () => {
    expect(() => plsa({ cooling: 1 })).toThrow(/^plsa: cooling must be a number from 0.1 to 0.99, got 1$/);
    expect(() => plsa({ heldOut: 1 })).toThrow(/^plsa: heldOut must be a number from 0 to 0.9, got 1$/);
  });

  it("is not gone on with from the state of another table", async () => {
    const first = plsa({ topics: 3, iterations: 1 });
    await allOf(first.fit(table));
    const second = plsa({ topics: 3, iterations: 2 });
    await second.restore!(copyState((await first.save!())!), {});
    await expect(allOf(second.fit(tableOfTexts(["a b", "", ""])))).rejects.toThrow(
      /^plsa: the saved state must be of 3 documents, 2 terms, 3 topics, got 150 documents/,
    );
  });
});
