import { expect, it } from "vitest";
import { Vectors } from "#kernels";
import { compile, nodesOf, parseConfig } from "#pipelines";
import { Ledger } from "#runtime";
import { keepSnapshots } from "../../../dist/pipelines/running/keepSnapshots.js";
import type { RunParts } from "../../../dist/pipelines/running/runParts.js";
import { RunState } from "../../../dist/pipelines/running/runState.js";

const configOf = (snapshots: number) => `
source: { files: { paths: text.txt } }
steps: [tokenize, buildVocab, encode, windowContexts, word2vec, writeVectors: { path: v.vec }, layOut: { top: 3, snapshots: ${snapshots} }, writeLayout: { path: l.arrow }]
`;

/** Which epochs of a model are kept for a reader behind its writer, by the first number of the vectors. */
async function epochsKept(snapshots: number, epochs: number): Promise<number[]> {
  const { root } = compile(parseConfig(configOf(snapshots), "c.yaml"));
  const node = nodesOf(root).find(({ unit }) => unit.kind === "model")!;
  const state = new RunState(new Ledger());
  const rows = new Float32Array(8);
  const learned = new Vectors({ terms: ["a", "b", "c", "d"], values: rows, vectorSize: 2, metadata: new Map() });
  const models = { of: () => ({ epochs, snapshot: () => learned }) };
  for (let epoch = 1; epoch <= epochs; epoch++) {
    rows[0] = epoch; // the model goes on learning in the same memory
    await keepSnapshots({ state, models } as unknown as RunParts, node, epoch);
  }
  const kept = [...state.snapshots.values()].flat() as Vectors[];
  for (const { terms, values } of kept) expect([terms.length, values.length]).toEqual([3, 6]);
  return kept.map(({ values }) => values[0]!);
}

it.each([
  [3, 7, [2, 5]], // thirds of seven: 2.33 and 4.67
  [2, 3, [2]],
  [5, 5, [1, 2, 3, 4]],
  [8, 2, [1]], // there are no more
  [1, 9, []],
])("%i snapshots of %i epochs are those behind epochs %j, and the result", async (snapshots, epochs, expected) => {
  expect(await epochsKept(snapshots, epochs)).toEqual(expected);
});
