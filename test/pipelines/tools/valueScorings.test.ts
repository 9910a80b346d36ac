import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Vectors } from "#kernels";
import { builtIn } from "#pipelines";
import type { Scorer, Scoring } from "#schemas";
import { searchIndexOf } from "../../support/searchIndexOf.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

/** What scores values of a kind, on files of such texts. */
async function scorerOf(kind: string, scoring: string, text: string, besides: Readonly<Record<string, string>> = {}) {
  const folder = await temporaryFolder();
  const at = (name: string, content: string) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const found = (builtIn.kinds.get(kind)!.scorings as Record<string, Scoring<unknown>>)[scoring]!;
  const others = Object.fromEntries(Object.entries(besides).map(([name, content]) => [name, at(name, content)]));
  if (found.on === "texts") throw new TypeError("must be scored on files");
  return (
    found.on === "file" || found.on === "stage" ? found.open(text, "file") : found.open(at("file", text), others)
  ) as Promise<Scorer<unknown>>;
}

const vectorsOf = (rows: Readonly<Record<string, readonly number[]>>) =>
  new Vectors({
    metadata: new Map(),
    terms: Object.keys(rows),
    values: Float32Array.from(Object.values(rows).flat()),
    vectorSize: Object.values(rows)[0]!.length,
  });

describe("vectors on texts with labels", () => {
  it.each([
    ["English", ["apple", "pear", "boat", "sail"]],
    ["Chinese", ["苹果", "梨", "船", "帆"]],
  ])("are told by the nearest mean, and a text without a known word wrong: %s", async (_, words) => {
    const [apple, pear, boat, sail] = words as [string, string, string, string];
    const learned = `__label__fruit ${apple}\n__label__sea ${boat}\n`;
    // pear is near apple, sail near boat; of both apple weighs more; zzz is not known
    const text = `__label__fruit ${pear}\n__label__sea ${sail}\n__label__sea ${apple} ${sail}\n__label__sea zzz\n`;
    const scorer = await scorerOf("vectors", "labelled", text, { learned });
    const table = vectorsOf({ [apple]: [3, 0], [pear]: [2, 0.5], [boat]: [0, 1], [sail]: [0.1, 1] });
    expect([scorer.items, scorer.unit, await scorer.score(table)]).toEqual([4, "texts", { "p@1": 0.5 }]);
  });
});

const line = (answer: "T" | "F", a: string, b: string) => {
  const place = (text: string) => [text.indexOf("bank"), text.indexOf("bank") + 4];
  return [answer, "bank", "N", ...place(a), ...place(b), a, b].join("\t");
};

it("judges words in context by static vectors of the words around them", async () => {
  const sentences = ["bank money", "bank money", "bank river", "bank river"];
  const rows = sentences.flatMap((a) => sentences.map((b) => line(a === b ? "T" : "F", a, b)));
  const scorer = await scorerOf("vectors", "word-in-context", `${rows.join("\n")}\n`);
  const table = vectorsOf({ bank: [1, 1], money: [1, 0], river: [0, 1] });
  expect([scorer.items, await scorer.score(table)]).toEqual([16, { accuracy: 1 }]);
});

describe("phrases that people gave to texts", () => {
  const text = [
    "1\tNeural networks; fast learning\tFast learning of neural networks.",
    "2\t神经网络; 学习\t神经网络的学习",
    "3\tnowhere\tThe end.",
  ].join("\n");

  it("are compared with those that a stage finds: in small letters, by stems, Chinese without blanks", async () => {
    const scorer = await scorerOf("keywords", "keyphrases", `${text}\n`);
    const found = [["neural network", "FAST learning", "of"], ["神经 网络"], []];
    const ofTexts = async (texts: readonly string[]) => {
      expect(texts).toEqual(["Fast learning of neural networks.", "神经网络的学习", "The end."]);
      return found.map((phrase, document) => ({ document: Int32Array.from(phrase, () => document), phrase }));
    };
    // 2 of 3 found and 2 given; 1 of 1 found and 2 given; nothing found
    expect([scorer.items, scorer.unit, await scorer.score(ofTexts)]).toEqual([
      ...[3, "texts"],
      { "F1@10": (4 / 5 + 2 / 3) / 3, "precision@10": (2 / 3 + 1) / 3, "recall@10": (1 + 1 / 2) / 3 },
    ]);
  });

  it("are compared with the terms that weigh most in an index, without stop words; BM25 has no weights", async () => {
    const scorer = await scorerOf("searchIndex", "keyphrases", "1\tcat\tThe cat and the dog sat by the dog.\n");
    const metadata = new Map([["textSteps", JSON.stringify([{ normalize: {} }, { tokenize: {} }])]]);
    const bm25 = {
      ...searchIndexOf([
        ["the", "cat"],
        ["the", "dog"],
        ["dog", "the"],
      ]),
      metadata,
    };
    const scheme = { tf: "raw", idf: "smooth", norm: "none" } as const;
    const weighted = { ...bm25, scoring: { ...bm25.scoring, scheme } };
    // "sat" is not known, "the" and "and" are stop words: dog and cat are told, of which cat is right
    expect(await scorer.score(weighted)).toEqual({ "F1@10": 2 / 3, "precision@10": 1 / 2, "recall@10": 1 });
    expect(await scorer.score(bm25)).toEqual({
      "F1@10": Number.NaN,
      "precision@10": Number.NaN,
      "recall@10": Number.NaN,
    });
  });

  it.each([
    [
      "1\tcat\n",
      'must be an id, phrases with semicolons between, and a text, with tabs between, got "1\\tcat" in line 1',
    ],
    ["1\t;\ta text\n", "must be an id, phrases"],
    ["\n", "must have a text with phrases, got none"],
  ])("refuses a file of another form: %j", async (content, message) => {
    await expect(scorerOf("keywords", "keyphrases", content)).rejects.toThrow(message);
  });
});

it("scores an index on queries whose documents are known", async () => {
  const index = {
    ...searchIndexOf([["cat", "sat"], ["dog"], ["cat", "dog", "ran"]]),
    metadata: new Map([["textSteps", JSON.stringify([{ normalize: {} }, { tokenize: {} }])]]),
  };
  const relevance = "q1\t0\t1\nq2\t1\t1\n";
  const scorer = await scorerOf("searchIndex", "retrieval", "q1\tcat sat\nq2\tcat dog\n", { relevance });
  const { MAP, "nDCG@10": gain } = (await scorer.score(index)) as Record<string, number>;
  // q1 finds document 0 first; for q2 documents 2 and then 1, the shorter of those with one word: rank 2
  expect([scorer.items, MAP]).toEqual([2, (1 + 1 / 2) / 2]);
  expect(gain).toBeCloseTo((1 + 1 / Math.log2(3)) / 2, 10);
  await expect(scorerOf("searchIndex", "retrieval", "q3\tcat\n", { relevance })).rejects.toThrow(
    /must have a relevant document in .*, got none/,
  );
});
