import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../support/command.js";
import { served } from "../support/served.js";
import { shortOrLong } from "../support/shortOrLong.js";

let folder: string;
const ENGINE = "engine wasm, plain (auto: ";
const inFolder = (name: string) => join(folder, name);

/** Two sentences of one form each; what follows the second word is certain. */
const english = Array.from({ length: 80 }, (_, k) => (k % 3 === 0 ? "the dog sees a bone" : "the cat eats a fish"));
const chinese = Array.from({ length: 80 }, (_, k) => (k % 3 === 0 ? "狗看见骨头" : "猫吃了小鱼"));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lexstream-test-"));
  writeFileSync(inFolder("english.txt"), `${english.join("\n")}\n`);
  writeFileSync(inFolder("chinese.txt"), `${chinese.join("\n")}\n`);
  const shared = [
    "--format",
    "lines",
    "--vector-size",
    "16",
    "--epochs",
    "15",
    "--learning-rate",
    "0.05",
    "--holdout",
    "0",
  ];
  const layout = ["--lanes", "4", "--length", "6", "--progress", "none", "--workers", "1"];
  for (const [language, ...more] of [["english"], ["chinese", "--mode", "characters"]]) {
    const { code, err } = await command(
      ...["train", "rnnlm", inFolder(`${language}.txt`), "-o", inFolder(language!)],
      ...[...shared, ...layout, ...more],
    );
    expect([code, err]).toEqual([0, expect.stringContaining(`note: rnnlm: ${ENGINE}`)]);
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each([
  ["english", "the cat eats a", "fish", "the cat", "the cat eats a fish\n"],
  ["chinese", "猫吃了小", "鱼", "猫吃", "猫吃了小鱼\n"],
])("a language model, in %s", (language, before, after, prompt, sentence) => {
  it("tells what comes next", async () => {
    const { code, out } = await command("next", inFolder(language), before, "-k", "2");
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^0\\.[5-9]\\d*  ${after}\n0\\.\\d{4}  \\S+\n$`));
  });

  it("goes on with a text, as the seed says", async () => {
    const ask = (...more: string[]) => command("generate", inFolder(language), "--prompt", prompt, ...more);
    expect((await ask("--temperature", "0", "--sentence")).out).toBe(sentence);
    const [one, same, other] = [await ask("--seed", "4"), await ask("--seed", "4"), await ask("--seed", "5")];
    expect(one.out).toBe(same.out);
    expect(one.out).not.toBe(other.out);
    const json = JSON.parse((await ask("--length", "3", "--top-k", "1", "--json")).out);
    expect(json).toMatchObject({ prompt, terms: [expect.any(String), expect.any(String), expect.any(String)] });
  });

  it("tells how well it predicts a text, and words that it does not know", async () => {
    const { out } = await command(
      "perplexity",
      inFolder(language),
      inFolder(`${language}.txt`),
      "--format",
      "lines",
      "--json",
    );
    const told = JSON.parse(out);
    expect(told).toMatchObject({ words: 400, predicted: 400, unknownShare: 0 });
    expect(told.perToken).toBeLessThan(2);
    expect(told.perToken).toBeCloseTo(Math.exp(told.loss / told.predicted), 10);
    writeFileSync(inFolder("unknown.txt"), language === "english" ? "the zebra eats a fish\n" : "马吃了小鱼\n");
    const unknown = await command("perplexity", inFolder(language), inFolder("unknown.txt"), "--format", "lines");
    expect(unknown.out).toMatch(/^words {15}5, 20.00 % of them unknown\npredicted {11}5, .* nats each\nperplexity/);
  });

  it("prefers texts that it expects", async () => {
    const lines = language === "english" ? "a fish eats the cat\nthe cat eats a fish\n" : "鱼小了吃猫\n猫吃了小鱼\n";
    writeFileSync(inFolder("choice.txt"), lines);
    const { out } = await command("score", inFolder(language), inFolder("choice.txt"), "--sort");
    const rows = out.trim().split("\n");
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatch(
      language === "english" ? /^-\d\.\d{4} {2}5 {2}the cat eats a fish$/ : /^-\d\.\d{4} {2}5 {2}猫 吃 了 小 鱼$/,
    );
  });
});

it("is described by its folder: what it is, what it reads, and how it has learned", async () => {
  const { out } = await command("inspect", inFolder("english/model"), "--json");
  const { holds, metadata } = JSON.parse(out);
  expect(holds).toBe("languageModel");
  expect(metadata).toMatchObject({
    ...{ architecture: "rnnlm", terms: "10", tokenizer: "words" },
    sizes: expect.stringContaining("cell lstm, layers 1, vectorSize 16, hiddenSize 16"),
    engine: expect.stringContaining(ENGINE.replace("engine ", "")),
    learned: expect.stringMatching(/^\d+ steps, \d+ tokens, 15 passes$/),
    // 10 terms: a table of 10 x 16, a cell of (16 + 16 + 1) 64, an output of 17 x 10
    parameters: String(10 * 16 + 33 * 64 + 17 * 10),
  });
});

it("has the engine in its manifest, and why it is that one", () => {
  const { languageModel } = JSON.parse(readFileSync(inFolder("english/manifest.json"), "utf8"));
  expect(languageModel.rnnlm).toMatchObject({
    ...{ engine: "wasm", arithmetic: "plain" },
    engineChoice: expect.stringMatching(/^auto: \d+ parameters, tensorflow from 20 million on$/),
  });
});

it("is read by its folder and by its file, wherever they lie", async () => {
  const asked = await command("next", inFolder("english"), "the cat eats a", "-k", "1");
  cpSync(inFolder("english/model"), inFolder("moved"), { recursive: true });
  for (const place of ["english/model", "english/model/model.safetensors", "moved", "moved/model.safetensors"])
    expect(await command("next", inFolder(place), "the cat eats a", "-k", "1")).toEqual(asked);
});

it("reads texts as they lie in files: the text of records, and labelled lines without their labels", async () => {
  writeFileSync(inFolder("plain.txt"), "the cat eats a fish\n");
  writeFileSync(inFolder("records.csv"), 'topic,text\nb,"the cat eats a fish"\n');
  writeFileSync(inFolder("labelled.txt"), "__label__b the cat eats a fish\n");
  const plain = await command("score", inFolder("english"), inFolder("plain.txt"));
  expect(plain.out).toMatch(/ {2}5 {2}the cat eats a fish\n$/);
  for (const [name, ...more] of [
    ["records.csv", "--field", "text"],
    ["labelled.txt", "--format", "labelled"],
  ])
    expect(await command("score", inFolder("english"), inFolder(name!), ...more)).toEqual(plain);
});

it.each(shortOrLong(["rnnlm"], ["rnnlm", "nnlm"]))(
  "%s learns the same bytes at any number of workers and for any cut of the text",
  async (model) => {
    const config = inFolder("cut.yaml");
    const made: Buffer[] = [];
    const cuts = shortOrLong([], [[2, 64] as const]);
    for (const [workers, chunkSize] of [[1, 65_536], [3, 7], ...cuts] as const) {
      writeFileSync(
        config,
        `source: { files: { paths: [english.txt, chinese.txt], chunkSize: ${chunkSize} } }
steps:
  - tokenize: { batchSize: ${chunkSize} }
  - buildVocab
  - encode
  - packSequences: { length: 5, lanes: 6, across: corpus }
  - ${model}: { vectorSize: 8, epochs: 2, parts: 4, dropout: 0.2, holdout: 0.1, workers: ${workers} }
  - writeLanguageModel: { path: model.safetensors }
`,
      );
      const { code } = await command("run", config, "--out", inFolder("cut"), "--force", "--progress", "none");
      expect(code).toBe(0);
      made.push(readFileSync(inFolder("cut/model.safetensors")));
    }
    for (const more of made) expect(more.equals(made[0]!)).toBe(true);
  },
);

it("tells how many words have pieces that a tokenizer does not know", async () => {
  const [config, text] = [inFolder("pieces.yaml"), inFolder("pieces.txt")];
  writeFileSync(
    config,
    `source: { files: { paths: english.txt } }
steps:
  - tokenize: { mode: whitespace }
  - learnSubwords: { kind: wordPiece, size: 40 }
  - encodeSubwords
  - packSequences: { length: 6, lanes: 4 }
  - rnnlm: { vectorSize: 4, epochs: 1, holdout: 0, engine: reference }
  - writeLanguageModel: { path: model.safetensors }
`,
  );
  expect((await command("run", config, "--out", inFolder("pieces"), "--progress", "none")).code).toBe(0);
  writeFileSync(text, "the cat 猫 eats 狗\n");
  const told = JSON.parse((await command("perplexity", inFolder("pieces"), text, "--json")).out);
  expect(told).toMatchObject({ words: 5, unknownShare: 2 / 5 });
});

describe("how a text begins", () => {
  const learn = (name: string, ...more: string[]) =>
    command(
      ...["train", "nnlm", inFolder("english.txt"), "-o", inFolder(name), "--format", "lines", "--vector-size", "8"],
      ...["--epochs", "6", "--learning-rate", "0.05", "--workers", "1", "--progress", "json", ...more],
    );

  it("is known of a corpus whose documents follow each other, and the held-out loss of each pass is told", async () => {
    const { out, err } = await learn("follow", "--holdout", "0.1");
    expect(out).toMatch(/nnlm: held-out loss \d\.\d{4} in epoch 1, 0\.\d{4} in epoch 6\n/);
    expect(err).toMatch(/"stage":"epoch 2 of 6".*"heldOut":\{"nnlm":\d\.\d+\}/);
    const { losses } = JSON.parse(readFileSync(inFolder("follow/manifest.json"), "utf8"));
    const told = JSON.parse(readFileSync(inFolder("follow/model/config.json"), "utf8")).metadata.learned;
    expect(losses.nnlm.map(({ heldOutLoss }: { heldOutLoss: number }) => heldOutLoss)).toEqual(
      JSON.parse(told).heldOutLosses,
    );
    expect((await command("next", inFolder("follow"), "", "-k", "1")).err).toContain("an argument must not be empty");
    expect((await command("generate", inFolder("follow"), "--temperature", "0", "--length", "5")).out).toBe(
      "the cat eats a fish\n",
    );
    const curves = JSON.parse((await command("plot", inFolder("follow"), "--json")).out)[0].curves;
    expect(curves.map(({ run }: { run: string }) => run)).toEqual(["follow", "follow, held out"]);
  });

  it("is not known where each document stood alone, and ends with its sentence", async () => {
    await learn("alone", "--across", "document", "--lanes", "0", "--holdout", "0");
    const { code, err } = await command("generate", inFolder("alone"));
    expect(code).toBe(1);
    expect(err).toBe(
      'generate: the prompt must have a term that the model knows, since it has read no text from its beginning, got ""\n',
    );
    expect((await command("generate", inFolder("alone"), "-p", "the cat", "--temperature", "0")).out).toBe(
      "the cat eats a fish\n",
    );
  });
});

describe.each([
  ["english", ["the cat eats", "the cat", "the cat eats"]],
  ["chinese", ["猫吃了", "猫", "猫吃了"]],
])("vectors of sentences, in %s", (language, texts) => {
  const asked = (...args: string[]) =>
    command("vectors", inFolder(language), "--sentences", inFolder("sentences.txt"), "--format", "lines", ...args);

  it("are one a text, the same of the same text, and lie in a table if a file is named", async () => {
    writeFileSync(inFolder("sentences.txt"), `${texts.join("\n")}\n`);
    const { code, out } = await asked("--pooling", "last");
    const rows = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect([code, rows.map(({ document }) => document)]).toEqual([0, [0, 1, 2]]);
    expect(rows[2].vector).toEqual(rows[0].vector);
    expect(rows[1].vector).not.toEqual(rows[0].vector);
    const table = inFolder(`sentences-${language}.arrow`);
    const size = rows[0].vector.length;
    expect((await asked("-o", table)).out).toBe(`wrote ${table}: 3 texts of ${size} numbers\n`);
    expect((await asked("--pooling", "first")).err).toBe(
      "vectors: --pooling must be one of cls, mean, last, got first\n",
    );
  });
});

describe("vectors in context", () => {
  const asked = (...args: string[]) => command("vectors", inFolder("english"), "--format", "lines", ...args);

  it("are those of the words of a text, and lie in a table if a file is named", async () => {
    writeFileSync(inFolder("context.txt"), "the cat eats a fish\nthe zebra\n");
    const { out } = await asked("--in-context", inFolder("context.txt"), "--layer", "all");
    const rows = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows.map(({ term }) => term)).toEqual(
      ["the", "cat", "eats", "a", "fish", "the", "zebra"].flatMap((term) => [term, term]),
    );
    expect(rows.map(({ layer }) => layer)).toEqual(Array.from({ length: 14 }, (_, row) => row % 2));
    expect(rows[10]).toEqual({ ...rows[0], document: 1, sentence: 1 }); // what is behind it is not read
    expect(rows[12].vector).not.toEqual(rows[2].vector);
    const table = inFolder("context.parquet");
    const written = await asked("--in-context", inFolder("context.txt"), "-o", table);
    expect(written.out).toBe(`wrote ${table}: 7 words, 1 layer\n`);
    expect((await command("inspect", table)).out).toContain("holds: contextVectors");
    expect((await asked("--in-context", inFolder("context.txt"), "-o", table)).err).toContain("--force");
  });

  it("have means, which are compared as any word vectors", async () => {
    const [text, means] = [inFolder("english.txt"), inFolder("means.vec")];
    const { out } = await asked("--in-context", text, "--layer", "0", "--mean", "--min-count", "40", "-o", means);
    expect(out).toBe(`wrote ${means}: 5 terms of 16 numbers\n`); // the, a 80 times; cat, eats, fish 53; dog, sees, bone 27
    expect((await command("neighbors", means, "cat", "-k", "9")).out.trim().split("\n")).toHaveLength(5);
  });

  it("have neighbors among means, by the text that a term stands in", async () => {
    const [text, means] = [inFolder("english.txt"), inFolder("means.arrow")];
    await asked("--in-context", text, "--layer", "1", "--mean", "-o", means);
    const near = (sentence: string, ...more: string[]) =>
      command("neighbors", means, "a", "-k", "1", "--in-context", sentence, "--model", inFolder("english"), ...more);
    const [cat, dog] = [await near("the cat eats a fish", "--json"), await near("the dog sees a bone", "--json")];
    expect(JSON.parse(cat.out)[0]).toMatchObject({ term: "a", neighbors: [{ score: expect.any(Number) }] });
    expect(cat.out).not.toBe(dog.out);
    expect((await near("the cat")).err).toBe(
      'neighbors: the text must have the term "a" with a vector, got "the cat"\n',
    );
    expect((await command("neighbors", means, "a", "--in-context", "a")).err).toContain(
      "must stand beside either --model",
    );
    // The same means, made on the way.
    const made = ["--text", text, "--format", "lines", "--layer", "1", "-k", "1", "--json"];
    const sentence = ["--in-context", "the cat eats a fish"];
    expect(await command("neighbors", inFolder("english"), "a", ...sentence, ...made)).toEqual(cat);
    const both = await command("neighbors", means, "a", ...sentence, ...made, "--model", inFolder("english"));
    expect([both.code, both.err]).toEqual([2, expect.stringContaining("either --model or --text")]);
  });

  it.each([
    [
      "english",
      "a",
      /^a: 80 places, 2 groups, silhouette [01]\.\d\d\n1 {2}66\.3 %\n {3}the cat eats a fish\n2 {2}33\.8 %\n {3}the dog sees a bone\n$/,
    ],
    ["chinese", "了", /^了: 53 places, 1 group\n1 {2}100\.0 %\n {3}猫吃了小鱼\n$/],
  ])("group the places where a term stands, in %s", async (language, term, told) => {
    const text = inFolder(`${language}.txt`);
    const { out } = await command("senses", inFolder(language), term, text, "--format", "lines");
    expect(out).toMatch(told);
  });

  it.each([
    [[], "vectors: --in-context or --sentences must name a text"],
    [["--in-context", "-", "--layer", "top"], "vectors: --layer must be a number from 0, last, all or mix, got top"],
    [["--in-context", "-", "--mix", "1,2"], "vectors: --mix must stand beside --layer mix, got --layer last"],
    [
      ["--in-context", "-", "--layer", "mix", "--mix", "1,,2"],
      "vectors: --mix must be numbers between commas, got 1,,2",
    ],
    [["--in-context", "-", "--pooling", "max"], "vectors: --pooling must be first or mean, got max"],
    [["--in-context", "-", "--mean"], "vectors: --mean must have a file, -o FILE"],
  ])("are refused in one line: %s", async (args, message) => {
    const { code, err } = await asked(...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

it("is asked over HTTP", async () => {
  const url = await served(inFolder("english"));
  // biome-ignore lint/suspicious/noExplicitAny: a reply is whatever it is
  const ask = async (question: string): Promise<any> => (await fetch(`${url}${question}`)).json();
  expect((await ask("/next?prompt=the+cat+eats+a&k=1")).terms[0].term).toBe("fish");
  expect((await ask("/generate?prompt=the+cat&temperature=0&length=3")).text).toBe("the cat eats a fish");
  expect((await ask("/score?text=the+cat+eats+a+fish")).terms).toEqual(["the", "cat", "eats", "a", "fish"]);
});

it("fills in what is hidden over HTTP, and refuses what is for other models", async () => {
  const url = await served("test/fixtures/bert/model.safetensors");
  // biome-ignore lint/suspicious/noExplicitAny: a reply is whatever it is
  const ask = async (question: string): Promise<any> => (await fetch(`${url}${question}`)).json();
  const { masks } = await ask("/fill?text=the+cat+[MASK]+on+the+[MASK]&k=2");
  expect(masks.map((terms: readonly { readonly term: string }[]) => terms.length)).toEqual([2, 2]);
  expect(masks[0][0].text).toBe(`the cat ${masks[0][0].term} on the [MASK]`);
  expect(JSON.stringify(await ask("/next?prompt=the+cat"))).toContain("which predicts what is hidden; fill asks it");
  expect((await ask("/models")).models[0].questions).toEqual(["fill", "attention"]);
  const refused = await fetch(`${url}/attention?text=the&layer=9`);
  expect(refused.status).toBe(400);
  expect(await refused.text()).toMatch(/"attention: the layer must be one of 1 to \d+, got 9"/);
  const { err } = await command("generate", "test/fixtures/bert", "--prompt", "the cat");
  expect(err).toContain("generate: the model must predict what comes next, got bert");
});

describe("what is refused in one line", () => {
  it.each([
    [["generate", "english", "--temperature=-1"], "generate: --temperature must be a number at least 0, got -1"],
    [["generate", "english", "--top-p", "0"], "generate: --top-p must be a number above 0 and at most 1, got 0"],
    [["perplexity", "english", "english.txt", "--across", "lines"], "--across must be document or corpus, got lines"],
    [["perplexity", "english", "none.txt"], "none.txt must be a file, got nothing there"],
    [["next", "nowhere", "the"], "must be a file of tensors that can be read, got ENOENT"],
  ])("%s", async (args, message) => {
    const { code, err } = await command(
      ...args.map((arg) => (/^(english|none|nowhere)/.test(arg) ? inFolder(arg) : arg)),
    );
    expect(code).not.toBe(0);
    expect(err).toContain(message);
    expect(err.trim().split("\n")).toHaveLength(1);
  });

  it("a model of another tokenizer, of an architecture that is not there, without a tensor", async () => {
    const config = inFolder("english/model/config.json");
    const text = readFileSync(config, "utf8");
    const asked = async (from: string | RegExp, to: string) => {
      writeFileSync(config, text.replace(from, to));
      const { err } = await command("next", inFolder("english/model/model.safetensors"), "the");
      writeFileSync(config, text);
      return err;
    };
    expect(await asked('"rnnlm"', '"gpt9"')).toContain('the model must be of nnlm, rnnlm, gpt, bert, elmo, got "gpt9"');
    expect(await asked('"layers": 1', '"layers": 2')).toContain(
      "the model must have the tensors of its network, got others: layer.1.input of 16 x 64 is missing; layer.1.recur",
    );
    expect(await asked('"vocab_size": ', '"vocab_size": 1')).toContain("it is the tokenizer of another model");
  });
});
