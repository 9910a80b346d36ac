import { readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { from, lastValueFrom } from "rxjs";
import { describe, expect, it } from "vitest";
import { drawBelow, randomStream } from "#kernels";
import { glove } from "#models";
import { accumulateCooccurrence, buildVocab, encode, windowContexts } from "#operators";
import { fitWindow, loadVectors, type WindowTable, WindowTables } from "#pipelines";
import type { StepStats, VectorTable } from "#schemas";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { type Documents, documentsOf, tokenBatches } from "../../support/tokens.js";

const DAY = 86_400_000;
const topics = ["sun moon sky star 云", "tea cup milk leaf 茶"].map((words) => words.split(" "));

/** Sentences of one topic each, and a word that only this day has. */
function textOf(day: number): Documents {
  const stream = randomStream(day, "text");
  const word = (k: number) => topics[(k >> 3) % 2]![drawBelow(stream, k, 5)]!;
  const sentences = Array.from({ length: 60 }, (_, s) =>
    Array.from({ length: 8 }, (_, w) => word(8 * s + w)).join(" "),
  );
  return documentsOf([...sentences, `today${day} sun moon`].join(" "));
}

async function count(text: Documents) {
  const vocabulary = await lastValueFrom(from(tokenBatches(text)).pipe(buildVocab({ minCount: 1 })));
  const ids$ = from(tokenBatches(text)).pipe(encode(vocabulary));
  return lastValueFrom(ids$.pipe(windowContexts({ windowSize: 2 }), accumulateCooccurrence()));
}

async function fitted(window: WindowTable, folder: string, maxTerms?: number) {
  const losses: number[] = [];
  const onEpoch = ({ loss }: StepStats) => losses.push(loss);
  const model = (initialVectors?: VectorTable) =>
    glove({ vectorSize: 6, xMax: 10, epochs: 30, workers: 1, initialVectors });
  const path = await fitWindow(window, { folder, maxTerms, model, onEpoch });
  return { path, losses, bytes: readFileSync(path), vectors: await loadVectors(path) };
}

describe("fitWindow", () => {
  it("goes on from the window before, gives new terms a vector, and the same bytes when it is done again", async () => {
    const folder = await temporaryFolder();
    const windows = new WindowTables({ folder, window: "2d", every: "1d" });
    const vectors = join(folder, "vectors");
    const before = await fitted(await windows.add(0, await count(textOf(0))), vectors);
    const window = await windows.add(DAY, await count(textOf(1)));
    const [after, alone] = [await fitted(window, vectors), await fitted(window, join(folder, "fresh"))];

    expect(after.losses[0]).toBeLessThan(alone.losses[0]! / 2);
    expect(before.vectors.terms).not.toContain("today1");
    expect(after.vectors.terms).toEqual(expect.arrayContaining(["today0", "today1", "茶"]));
    expect(readlinkSync(join(vectors, "latest.arrow"))).toBe("1970-01-02T0000Z.arrow");
    expect((await fitted(window, vectors)).bytes).toEqual(after.bytes);
  });

  it("gives vectors to the most frequent terms, if not to all", async () => {
    const folder = await temporaryFolder();
    const window = await new WindowTables({ folder, window: "1d", every: "1d" }).add(0, await count(textOf(0)));
    const { vectors } = await fitted(window, folder, 3);
    expect(vectors.terms).toEqual(window.table.vocabulary.terms.slice(0, 3));
  });
});
