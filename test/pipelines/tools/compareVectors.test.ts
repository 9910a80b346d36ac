import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { of } from "rxjs";
import { describe, expect, it } from "vitest";
import { drawUniform, randomStream } from "#kernels";
import { compareVectors, evaluateVectors } from "#pipelines";
import { run } from "#runtime";
import { writeVectors } from "#sinks";
import { characterVectors } from "../../support/characterVectors.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

/** A file of vectors in a new folder for each table, by name. */
async function filesOf(tables: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>) {
  const folder = await temporaryFolder();
  for (const [name, rows] of Object.entries(tables)) {
    const lines = Object.entries(rows).map(([term, vector]) => [term, ...vector].join(" "));
    writeFileSync(join(folder, name), `${lines.length} ${Object.values(rows)[0]!.length}\n${lines.join("\n")}\n`);
  }
  return (name: string) => join(folder, name);
}

const random = (seed: number, size: number) => {
  const stream = randomStream(seed, "compare");
  return (row: number) => Array.from({ length: size }, (_, d) => 2 * drawUniform(stream, row * size + d) - 1);
};
const terms = Array.from({ length: 40 }, (_, k) => (k % 2 === 0 ? `w${k}` : `词${k}`));
const tableOf = (names: readonly string[], vector: (row: number) => readonly number[]) =>
  Object.fromEntries(names.map((term, row) => [term, vector(row)]));

