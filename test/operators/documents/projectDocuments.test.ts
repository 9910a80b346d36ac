import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { lsa } from "#models";
import { projectDocuments } from "#operators";
import { Ledger, RunScope } from "#runtime";
import type { DocumentVectorBatch, SemanticSpace } from "#schemas";
import { allOf } from "../../support/allOf.js";
import { collect } from "../../support/collect.js";
import { documentTable, matrix, terms } from "../../support/sparseRows.js";

/** The space of a matrix, in which `vectorSize` dimensions have converged. */
async function spaceOf(matrix: readonly (readonly number[])[], vectorSize: number): Promise<SemanticSpace> {
  const model = lsa({ vectorSize, iterations: 8 });
  await allOf(model.fit(documentTable(terms, matrix)));
  return model.result();
}

describe("projectDocuments", () => {
  it("has the documents that a space was made from at their coordinates U S, wherever batches end", async () => {
    const space = await spaceOf(matrix, 5);
    const rowsOf = async (sizes: readonly number[]) => {
      const batches = await allOf(documentTable(terms, matrix, sizes).batches());
      return (await collect(from(batches).pipe(projectDocuments(space)))).flatMap(({ values }) => [...values]);
    };
    const rows = await rowsOf([3]);
    // With all 5 dimensions U S V' is the matrix itself.
    matrix.forEach((row, document) => {
      row.forEach((expected, term) => {
        let sum = 0;
        for (let k = 0; k < 5; k++) sum += rows[document * 5 + k]! * space.termVectors[term * 5 + k]!;
        expect(sum).toBeCloseTo(expected, 4);
      });
    });
    expect(rows.slice(20, 25)).toEqual([0, 0, 0, 0, 0]); // the empty document
    for (const sizes of [[1], [2, 4]]) expect(await rowsOf(sizes)).toEqual(rows);
  });

  it("has columns of length 1 with power 0", async () => {
    const space = await spaceOf(matrix, 2);
    const [batch] = await allOf(documentTable(terms, matrix, [6]).batches());
    const [found] = await collect(from([batch!]).pipe(projectDocuments(space, { power: "0" })));
    for (const k of [0, 1]) {
      const squares = [0, 1, 2, 3, 4, 5].map((row) => found!.values[2 * row + k]! ** 2);
      expect(squares.reduce((sum, each) => sum + each)).toBeCloseTo(1, 4);
    }
  });

  it("looks up the terms of another vocabulary by name, and counts those that the space does not have", async () => {
    const space = await spaceOf(matrix, 2);
    const own = await allOf(documentTable(terms, [[0, 0, 0, 1, 0]]).batches());
    const other = await allOf(documentTable(["鱼", "船"], [[5, 1]]).batches());
    const ledger = new Ledger();
    const found: DocumentVectorBatch[] = [];
    new RunScope(undefined, ledger).within(() =>
      from([...own, ...other])
        .pipe(projectDocuments(space))
        .subscribe((batch) => found.push(batch)),
    );
    const [first, second] = found;
    expect(second!.values).toEqual(first!.values);
    expect(ledger.get("unknown")).toBe(1);
  });

  it("passes on which documents the rows are, and what is known of them", async () => {
    const space = await spaceOf(matrix, 2);
    const [batch] = await allOf(documentTable(terms, matrix, [2]).batches());
    const documents = { ids: ["a", "甲"] };
    const [found] = await collect(
      from([{ ...batch!, documents, rowDocuments: Uint32Array.of(4, 7) }]).pipe(projectDocuments(space)),
    );
    expect(found).toMatchObject({ vectorSize: 2, documents, rowDocuments: Uint32Array.of(4, 7) });
  });
});
