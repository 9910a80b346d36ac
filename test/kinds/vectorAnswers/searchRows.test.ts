import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawUniform, randomStream, unitVector } from "#kernels";

interface Question {
  readonly vectors: readonly Float64Array[];
  readonly count: number;
  readonly excluded: readonly number[];
}
interface Rows {
  readonly layout: { readonly coded: object | undefined; readonly bytes: number };
  readonly memory: { readonly buffer: SharedArrayBuffer };
}
interface Ranked {
  readonly rows: Uint32Array;
  readonly scores: Float32Array;
}
interface Search {
  prepare(end: number): void;
  answer(questions: readonly Question[]): Ranked[];
}

// How rows are searched is no entry of the package.
const module = (name: string) =>
  import(fileURLToPath(new URL(`../../../dist/kinds/vectorAnswers/${name}.js`, import.meta.url)));
const { openSearch } = (await module("searchRows")) as { openSearch: (rows: Rows) => Search };
const { shareRows, layOut } = (await module("sharedRows")) as {
  shareRows: (table: { terms: readonly string[]; values: Float32Array; vectorSize: number }) => Rows;
  layOut: (terms: number, vectorSize: number) => Rows["layout"];
};

function rowsOf(values: Float32Array, vectorSize: number): Rows {
  return shareRows({ terms: Array(values.length / vectorSize).fill(""), values, vectorSize });
}

/** The same rows by their codes first, and all of them exactly. */
function bothOf(values: Float32Array, vectorSize: number): readonly [Search, Search] {
  const coded = rowsOf(values, vectorSize);
  const exact = rowsOf(values, vectorSize);
  const search = openSearch(coded);
  search.prepare(5); // the rest with the first question
  return [search, openSearch({ ...exact, layout: { ...exact.layout, coded: undefined } })];
}

const listed = ({ rows, scores }: Ranked) => [[...rows], [...scores]];

/** Numbers between -1 and 1 whose third power is taken, so that a few are much larger than the others, as in learned vectors. */
function drawn(seed: number, length: number): Float32Array {
  const stream = randomStream(seed, "rows");
  return Float32Array.from({ length }, (_, i) => (2 * drawUniform(stream, i) - 1) ** 3);
}

describe("searchRows", () => {
  it.each([
    ["few numbers", 7, 1],
    ["a hundred", 100, 2],
    ["no multiple of 16", 50, 3],
  ])("finds by codes what comparing all finds, the same scores in the same order: %s", (_, vectorSize, seed) => {
    const terms = 2001;
    const values = drawn(seed, terms * vectorSize);
    for (let row = 7; row < terms; row += 300) values.copyWithin(row * vectorSize, 0, vectorSize); // ties go by the row
    values.fill(0, vectorSize, 2 * vectorSize);
    const [coded, exact] = bothOf(values, vectorSize);
    const questions = Array.from({ length: 24 }, (_, k): Question => {
      const row = (k * 37) % terms;
      return {
        vectors: [unitVector(values.subarray(row * vectorSize, (row + 1) * vectorSize))],
        count: [1, 10, 700][k % 3]!,
        excluded: k % 2 === 0 ? [row] : [],
      };
    });
    for (let from = 0; from < questions.length; from += 4) {
      const asked = questions.slice(from, from + 4);
      expect(coded.answer(asked).map(listed)).toEqual(exact.answer(asked).map(listed));
    }
  });

  it("does so for any rows, also those with infinities, with what is no number, and very long or short ones", () => {
    const number = fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: -2, max: 2 }) },
      fc.float({ noDefaultInfinity: false, noNaN: false }),
      fc.constantFrom(1e-30, -1e-22, 3e38),
    );
    const cases = fc
      .record({ size: fc.integer({ min: 1, max: 20 }), base: fc.integer({ min: 1, max: 4 }) })
      .chain(({ size, base }) =>
        fc.record({
          size: fc.constant(size),
          some: fc.array(fc.array(number, { minLength: size, maxLength: size }), { minLength: base, maxLength: 8 }),
          query: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: size, maxLength: size }),
          count: fc.integer({ min: 1, max: 30 }),
        }),
      );
    fc.assert(
      fc.property(cases, ({ size, some, query, count }) => {
        const rows = Array.from({ length: 600 }, (_, row) =>
          row < 560 ? [...drawn(row, size)] : some[row % some.length]!,
        );
        const [coded, exact] = bothOf(Float32Array.from(rows.flat()), size);
        const asked: Question[] = [{ vectors: [unitVector(query)], count, excluded: [3] }];
        expect(coded.answer(asked).map(listed)).toEqual(exact.answer(asked).map(listed));
      }),
      { seed: 8, numRuns: 15 },
    );
  });

  it("finds by 3CosMul what its formula gives", () => {
    // cosines to a, b, c of the rows (1,0), (0,1), (3,4): 1/2 and 1 after the move to 0 .. 1, and 0.8 and 0.9 of the last
    const [search] = bothOf(Float32Array.of(1, 0, 0, 1, 3, 4), 2);
    const [a, b] = [Float64Array.of(1, 0), Float64Array.of(0, 1)];
    const [{ rows, scores }] = search.answer([{ vectors: [a, b, b], count: 3, excluded: [] }]) as [Ranked];
    expect([...rows]).toEqual([1, 2, 0]);
    for (const [k, score] of [1 / 0.501, 0.81 / 0.801, 0.25 / 1.001].entries()) expect(scores[k]).toBeCloseTo(score, 5);
  });

  it("leaves codes out where they do not fit beside the rows", () => {
    expect(layOut(3_000_000, 300).coded).toBeUndefined();
    expect(layOut(3_000_000, 300).bytes).toBeLessThan(2 ** 32);
    expect(layOut(1000, 300).coded).toBeDefined();
  });
});
