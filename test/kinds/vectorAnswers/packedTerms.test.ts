import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

// How terms travel is no entry of the package.
const { packTerms, unpackTerms } = (await import(
  fileURLToPath(new URL("../../../dist/kinds/vectorAnswers/packedTerms.js", import.meta.url))
)) as {
  packTerms: (terms: readonly string[]) => object;
  unpackTerms: (
    packed: object,
    rest: () => Promise<unknown>,
  ) => Promise<{ terms: readonly string[]; rows: ReadonlyMap<string, number> }>;
};

describe("packed terms", () => {
  it.each([
    ["none", []],
    ["some of one and of two UTF-16 units", ["the", "猫", "😀", "a", "𠮷野家", "x y\n"]],
  ])("are the terms again, each with its row: %s", async (_, terms) => {
    const { rows, ...unpacked } = await unpackTerms(structuredClone(packTerms(terms)), async () => {});
    expect(unpacked.terms).toEqual(terms);
    expect([...rows]).toEqual(terms.map((term, row) => [term, row]));
  });

  it("let others have their turn between two parts", async () => {
    let turns = 0;
    const terms = Array.from({ length: 12_000 }, (_, n) => `t${n}`);
    const { rows } = await unpackTerms(packTerms(terms), async () => turns++);
    expect([turns, rows.get("t11999")]).toEqual([2, 11_999]); // after 5,000 and 10,000
  });
});
