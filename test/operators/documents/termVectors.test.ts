import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { lsa } from "#models";
import { termVectors } from "#operators";
import type { SemanticSpace } from "#schemas";
import { allOf } from "../../support/allOf.js";
import { collect } from "../../support/collect.js";
import { documentTable, matrix, terms } from "../../support/sparseRows.js";

/** The space of a matrix, in which `vectorSize` dimensions have converged. */
async function spaceOf(matrix: readonly (readonly number[])[], vectorSize: number): Promise<SemanticSpace> {
  const model = lsa({ vectorSize, iterations: 8 });
  await allOf(model.fit(documentTable(terms, matrix)));
  return model.result();
}

describe("termVectors", () => {
  it.each(["0", "0.5", "1"] as const)("makes word vectors V S^%s of the terms", async (power) => {
    const space = await spaceOf(matrix, 2);
    const [vectors] = await collect(from([space]).pipe(termVectors({ power })));
    expect(vectors!.terms).toEqual(terms);
    // numpy: the first singular value is 4.806400166846246, and the entry of 河 in its right vector 0.080901397
    expect(vectors!.vectorOf("河")[0]).toBeCloseTo(0.080901397 * 4.806400166846246 ** Number(power), 5);
    expect(vectors!.metadata.get("model")).toBe("lsa");
    expect(vectors!.metadata.get("power")).toBe(power);
  });

  it("leaves the space as it is", async () => {
    const space = await spaceOf(matrix, 2);
    const before = space.termVectors.slice();
    const [vectors] = await collect(from([space]).pipe(termVectors({ power: "0" })));
    vectors!.values.fill(0);
    expect(space.termVectors).toEqual(before);
  });
});