describe("compareVectors", () => {
  it("compares two small models by hand, of different sizes", async () => {
    const at = await filesOf({
      "a.vec": { cat: [1, 0], dog: [1, 0.1], 猫: [1, 0.4], tree: [0, 1], onlyA: [0.1, 1] },
      "b.vec": { dog: [1, 0, 0], cat: [0, 1, 0], 猫: [0.5, 1, 0], tree: [1, 0.1, 0] },
    });
    const found = await compareVectors(at("a.vec"), at("b.vec"), { neighbors: 1, terms: ["tree", "onlyA", "none"] });
    expect(found.a).toEqual({ path: at("a.vec"), terms: 5, vectorSize: 2 });
    expect(found.b).toEqual({ path: at("b.vec"), terms: 4, vectorSize: 3 });
    expect(found.shared).toBe(4);
    // nearest among the shared, in a: cat dog, dog cat, 猫 dog, tree 猫; in b: cat 猫, dog tree, 猫 cat, tree dog: none agrees
    expect(found.overlap).toEqual({ terms: 4, neighbors: 1, meanJaccard: 0 });
    const near = found.terms.map(({ term, a, b }) => [term, a?.map((each) => each.term), b?.map((each) => each.term)]);
    expect(near).toEqual([
      ["tree", ["onlyA"], ["dog"]], // among all of a
      ["onlyA", ["tree"], undefined],
      ["none", undefined, undefined],
    ]);
  });

  it("finds two equal models equal, and tells of the most frequent terms", async () => {
    const at = await filesOf({ "a.vec": tableOf(terms, random(1, 5)) });
    const { overlap, terms: told } = await compareVectors(at("a.vec"), at("a.vec"));
    expect(overlap).toEqual({ terms: 40, neighbors: 10, meanJaccard: 1 });
    expect(told.map(({ term }) => term)).toEqual(terms.slice(0, 5));
  });

  it("tells first of a term whose neighbours moved most, and of the same in both orders", async () => {
    const vector = random(2, 5);
    const moved = (row: number) => (row === 11 ? vector(11).map((value) => -value) : vector(row));
    const at = await filesOf({
      "a.vec": tableOf(terms, vector),
      "b.vec": tableOf(terms.toReversed(), (row) => moved(39 - row)),
    });
    const [there, back] = [
      await compareVectors(at("a.vec"), at("b.vec")),
      await compareVectors(at("b.vec"), at("a.vec")),
    ];
    expect(there.terms[0]!.term).toBe(terms[11]);
    expect(back.terms.map(({ term, a, b }) => ({ term, a: b, b: a }))).toEqual(there.terms);
    expect(back.overlap.meanJaccard).toBeCloseTo(there.overlap.meanJaccard, 12);
  });

  it("scores both on the items that both know, as eval does, and tells how many each knows", async () => {
    const [vector, others] = [random(3, 5), random(4, 5)];
    const at = await filesOf({ "a.vec": tableOf(terms, vector), "b.vec": tableOf(terms.slice(0, 30), others) });
    const pairs = terms.slice(0, 39).map((term, k) => `${term}\t${terms[k + 1]}\t${(k * 7) % 10}`);
    writeFileSync(at("pairs.tsv"), `${pairs.join("\n")}\n`);
    writeFileSync(at("both.tsv"), `${pairs.slice(0, 29).join("\n")}\n`);
    const questions = terms.slice(0, 37).map((_, k) => terms.slice(k, k + 4).join(" "));
    writeFileSync(at("questions.txt"), `: some\n${questions.join("\n")}\n: 其他\n${terms.slice(1, 5).join(" ")}\n`);
    const { similarity, analogies } = await compareVectors(at("a.vec"), at("b.vec"), {
      similarity: [at("pairs.tsv")],
      analogies: [at("questions.txt")],
    });
    const pairScores = similarity["pairs.tsv"]!;
    expect(pairScores).toMatchObject({ items: 39, shared: 29, known: { a: 39, b: 29 }, draws: 2000, unscored: 0 });
    for (const side of ["a", "b"] as const) {
      const alone = await evaluateVectors(at(`${side}.vec`), { similarity: [at("both.tsv")] });
      expect(pairScores[side].score).toBeCloseTo(alone.similarity["both.tsv"]!.spearman, 12);
    }
    expect(pairScores.difference.score).toBeCloseTo(pairScores.b.score - pairScores.a.score, 12);
    expect(analogies["questions.txt"]).toMatchObject({ items: 38, shared: 28, known: { a: 38, b: 28 } });
    const alone = await evaluateVectors(at("b.vec"), { analogies: [at("questions.txt")] });
    const { correct, asked } = alone.analogies["questions.txt"]!.total;
    expect(analogies["questions.txt"]!.b.score).toBeCloseTo(correct / asked, 12);
  });

  describe("where one has subwords", () => {
    async function files() {
      const at = await filesOf({ "b.vec": { cat: [1, 0, 0], 猫: [1, 1, 0], tree: [0, 0, 1], 木头: [0, 1, 1] } });
      const a = characterVectors({ cat: [1, 0], 猫: [1, 0.2], tree: [0, 1], dog: [1, 0.5] }, { 木: [0, 2], k: [3, 3] });
      await run(of(a).pipe(writeVectors({ path: at("a.arrow") })));
      const pairs = ["cat 猫 9", "cat tree 1", "猫 木头 2", "tree 木头 8", "cat k 5"];
      writeFileSync(at("pairs.tsv"), pairs.map((pair) => `${pair.replaceAll(" ", "\t")}\n`).join(""));
      writeFileSync(
        at("questions.txt"),
        ": all\ncat 猫 tree dog\n木 tree cat 猫\n木头 tree cat 猫\n木头 tree 木头 木头\n",
      );
      return at;
    }

    it("scores what both know, and what both have a vector for, as eval does", async () => {
      const at = await files();
      const sets = { similarity: [at("pairs.tsv")], analogies: [at("questions.txt")] };
      const { similarity, analogies } = await compareVectors(at("a.arrow"), at("b.vec"), sets);
      const { withSubwords, ...known } = similarity["pairs.tsv"]!;
      expect(known).toMatchObject({ items: 5, shared: 2, known: { a: 2, b: 4 } });
      expect(withSubwords).toMatchObject({ items: 5, shared: 4, known: { a: 5, b: 4 } });
      const alone = await evaluateVectors(at("b.vec"), sets);
      expect(withSubwords!.b.score).toBeCloseTo(alone.similarity["pairs.tsv"]!.spearman, 12);
      expect(analogies["questions.txt"]).toMatchObject({
        ...{ items: 4, shared: 0, known: { a: 1, b: 2 } }, // dog is not in b, 木 in neither, 木头 in b alone
        withSubwords: { items: 4, shared: 1, known: { a: 3, b: 2 } }, // an answer must be in the table: not 木头
      });
    });

    it("tells the neighbours of a term that it makes, and which model did", async () => {
      const at = await files();
      const options = { neighbors: 1, terms: ["木头", "cat", "水"] };
      const { terms: told, shared } = await compareVectors(at("a.arrow"), at("b.vec"), options);
      expect(shared).toBe(3);
      expect(told[0]).toMatchObject({ a: [{ term: "tree" }], b: [{ term: "tree" }], madeOfSubwords: ["a"] });
      expect(told[1]).not.toHaveProperty("madeOfSubwords");
      expect(told[2]).toEqual({ term: "水", a: undefined, b: undefined });
      const back = await compareVectors(at("b.vec"), at("a.arrow"), options);
      expect(back.terms[0]).toMatchObject({ madeOfSubwords: ["b"] });
    });
  });

  it("must be given models that share terms", async () => {
    const at = await filesOf({ "a.vec": { cat: [1] }, "b.vec": { 猫: [1] } });
    await expect(compareVectors(at("a.vec"), at("b.vec"))).rejects.toThrow(
      new RangeError("compare: the two must share terms, got none in both"),
    );
  });
});
