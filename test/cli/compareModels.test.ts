import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { ModelComparison } from "#pipelines";
import { command, startCommand } from "../support/command.js";
import { samples } from "../support/samples.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const PAIRS = "the\tand\t5\nthe\ther\t3\nshe\ther\t8\n我\t他\t7\n我\t的\t2\n";

async function prepare() {
  const folder = await temporaryFolder();
  const at = (name: string) => join(folder, name);
  writeFileSync(at("corpus.txt"), samples(4000));
  writeFileSync(at("pairs.tsv"), PAIRS);
  return at;
}

const read = (path: string) => JSON.parse(readFileSync(path, "utf8")) as ModelComparison;

it("trains models over a text, goes on after an interrupt, and trains none again", async () => {
  const at = await prepare();
  const asked = ["compare", at("corpus.txt"), "-o", at("out"), "--models", "lsa", "--similarity", at("pairs.tsv")];
  const started = startCommand(asked);
  await expect.poll(started.err).toContain("model 1 of 1: lsa\n");
  started.interrupt();
  expect(await started.ended).toBe(130);
  expect(existsSync(at("out/compare.json"))).toBe(false); // no row for what is not done

  const first = await command(...asked, "--resume", "--progress", "none");
  expect([first.code, first.err]).toEqual([0, "model 1 of 1: lsa\n"]);
  expect(first.out).toMatch(/^model +pairs spearman +seconds +processor s +memory MB +size MB\nlsa +-?\d\.\d{3} /);
  const before = read(at("out/compare.json"));
  const [{ cost, bytes, scores }] = before.rows as [ModelComparison["rows"][0]];
  expect(Math.abs(scores.pairs!)).toBeLessThanOrEqual(1);
  expect([cost!.seconds, cost!.processorSeconds, cost!.memoryBytes, bytes].every((value) => value! > 0)).toBe(true);
  expect(readFileSync(at("out/compare.md"), "utf8")).toContain("| lsa |");
  expect(existsSync(at("out/compare.arrow"))).toBe(true);
  const made = readFileSync(at("out/lsa/vectors.arrow"));

  const refused = await command(...asked);
  expect([refused.code, refused.err]).toEqual([
    2,
    expect.stringContaining("holds a comparison; --resume goes on with it"),
  ]);
  const again = await command(...asked, "--resume", "--json");
  expect(JSON.parse(again.out)).toEqual(before); // what training took is that of the first time
  expect(readFileSync(at("out/lsa/vectors.arrow"))).toEqual(made);
});

it("goes on where a model of a config fails, and says why in its row", async () => {
  const at = await prepare();
  writeFileSync(
    at("two.yaml"),
    `
source: { files: { paths: corpus.txt } }
steps: [normalize, tokenize, buildVocab, encode, documentTerms]
branches:
  bad: [accumulateDocumentTerms, { lsa: { vectorSize: 2000 } }, { writeSemanticSpace: { path: space.arrow } }]
  good: [bm25, { writeSearchIndex: { path: index.arrow } }]
`,
  );
  const { code, out, err } = await command("compare", at("two.yaml"), "-o", at("out"), "--similarity", at("pairs.tsv"));
  expect(code).toBe(0);
  const [bad, good] = read(at("out/compare.json")).rows;
  expect(bad).toEqual({ model: "bad", scores: {}, fault: expect.stringMatching(/^lsa: vectorSize must be/) });
  expect(good).toMatchObject({ model: "good", scores: {}, bytes: expect.any(Number) });
  expect([out, err].every((text) => text.includes(`bad: ${bad!.fault}`))).toBe(true);
});

it("scores bags of words and TF-IDF on labels, and on queries, where a frequent word misleads the former", async () => {
  const at = await prepare();
  const topics = { sea: ["boat", "sail", "wave"], food: ["rice", "soup", "tea"] };
  const documents = Object.values(topics).flatMap((words) => words.map((word) => `${word} ${word} ${word} the`));
  writeFileSync(at("texts.txt"), `${[...documents, "the the the the"].join("\n")}\n`);
  const labelled = Object.entries(topics).flatMap(([label, words]) =>
    words.map((word) => `__label__${label} the ${word}`),
  );
  writeFileSync(at("labelled.txt"), `${Array.from({ length: 20 }, (_, line) => labelled[line % 6]).join("\n")}\n`);
  writeFileSync(at("queries.tsv"), "1\tthe the soup\n2\tthe the wave\n");
  writeFileSync(at("relevance.tsv"), "1\t4\t1\n2\t2\t1\n"); // documents by their numbers, from 0
  const { code, err } = await command(
    ...["compare", at("texts.txt"), "-o", at("out"), "--progress", "none", "--language", "english"],
    ...["--models", "bagOfWords,tfidf", "--labelled", at("labelled.txt")],
    ...["--retrieval", at("queries.tsv"), "--relevance", at("relevance.tsv")],
  );
  expect(code, err).toBe(0);
  const [counts, weights] = read(at("out/compare.json")).rows;
  // cosines of (2, 1) with (1, 3) and (4, 0) of "the" and "soup": 0.71 and 0.89; with idf 1 and ln 4 + 1 they are 0.85 and 0.64
  expect(counts).toMatchObject({ model: "bagOfWords", scores: { labelled: 1, queries: 1 / Math.log2(3) } });
  expect(weights).toMatchObject({ model: "tfidf", scores: { labelled: 1, queries: 1 } });
});

it("scores keywords, and the terms of an index, by the phrases that people gave to other texts", async () => {
  const at = await prepare();
  const texts = [
    "1\tneural networks; fast learning\tNeural networks are fast learning, and neural networks are learning.",
    "2\t神经网络; 学习\t神经网络的学习，神经网络的研究。",
  ];
  writeFileSync(at("judged.tsv"), `${texts.join("\n")}\n`);
  const { code, err } = await command(
    ...["compare", at("corpus.txt"), "-o", at("out"), "--progress", "none", "--json"],
    ...["--models", "keywords,bm25", "--keyphrases", at("judged.tsv")],
  );
  expect(code, err).toBe(0);
  const { columns, rows } = read(at("out/compare.json"));
  expect(columns).toMatchObject([{ name: "judged", measure: "F1@10", items: 2, unit: "texts" }]);
  const [phrases, index] = rows;
  // TextRank finds neural networks, learning, fast: 1 of 3 is right, of 2 given; then 神经网络, 学习, 研究: 2 of 3, of 2
  expect(phrases).toMatchObject({ model: "keywords", scores: { judged: (2 / 5 + 4 / 5) / 2 } });
  expect(index).toMatchObject({ model: "bm25", scores: {} });
});

it.each([
  [["--models", "word"], 'got "word"'],
  [["--retrieval", "queries.tsv"], "--retrieval must go with --relevance, got one of them alone"],
  [["--terms", "a"], "--terms must not be given where all models over one text are compared"],
  [["--set", "epochs=1"], "--set must go with a config, got "],
  [["--budget", "0"], '--budget must be minutes, a number above 0, got "0"'],
])("refuses %j", async (options, message) => {
  const at = await prepare();
  const { code, err } = await command("compare", at("corpus.txt"), "-o", at("out"), ...options);
  expect(code).not.toBe(0);
  expect(err).toContain(message);
});
