import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtIn, type SearchedText } from "#pipelines";
import type { SearchIndex, SemanticSpace } from "#schemas";
import { readWhole } from "#storage";
import { kinds } from "../../dist/kinds/kinds.js";
import { command } from "../support/command.js";
import { served } from "../support/served.js";

const texts = {
  english: ["A boat at sea.", "Ripe apples, red and sweet.", "", "The boats left the harbour, a boat behind them."],
  chinese: ["船在海上", "苹果又红又甜", "", "小船离开港口，后面是一条大船"],
};

let folder: string;
const inFolder = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lexstream-test-"));
  for (const [language, lines] of Object.entries(texts)) {
    const rows = lines.map((text, k) => `${JSON.stringify({ id: `d${k}`, title: `Title ${k}`, text })}\n`);
    writeFileSync(inFolder(`${language}.jsonl`), rows.join(""));
    const { code, err } = await command(
      ...["train", "bm25", inFolder(`${language}.jsonl`), "-o", inFolder(language), "--progress", "none"],
      ...["--id", "id", "--fields", "title", ...(language === "chinese" ? ["--language", "chinese"] : [])],
    );
    expect([code, err]).toEqual([0, expect.any(String)]);
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const found = (out: string): SearchedText[] =>
  out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe.each([
  ["english", "BOAT", ["d0", "d3"]],
  ["chinese", "船", ["d0"]],
] as const)("lexstream search, in %s", (language, query, ids) => {
  it("finds documents by the steps with which the run made tokens", async () => {
    const { code, out, err } = await command("search", inFolder(language), query, "--json");
    expect([code, err]).toEqual([0, ""]);
    const [{ hits, unknown }] = found(out) as [SearchedText];
    expect(hits.map(({ id }) => id)).toEqual(ids);
    expect(hits[0]).toMatchObject({ rank: 1, document: 0, fields: { title: "Title 0" } });
    expect(unknown).toEqual([]);
  });

  it("tells a line for each hit: rank, score, id, title", async () => {
    const { out } = await command("search", inFolder(language), query, "-k", "1", "--explain");
    expect(out).toMatch(
      new RegExp(
        `^ {2}1 {4}\\d\\.\\d{4} {2}d0 {2}Title 0\\n {7}\\d\\.\\d{4} {2}${query.toLowerCase()}: 1 here, in \\d documents?\\n$`,
      ),
    );
  });

  it("answers the same over HTTP", async () => {
    const { answers, load } = builtIn.kinds.get("searchIndex")!;
    expect(load).toBeUndefined();
    const { loadValue } = await import("../../dist/pipelines/tools/loadValue.js");
    const index = (await loadValue(builtIn.kinds.get("searchIndex")!, inFolder(language))) as SearchIndex;
    const [question] = answers!.questions;
    expect(question).toMatchObject({ name: "search", body: "query" });
    const reply = await question!.answer(index as never, { query, k: 5, explain: true } as never);
    const { out } = await command("search", inFolder(language), query, "--json", "--explain");
    const [{ query: _, ...told }] = JSON.parse(`[${out}]`);
    expect(reply).toEqual(told);
  });
});

it("takes many queries from a file, and tells which words are not there", async () => {
  const file = inFolder("queries.txt");
  writeFileSync(file, "boat\n\nxyzzy\nred boat xyzzy\n");
  const { code, out, err } = await command("search", inFolder("english"), "--queries", file, "--json");
  expect(code).toBe(0);
  expect(found(out).map(({ hits }) => hits.map(({ id }) => id))).toEqual([["d0", "d3"], [], ["d1", "d0", "d3"]]);
  expect(err).toBe('note: no document has a word of "xyzzy"; not in the index: xyzzy\nnote: not in the index: xyzzy\n');
  const lines = await command("search", inFolder("english"), "--queries", file);
  expect(lines.out).toMatch(/^boat\n {2}1 .*\n {2}2 .*\nxyzzy\nred boat xyzzy\n {2}1 /);
});

it("searches as it is told", async () => {
  const scoreOf = async (...options: string[]) => {
    const [{ hits }] = found((await command("search", inFolder("english"), "boat", "--json", ...options)).out) as [
      SearchedText,
    ];
    return hits[0]!.score;
  };
  // boat is in 2 of 4 documents; 4 + 5 + 0 + 9 words. Document 0: 1 of 4 words.
  expect(await scoreOf("--k1", "1", "--b", "0")).toBeCloseTo(Math.log(2) / 2, 12); // ln(1 + 2.5 / 2.5) x 1 / (1 + 1)
  expect(await scoreOf("--variant", "atire", "--k1", "1", "--b", "0")).toBeCloseTo(Math.log(2), 12); // ln(4 / 2) x 2 / 2
  expect(await scoreOf("--scoring", "cosine")).toBeLessThan(1);
});

it.each([
  ["english", "harbour", ["d0", "d3"], "boat"],
  ["chinese", "港口", ["d0", "d3"], "船"],
])(
  "searches in a space of LSA that the same run made, weighed as it tells, in %s",
  async (language, query, ids, shared) => {
    // A document that has the query, one that has its company, and others.
    const lines = {
      english: ["A boat at sea, a boat.", "Ripe apples, red.", "red apples, sweet", "The boat left the harbour."],
      chinese: ["船 在 海 上 船", "苹果 又 红", "红 苹果 甜", "船 离开 港口"],
    }[language as "english" | "chinese"];
    const name = inFolder(`${language}-lsa`);
    writeFileSync(`${name}.jsonl`, lines.map((text, k) => `${JSON.stringify({ id: `d${k}`, text })}\n`).join(""));
    writeFileSync(
      `${name}.yaml`,
      `
source: { files: { paths: ${language}-lsa.jsonl, id: id } }
steps: [normalize, tokenize: { mode: ${language === "chinese" ? "whitespace" : "words"} }, buildVocab: { minCount: 1 }, encode, documentTerms]
branches:
  index: [bm25, writeSearchIndex: { path: index.arrow }]
  lsa:
    - documentFrequencies
    - weighTerms: { preset: gensim, sublinear: true }
    - accumulateDocumentTerms
    - lsa: { vectorSize: 2, workers: 1 }
    - writeSemanticSpace: { path: space.arrow }
`,
    );
    const run = await command("run", `${name}.yaml`, "--out", name, "--progress", "none");
    expect([run.code, run.err]).toEqual([0, expect.any(String)]);
    const space = (await readWhole(kinds.semanticSpace, join(name, "space.arrow"))) as SemanticSpace;
    expect(JSON.parse(space.metadata.get("weightSteps")!)).toMatchObject([
      { weighTerms: { preset: "gensim", sublinear: true } },
    ]);
    const [{ hits }] = found((await command("search", name, query, "--space", name, "-k", "2", "--json")).out) as [
      SearchedText,
    ];
    expect(hits.map(({ id }) => id).toSorted()).toEqual(ids); // both lie along boats
    expect(hits[0]!.score).toBeGreaterThan(0.5);
    const url = await served(name, "--space", name);
    const answer = await fetch(`${url}/search?k=2&query=${encodeURIComponent(query)}`);
    expect(await answer.json()).toMatchObject({ hits });
    expect((await command("search", name, query)).out).toMatch(/^ {2}1 .*d3\n$/); // the only one that has the word
    const { out } = await command("search", name, query, shared, "--space", join(name, "space.arrow"), "--explain");
    expect(out).toContain(`${query}: 0 here, in 1 document\n`);
    const [queries, relevance] = [inFolder("space-q.tsv"), inFolder("space-r.tsv")];
    writeFileSync(queries, `q\t${query}\n`);
    writeFileSync(relevance, "q\td3\t1\nq\td0\t1\n");
    const told = await command("eval", name, "--retrieval", queries, "--relevance", relevance, "--space", name);
    expect(told.out).toContain("MAP 1.0000");
  },
);

it("scores itself on queries whose documents are known", async () => {
  const [queries, relevance, trec] = ["q.tsv", "r.tsv", "r.qrels"].map(inFolder) as [string, string, string];
  writeFileSync(queries, "q1\tboat\nq2\tapples\nq3\tnothing\n");
  writeFileSync(relevance, "q1\td3\t1\nq2\td1\t4\nq1\td0\t-1\n");
  writeFileSync(trec, "q1 0 d3 1\nq2 0 d1 1\nq1 0 d0 0\n");
  const evaluated = async (file: string, ...options: string[]) =>
    command("eval", inFolder("english"), "--retrieval", queries, "--relevance", file, ...options);
  // q1 finds d0, d3: 1 / 2; q2 finds d1.
  expect((await evaluated(trec)).out).toBe(
    `2 queries, 1 without a relevant document left out
MAP 0.7500, MRR 0.7500
nDCG@10 0.8155, P@10 0.1000, recall@10 1.0000
`,
  );
  // d3 4, d0 1: (1 + 4 / log2 3) / (4 + 1 / log2 3) = 0.7609; q2 finds all.
  const graded = JSON.parse((await evaluated(relevance, "--gain", "5-grade", "--json", "-k", "2")).out);
  expect(graded).toMatchObject({ queries: 2, meanAveragePrecision: 1, k: 2 });
  expect(graded.ndcgAtK).toBeCloseTo((0.76088 + 1) / 2, 4);
});

it.each([
  [["search", "english"], "search: there must be a query, or a file of queries as --queries, got neither"],
  [
    ["search", "english", "a", "--queries", "q"],
    "search: there must be a query, or a file of queries as --queries, got both",
  ],
  [["search", "english", "", " "], 'search: the query must have a word, got "  "'],
  [["search", "english", "a", "--b", "2"], "search: b must be a number from 0 to 1, got 2"],
  [["eval", "english", "--retrieval", "q"], "eval: --retrieval must come with --relevance"],
])("refuses %j", async ([name, run, ...rest], message) => {
  const { code, err } = await command(name!, inFolder(run!), ...rest);
  expect(code).toBeGreaterThan(0);
  expect(err).toContain(message);
});

it("tells where a file of queries or judgements is wrong", async () => {
  const [queries, relevance] = [inFolder("wrong.tsv"), inFolder("judged.tsv")];
  const refused = async (queryText: string, judged: string, ...options: string[]) => {
    writeFileSync(queries, queryText);
    writeFileSync(relevance, judged);
    return (await command("eval", inFolder("english"), "--retrieval", queries, "--relevance", relevance, ...options))
      .err;
  };
  expect(await refused("boat\n", "q d 1\n")).toContain('a query must be an id, a tab and a text, got "boat" in');
  expect(await refused("q\tboat\n", "q d\n")).toContain("a judgement must be a query, a document and a grade");
  expect(await refused("q\tboat\n", "q d x\n")).toContain("judged.tsv line 1");
  expect(await refused("q\tboat\n", "p d 1\n")).toContain(`must have a relevant document in ${relevance}, got none`);
  expect(await refused("q\tboat\n", "q d 1\n", "--gain", "best")).toContain(
    "gain must be grade, or a number less the grade",
  );
});

it("searches no file that is cut short", async () => {
  const path = inFolder("cut.arrow");
  writeFileSync(path, readFileSync(join(inFolder("english"), "index.arrow")).subarray(0, 900));
  const { code, err } = await command("search", path, "boat");
  expect(code).toBe(1);
  expect(err).toContain(`${path}: must be a whole Arrow file, got one without its footer: it is cut short`);
});
