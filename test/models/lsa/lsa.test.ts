import { describe, expect, it } from "vitest";
import { type LsaOptions, lsa } from "#models";
import type { FinalDocumentTerms, StageState } from "#schemas";
import { allOf } from "../../support/allOf.js";
import { copyState } from "../../support/copyState.js";
import { shortOrLong } from "../../support/shortOrLong.js";
import { documentTable, madeUpMatrix, matrix, terms } from "../../support/sparseRows.js";

async function fitted(table: FinalDocumentTerms, options: LsaOptions) {
  const model = lsa(options);
  const steps = await allOf(model.fit(table));
  return { model, steps, space: await model.result() };
}

/** numpy 1.24.2: U, s, V = numpy.linalg.svd(matrix), each row of V with the sign of its largest entry turned to +. */
const singularValues = [4.806400166846246, 3.6769954275481225, 3.036098964673637];
const rightVectors = [
  [0.542874625, 0.080901397, 0.770552311, 0.253781465, 0.201460196],
  [0.686750193, -0.003654297, -0.418221872, -0.478326448, 0.353065283],
  [0.132232462, 0.397970247, -0.445823123, 0.753585773, 0.239759221],
];

/** More documents than a stretch has. */
const many = madeUpMatrix(5000, 60);
const manyTerms = Array.from({ length: 60 }, (_, i) => `词${i}`);

describe("the singular value decomposition", () => {
  it.each(["auto", "plain", "reference"] as const)("is numpy's of a small matrix, with kernel %s", async (kernel) => {
    const { space } = await fitted(documentTable(terms, matrix), { vectorSize: 3, kernel });
    const digits = kernel === "reference" ? 8 : 5;
    singularValues.forEach((value, k) => {
      expect(space.singularValues[k]).toBeCloseTo(value, digits);
      rightVectors[k]!.forEach((entry, term) => {
        expect(space.termVectors[term * 3 + k]).toBeCloseTo(entry, 5);
      });
    });
    expect(space.squares).toBe(49); // 4+1+1+9+1+1+4+16+1+9+1+1
    expect(space.documents).toBe(6);
    // (23.101482 + 13.520295 + 9.217897) / 49
    expect(Number(space.metadata.get("explained"))).toBeCloseTo(0.935504, 5);
  });

  it("leaves less unexplained from pass to pass, and tells the squares that are left", async () => {
    const { steps, space } = await fitted(documentTable(manyTerms, many), {
      vectorSize: 8,
      iterations: 4,
      oversampling: 0,
    });
    expect(steps.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4]);
    expect(steps[4]!.loss).toBeLessThan(steps[0]!.loss);
    const explained = space.singularValues.reduce((sum, value) => sum + value * value, 0);
    expect(steps[4]!.loss).toBeCloseTo(space.squares - explained, 6);
    expect(steps[0]!.examples).toBe(5000);
  });

  it("has orthogonal vectors of length 1, whose entry of the largest magnitude is positive", async () => {
    const { space } = await fitted(documentTable(manyTerms, many), { vectorSize: 6 });
    const column = (k: number) => manyTerms.map((_, term) => space.termVectors[term * 6 + k]!);
    for (let a = 0; a < 6; a++) {
      expect(column(a).reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most))).toBeGreaterThan(0);
      for (let b = 0; b <= a; b++) {
        const dot = column(a).reduce((sum, x, i) => sum + x * column(b)[i]!, 0);
        expect(dot).toBeCloseTo(a === b ? 1 : 0, 5);
      }
    }
  });

  it("leaves out vectors that the matrix does not have, and counts them", async () => {
    // Each row is a multiple of one of two.
    const low = [
      [1, 2, 0],
      [0, 0, 3],
      [2, 4, 0],
      [0, 0, 1],
    ];
    const { space } = await fitted(documentTable(["a", "b", "c"], low), { vectorSize: 3 });
    // Rows 0 and 2: (1 + 4) * |(1, 2)|^2 = 25; rows 1 and 3: 9 + 1 = 10.
    expect(space.singularValues).toHaveLength(2);
    expect(space.singularValues[0]).toBeCloseTo(5, 5);
    expect(space.singularValues[1]).toBeCloseTo(Math.sqrt(10), 5);
    expect(space.metadata.get("rankDeficient")).toBe("1");
  });
});

describe("the bytes of the result", () => {
  const options = { vectorSize: 5, iterations: 2 };
  const expected = fitted(documentTable(manyTerms, many), { ...options, workers: 1 });

  it.each(shortOrLong([3], [1, 2, 3]))(
    "are the same with %i workers, whatever the batches, also of a table that is read again",
    async (workers) => {
      const wanted = (await expected).space;
      for (const [sizes, memory] of [
        [[5000], 1000],
        [[1, 700, 4095], "1GB"],
        [[4097], 1000],
      ] as const) {
        const { space } = await fitted(documentTable(manyTerms, many, sizes), { ...options, workers, memory });
        expect(space.termVectors).toEqual(wanted.termVectors);
        expect(space.singularValues).toEqual(wanted.singularValues);
        expect(space.squares).toBe(wanted.squares);
      }
    },
  );

  it("are others with another seed", async () => {
    const { space } = await fitted(documentTable(manyTerms, many), { ...options, seed: 2 });
    expect(space.termVectors).not.toEqual((await expected).space.termVectors);
  });

  it.each([0, 1, 2])("are the same after it was saved and went on behind pass %i", async (stop) => {
    const table = documentTable(manyTerms, many);
    let state: StageState | undefined;
    const first = lsa(options);
    for await (const { epoch } of first.fit(table)) {
      if (epoch !== stop) continue;
      state = copyState((await first.save!())!);
      break;
    }
    const second = lsa(options);
    await second.restore!(state!, {});
    const steps = await allOf(second.fit(table));
    expect(steps.map(({ epoch }) => epoch)).toEqual([0, 1, 2].slice(stop + 1));
    const space = await second.result();
    expect(space.termVectors).toEqual((await expected).space.termVectors);
    expect(space.metadata).toEqual((await expected).space.metadata);
  });
});

describe("what is refused", () => {
  it("is a vectorSize above the number of documents or terms", async () => {
    await expect(fitted(documentTable(terms, matrix), { vectorSize: 6 })).rejects.toThrow(
      new RangeError(
        "lsa: vectorSize must be at most the number of documents and of terms, got 6 for 6 documents x 5 terms",
      ),
    );
  });

  it("is a matrix without a cell", async () => {
    await expect(fitted(documentTable(terms, [[0, 0, 0, 0, 0]]), { vectorSize: 1 })).rejects.toThrow(
      new RangeError("lsa: the matrix must have a cell that is not 0, got none"),
    );
  });

  it("is more memory than can be had", async () => {
    const table = documentTable(terms, matrix);
    const huge = {
      ...table,
      documents: 5_000_000,
      vocabulary: { ...table.vocabulary, terms: { length: 2_000_000 } as string[] },
    };
    await expect(fitted(huge, { vectorSize: 400 })).rejects.toThrow(
      "lsa: 2000000 terms x 416 numbers, twice, and the cells in memory must take at most 4 GiB",
    );
  });

  it("is a result before fit", () => {
    expect(() => lsa().result()).toThrow(
      new TypeError("lsa: the result must be asked for after fit, got nothing fitted yet"),
    );
  });
});
