import { describe, expect, it } from "vitest";
import { type LsaOnlineOptions, lsaOnline } from "#models";
import type { DocumentTermBatch, StageState } from "#schemas";
import { allOf } from "../../support/allOf.js";
import { copyState } from "../../support/copyState.js";
import { shortOrLong } from "../../support/shortOrLong.js";
import { documentTable, madeUpMatrix, matrix, terms } from "../../support/sparseRows.js";

const batchesOf = (rows: readonly (readonly number[])[], names: readonly string[], sizes?: readonly number[]) =>
  allOf(documentTable(names, rows, sizes).batches());

async function learned(batches: readonly DocumentTermBatch[], options: LsaOnlineOptions) {
  const model = lsaOnline(options);
  for (const batch of batches) await model.update(batch);
  return model.result();
}

describe("online LSA", () => {
  /**
   * numpy 1.24.2, documents two by two:
   *
   *     S, V = zeros(0), zeros((0, 5))
   *     for c in (A[:2], A[2:4], A[4:]):
   *         u, s, v = linalg.svd(vstack([d * S[:, None] * V, c]), full_matrices=False); S, V = s[:k], v[:k]
   *
   * with the sign of the largest entry of each row of V turned to +; the first row of V.
   */
  it.each([
    [5, 1, [4.806400167, 3.676995428, 3.036098965], [0.5428746, 0.0809014, 0.7705523, 0.2537815, 0.2014602]],
    [2, 1, [4.715859305, 3.166950633], [0.4093207, 0.0572538, 0.8458818, 0.3155789, 0.1186278]],
    [2, 0.5, [3.504675357, 1.965552687], [0.8449953, 0.036588, 0.4142529, 0.0465938, 0.3329681]],
  ])("merges chunks as numpy does: vectorSize %i, decay %f", async (vectorSize, decay, values, vector) => {
    const space = await learned(await batchesOf(matrix, terms), { vectorSize, decay, chunkSize: 2, iterations: 20 });
    values.forEach((value, k) => {
      expect(space.singularValues[k]).toBeCloseTo(value, 5);
    });
    const size = space.singularValues.length;
    vector.forEach((entry, term) => {
      expect(space.termVectors[term * size]).toBeCloseTo(entry, 4);
    });
    // Squares of the chunks: 15, 23, 11.
    expect(space.squares).toBeCloseTo((15 * decay ** 2 + 23) * decay ** 2 + 11, 6);
    expect(space.documents).toBe(6);
  });

  const names = Array.from({ length: 40 }, (_, i) => `词${i}`);
  const many = madeUpMatrix(120, 40);
  const options = { vectorSize: 6, chunkSize: 32, decay: 0.9, workers: 1 };

  it("makes the same bytes of any batches and any number of workers, and where it goes on from a state", async () => {
    const whole = await learned(await batchesOf(many, names, [120]), options);
    for (const sizes of shortOrLong([[7, 50]], [[1], [7, 50], [32]])) {
      const batches = await batchesOf(many, names, sizes);
      expect(await learned(batches, { ...options, workers: 2 })).toMatchObject({ termVectors: whole.termVectors });
      const before = lsaOnline(options);
      const half = batches.length >> 1;
      for (const batch of batches.slice(0, half)) await before.update(batch);
      const after = lsaOnline(options);
      await after.restore!(copyState((await before.save!()) as StageState), { vocabulary: batches[0]!.vocabulary });
      for (const batch of batches.slice(half)) await after.update(batch);
      const { termVectors, singularValues, squares, documents } = await after.result();
      expect({ termVectors, singularValues, documents }).toEqual({
        termVectors: whole.termVectors,
        singularValues: whole.singularValues,
        documents: 120,
      });
      expect(squares).toBe(whole.squares);
    }
  });

  it("is not changed by a snapshot", async () => {
    const model = lsaOnline(options);
    expect(await model.snapshot!()).toBeUndefined();
    const batches = await batchesOf(many, names, [50]);
    for (const batch of batches) {
      await model.update(batch);
      expect((await model.snapshot!())!.singularValues).toHaveLength(6);
    }
    expect((await model.result()).termVectors).toEqual((await learned(batches, options)).termVectors);
  });

  it("lets a row that a growing vocabulary gives to another term begin at 0, also where its documents wait", async () => {
    const first = await batchesOf(
      [
        [3, 0],
        [0, 2],
        [4, 0],
      ],
      ["old", "河"],
    );
    const second = await batchesOf([[0, 0, 1]], ["new", "河", "船"]);
    for (const chunkSize of [2, 10]) {
      const space = await learned([...first, ...second], { vectorSize: 3, chunkSize, iterations: 10 });
      // Nothing is left of "old"; 河 has its 2, and 船 its 1.
      expect(space.vocabulary.terms).toEqual(["new", "河", "船"]);
      expect([...space.singularValues]).toEqual([expect.closeTo(2, 5), expect.closeTo(1, 5)]);
      expect(space.metadata.get("rankDeficient")).toBe("1");
    }
  });

  it("refuses what cannot be", async () => {
    expect(() => lsaOnline({ decay: 0 })).toThrow("lsaOnline: decay must be a number > 0 and <= 1, got 0");
    expect(() => lsaOnline({ chunkSize: 0 })).toThrow("lsaOnline: chunkSize must be an integer >= 1, got 0");
    await expect(learned(await batchesOf([[0, 0]], ["a", "b"]), {})).rejects.toThrow(
      "lsaOnline: a document must have a cell that is not 0, got none",
    );
  });
});
