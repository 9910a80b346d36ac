import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../support/command.js";
import { served } from "../support/served.js";

const words = {
  english: {
    mode: "words",
    topics: [
      ["apple", "pear", "ripe", "sweet", "orchard"],
      ["boat", "sea", "sail", "harbour", "anchor"],
    ],
  },
  chinese: {
    mode: "chinese",
    topics: [
      ["苹果", "梨子", "水果", "果园", "甜"],
      ["帆船", "大海", "港口", "船长", "水手"],
    ],
  },
} as const;

let folder: string;
const inFolder = (name: string) => join(folder, name);

/** Documents of words of one topic, in turn; every other document has the other topic. */
function documentsOf([first, second]: readonly [readonly string[], readonly string[]]): string[] {
  return Array.from({ length: 60 }, (_, d) => {
    const own = d % 2 === 0 ? first : second;
    return Array.from({ length: 12 }, (_, i) => own[(d * 7 + i * 3 + (i >> 2)) % own.length]!).join("，");
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lexstream-test-"));
  for (const [language, { mode, topics }] of Object.entries(words)) {
    writeFileSync(inFolder(`${language}.txt`), `${documentsOf(topics).join("\n")}\n`);
    const config = {
      source: { files: { paths: `${language}.txt`, format: "lines" } },
      steps: [
        { tokenize: { mode } },
        { buildVocab: { minCount: 1 } },
        "encode",
        "documentTerms",
        { lda: { topics: 2, epochs: 20, batchSize: 20, workers: 1, kernel: "plain", holdout: 0.1, learningOffset: 1 } },
        { writeTopics: { path: "topics.arrow" } },
        { describeTopics: { path: "topics.txt", k: 5 } },
        "inferTopics",
        { writeDocumentVectors: { path: "shares.arrow" } },
      ],
    };
    writeFileSync(inFolder(`${language}.json`), JSON.stringify(config));
    const run = await command("run", inFolder(`${language}.json`), "--out", inFolder(language), "--progress", "none");
    expect([run.code, run.err]).toEqual([0, expect.any(String)]);
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(["english", "chinese"] as const)("topics in %s", (language) => {
  const planted = words[language].topics.map((terms) => [...terms].sort());

  it("are told by their first terms, as a report, in words and as JSON", async () => {
    const { code, out } = await command("topics", inFolder(language), "-k", "5", "--json", "--by", "probability");
    expect(code).toBe(0);
    const told = JSON.parse(out) as { topic: number; terms: { term: string }[] }[];
    expect(told.map(({ topic }) => topic)).toEqual([0, 1]);
    const found = told.map(({ terms }) => terms.map(({ term }) => term).sort());
    expect(found.sort()).toEqual(planted.sort());
    const lines = (await command("topics", inFolder(language), "-k", "2")).out.trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^ {2}0 +\d+\.\d % {2}\S+ \S+$/);
    expect(readFileSync(join(inFolder(language), "topics.txt"), "utf8")).toMatch(
      /^topics and their first terms\n {2}0 \(\d/,
    );
  });

  it("predict half of texts from the other half", async () => {
    const scored = await command("eval", inFolder(language), "--documents", inFolder(`${language}.txt`), "--json");
    const { perplexity, documents, tokens, unknownTokens, coherence } = JSON.parse(scored.out);
    expect([documents, tokens, unknownTokens]).toEqual([60, 360, 0]);
    expect(perplexity).toBeGreaterThan(4.5); // five terms a topic
    expect(perplexity).toBeLessThan(6);
    expect(coherence.npmi).toHaveLength(2);
    const said = await command("eval", inFolder(language), "--documents", inFolder(`${language}.txt`));
    expect(said.out).toMatch(
      /^perplexity \d\.\d\d of 360 tokens in 60 texts, 0 unknown left out\ncoherence: NPMI -?\d\.\d{4}, U_mass -\d\.\d{4}, C_v -?\d\.\d{4}, of the first ten terms in these texts\n$/,
    );
  });
});

it("say what another file holds", async () => {
  const told = async (...args: string[]) => {
    const { code, err } = await command(...args);
    return [code, err];
  };
  const topics = inFolder("english/topics.arrow");
  const shares = inFolder("english/shares.arrow");
  expect(await told("neighbors", topics, "apple")).toEqual([0, ""]); // by the shares of its terms in the topics
  expect(await told("search", topics, "apple")).toEqual([
    1,
    `${topics}: must be a file of searchIndex, got one of topics\n`,
  ]);
  expect(await told("topics", shares)).toEqual([
    1,
    `${shares}: must be a file of topics, got a table without its facts, of the columns document, id, vector\n`,
  ]);
});

it("tells how well terms go together in the windows of another text", async () => {
  writeFileSync(inFolder("other.txt"), "apple pear apple\npear ripe\nsea sail\n");
  const config = {
    source: { files: { paths: "other.txt", format: "lines" } },
    steps: [
      ...["tokenize", { buildVocab: { minCount: 1 } }, { writeVocabulary: { path: "vocab.arrow" } }, "encode"],
      ...[
        { windowContexts: { windowSize: 10, boundary: "document" } },
        { accumulateCooccurrence: { weighting: "flat" } },
      ],
      { writeCooccurrence: { path: "pairs.arrow" } },
    ],
  };
  writeFileSync(inFolder("pairs.json"), JSON.stringify(config));
  const run = await command("run", inFolder("pairs.json"), "--out", inFolder("pairs"), "--progress", "none");
  expect(run.code).toBe(0);
  const asked = ["topics", inFolder("english"), "-k", "5", "--coherence", inFolder("pairs")];
  const told = JSON.parse((await command(...asked, "--json")).out) as {
    terms: { term: string }[];
    coherence: { npmi: number; uci: number };
  }[];
  const fruit = told.find(({ terms }) => terms.some(({ term }) => term === "apple"))!;
  // Both directions: apple-apple 2, apple-pear 2 + 2, pear-ripe 1 + 1, sea-sail 1 + 1: 10 pairs; of apple 4, pear 3, ripe 1.
  // ln(2 x 10 / 12) + ln(1 x 10 / 3) = 1.714798; the other 8 of 10 pairs count -1.
  expect(fruit.coherence.uci).toBeCloseTo((1.714798 - 8) / 10, 6);
  const { out } = await command(...asked);
  expect(out).toMatch(
    /\ncoherence {2}NPMI +C_uci +C_v\n +0 +-?\d\.\d{4} (.*\n){2}mean .+\n5 terms not in the table, whose pairs count -1\n$/,
  );
});

it("tells classes of documents by their names, also over HTTP", async () => {
  writeFileSync(inFolder("labelled.tsv"), "fruit\tapple pear pear the\n海\tboat the the sea\nfruit\tripe apple\n");
  const config = {
    source: { files: { paths: "labelled.tsv", header: false, field: "2", labels: "1" } },
    steps: [
      ...["tokenize", { buildVocab: { minCount: 1 } }, "encode", "documentTerms"],
      ...["classTopics", { writeTopics: { path: "classes.arrow" } }],
    ],
  };
  writeFileSync(inFolder("classes.json"), JSON.stringify(config));
  const run = await command("run", inFolder("classes.json"), "--out", inFolder("classes"), "--progress", "none");
  expect(run.code).toBe(0);
  const { out } = await command("topics", inFolder("classes"), "-k", "2", "--by", "classTfIdf");
  // 6 and 4 words, A = 5: apple, pear 2/6 ln(1 + 5/2); the 1/4 x 2 ln(1 + 5/3) = .490, boat, sea 1/4 ln 6 = .448
  expect(out).toBe("  0  60.0 %  fruit: apple pear\n  1  40.0 %  海: the boat\n");
  const url = await served(inFolder("classes"));
  const told = await (await fetch(`${url}/topics?k=1&by=classTfIdf`)).json();
  expect(told).toMatchObject({
    topics: [
      { topic: 0, name: "fruit" },
      { topic: 1, name: "海" },
    ],
  });
  const asked = await (await fetch(`${url}/infer?text=boat`)).json();
  expect(asked).toMatchObject({ topics: [{ topic: 1, name: "海" }, {}] });
});

it("answers over HTTP which topics there are, and those of a text", async () => {
  const url = await served(inFolder("chinese"));
  const get = async (path: string) => (await fetch(`${url}${path}`)).json() as Promise<Record<string, never>>;
  const { topics } = (await get("/topics?k=5")) as unknown as {
    topics: { topic: number; terms: { term: string }[] }[];
  };
  const fruit = topics.find(({ terms }) => terms.some(({ term }) => term === "苹果"))!.topic;
  const asked = await get(`/infer?text=${encodeURIComponent("苹果，果园，梨子，未知")}`);
  expect(asked).toMatchObject({ topics: [{ topic: fruit }, {}], knownTokens: 3 });
  expect(await get(`/infer?text=${encodeURIComponent("苹果，果园，梨子，未知")}`)).toEqual(asked);
  const none = (await get("/infer?text=xyz")) as unknown as { topics: { share: number }[] };
  expect(none.topics.map(({ share }) => share)).toEqual([0.5, 0.5]);
});

it.each([
  [
    ["topics", "MODEL", "--by", "size"],
    /^topics: --by must be one of probability, relevance, lift, classTfIdf, got size/,
  ],
  [["topics", "MODEL", "--lambda", "2"], /^topics: --lambda must be a number in 0 \.\. 1, got 2/],
  [
    ["eval", "MODEL", "--documents", "EMPTY"],
    /^eval: .*empty\.txt must have texts of two tokens or more that the topics know, got none/,
  ],
] as const)("refuses %j in one line", async (argv, message) => {
  writeFileSync(inFolder("empty.txt"), "zzz\n");
  const named = argv.map((part) =>
    part === "MODEL" ? inFolder("english") : part === "EMPTY" ? inFolder("empty.txt") : part,
  );
  const { code, err } = await command(...named);
  expect(code).not.toBe(0);
  expect(err).toMatch(message);
  expect(err.trimEnd().split("\n")).toHaveLength(1);
});
