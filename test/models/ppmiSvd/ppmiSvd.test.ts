import { describe, expect, it } from "vitest";
import { type PpmiSvdOptions, ppmiSvd } from "#models";
import type { FinalCooccurrence } from "#schemas";
import { allOf } from "../../support/allOf.js";
import { type Cell, finalCooccurrence } from "../../support/finalCooccurrence.js";

async function fitted(table: FinalCooccurrence, options: PpmiSvdOptions) {
  const model = ppmiSvd(options);
  const steps = await allOf(model.fit(table));
  return { steps, vectors: await model.result() };
}

/** 猫 and 狗 share their contexts, as do tea and 茶; the has all of them. */
const terms = ["the", "猫", "狗", "tea", "茶", "rare"];
// biome-ignore format: a row of the table a line
const cells: Cell[] = [
  [0, 0, 4], [0, 1, 10], [0, 2, 10], [0, 3, 10], [0, 4, 10],
  [1, 0, 10], [1, 2, 8], [2, 0, 10], [2, 1, 8],
  [3, 0, 10], [3, 4, 6], [4, 0, 10], [4, 3, 6],
];
const table = finalCooccurrence(terms, cells);

/** numpy: max(0, ln(x_ij / (r_i c_j^.75 / sum c^.75)) - ln shift), then numpy.linalg.svd; the matrix is written out beside U S V'. */
function dense(smoothing: number, shift: number): number[][] {
  const rows = terms.map((_, i) => cells.reduce((sum, [row, , x]) => (row === i ? sum + x : sum), 0));
  const columns = terms.map(
    (_, j) => cells.reduce((sum, [, column, x]) => (column === j ? sum + x : sum), 0) ** smoothing,
  );
  const total = columns.reduce((sum, each) => sum + each, 0);
  const of = new Map(cells.map(([i, j, x]) => [`${i} ${j}`, x]));
  return terms.map((_, i) =>
    terms.map((_, j) => {
      const x = of.get(`${i} ${j}`);
      return x === undefined ? 0 : Math.max(0, Math.log((x / rows[i]!) * (total / columns[j]!)) - Math.log(shift));
    }),
  );
}

describe("ppmiSvd", () => {
  it.each([
    [0.75, 1],
    [1, 1],
    [0.75, 1.5],
  ] as const)(
    "has the products of the rows of shifted PPMI, with smoothing %d and shift %d: U S^2 U' = A A'",
    async (smoothing, shift) => {
      const { vectors } = await fitted(table, { vectorSize: 6, iterations: 8, power: "1", smoothing, shift });
      const matrix = dense(smoothing, shift);
      const dot = (x: ArrayLike<number>, y: ArrayLike<number>) =>
        Array.from(x).reduce((sum, each, k) => sum + each * y[k]!, 0);
      matrix.forEach((row, i) => {
        matrix.forEach((other, j) => {
          expect(dot(vectors.vectorOf(terms[i]!), vectors.vectorOf(terms[j]!))).toBeCloseTo(dot(row, other), 4);
        });
      });
      expect([...vectors.vectorOf("rare")].every((value) => value === 0)).toBe(true);
    },
  );

  it("divides by roots of the singular values with power 0.5, and by them with 0", async () => {
    const of = async (power: "0" | "0.5" | "1") =>
      (await fitted(table, { vectorSize: 3, iterations: 8, power })).vectors;
    const [none, half, whole] = [await of("0"), await of("0.5"), await of("1")];
    const singular = JSON.parse(whole.metadata.get("singularValues")!) as number[];
    for (let i = 0; i < whole.values.length; i++) {
      expect(whole.values[i]).toBeCloseTo(none.values[i]! * singular[i % 3]!, 4);
      expect(half.values[i]).toBeCloseTo(none.values[i]! * Math.sqrt(singular[i % 3]!), 4);
    }
  });

  it("takes a table that has a measure as it is", async () => {
    const matrix = dense(0.75, 1);
    const positive = matrix.flatMap((row, i) => row.flatMap((x, j): Cell[] => (x > 0 ? [[i, j, x]] : [])));
    const measured = finalCooccurrence(terms, positive);
    const view = { ...measured, metadata: { ...measured.metadata, measure: "ppmi" as const } };
    const options = { vectorSize: 3, iterations: 8 };
    const [found, expected] = [await fitted(view, options), await fitted(table, options)];
    expected.vectors.values.forEach((value, i) => {
      expect(found.vectors.values[i]).toBeCloseTo(value, 5);
    });
  });

  it("gives the same bytes with any number of workers, and a table that is read again", async () => {
    const large = finalCooccurrence(
      1500,
      Array.from(
        { length: 24_000 },
        (_, i): Cell => [(i * 7) % 1500, (i * 11 + Math.floor(i / 1500)) % 1500, 1 + (i % 9)],
      ),
    );
    const options = { vectorSize: 20, iterations: 1 };
    const expected = await fitted(large, { ...options, workers: 1 });
    for (const more of [{ workers: 2 }, { workers: 3, memory: 1000 }])
      expect((await fitted(large, { ...options, ...more })).vectors.values).toEqual(expected.vectors.values);
  });

  it("refuses a vectorSize above the number of words", async () => {
    await expect(fitted(table, { vectorSize: 7 })).rejects.toThrow(
      new RangeError(
        "ppmiSvd: vectorSize must be at most the number of words and of contexts, got 7 for 6 words x 6 contexts",
      ),
    );
  });
});
