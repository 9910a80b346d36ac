import { readFileSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../support/command.js";
import { served } from "../support/served.js";

const texts = {
  english: {
    fruit: ["red apples", "ripe pears", "sweet apples"],
    ships: ["a boat at sea", "sails and ropes", "the boat left"],
  },
  chinese: { 水果: ["红苹果很甜", "梨子熟了", "苹果和梨"], 船: ["船在海上", "帆船出海了", "船离开港口"] },
};

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lexstream-test-"));
  for (const [language, labels] of Object.entries(texts)) {
    const rows = Object.entries(labels).flatMap(([label, all]) => all.map((text) => ({ kind: label, text })));
    const repeated = Array.from({ length: 5 }, () => rows).flat();
    writeFileSync(join(folder, `${language}.jsonl`), repeated.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const labelled = repeated.map(({ kind, text }) => `__label__${kind} ${text}\n`).join("");
    writeFileSync(join(folder, `${language}.txt`), labelled);
    const { code, err } = await command(
      ...["train", "fastTextClassifier", join(folder, `${language}.jsonl`), "--labels", "kind", "--field", "text"],
      ...["-o", join(folder, language), "--vector-size", "8", "--buckets", "1000", "--holdout", "0", "--workers", "1"],
      ...["--progress", "none"],
    );
    expect([code, err]).toEqual([0, expect.any(String)]);
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const inFolder = (name: string) => join(folder, name);

describe.each([
  ["english", "boats at sea\nan apple and a boat\n\n", "ships"],
  ["chinese", "船在海上\n苹果\n\n", "船"],
] as const)("lexstream classify, in %s", (language, lines, first) => {
  it("tells a line for each line, by the steps with which the run made tokens", async () => {
    const file = inFolder(`${language}-new.txt`);
    writeFileSync(file, lines);
    const { code, out } = await command("classify", inFolder(language), file);
    expect(code).toBe(0);
    const rows = out.split("\n");
    expect(rows).toHaveLength(4);
    expect(rows[0]).toMatch(new RegExp(`^${first} (0\\.\\d{4}|1\\.0000)$`));
    expect(rows[2]).toBe(""); // no word, no label
  });

  it("scores itself on texts with labels, as lines and as records", async () => {
    const model = inFolder(language);
    const labelled = await command("eval", model, "--labelled", inFolder(`${language}.txt`));
    expect(labelled.out).toContain("30 texts\nP@1 1.0000, R@1 1.0000, micro F1 1.0000, macro F1 1.0000\n");
    const records = ["--labelled", inFolder(`${language}.jsonl`), "--labels", "kind", "--field", "text", "--json"];
    expect(JSON.parse((await command("eval", model, ...records)).out)).toMatchObject({
      documents: 30,
      precisionAtK: 1,
    });
  });
});

it("says what decided, and which labels come next", async () => {
  const file = inFolder("one.txt");
  writeFileSync(file, "red apples\n");
  const { out } = await command("classify", inFolder("english"), file, "-k", "2", "--explain");
  expect(out).toMatch(/^fruit \d\.\d{4} {2}ships \d\.\d{4}\n {2}against ships:\n {2}\+\d\.\d{3} {2}/);
  const { out: json } = await command("classify", inFolder("english"), file, "-k", "2", "--json");
  const { predicted } = JSON.parse(json);
  expect(predicted[0].probability + predicted[1].probability).toBeCloseTo(1, 9);
});

it.each([
  ["english", 3000, "--json"], // two parts
  ["chinese", 40, "--explain"],
] as const)("tells the same on threads, in %s", async (language, count, form) => {
  const file = inFolder(`${language}-long.jsonl`);
  const records = readFileSync(inFolder(`${language}.jsonl`), "utf8")
    .trimEnd()
    .split("\n");
  const row = (i: number) => {
    const { kind, text } = JSON.parse(records[i % records.length]!);
    return `${JSON.stringify({ kind, text: `${text} ${i % 97} `.repeat(i % 50) })}\n`; // some empty
  };
  writeFileSync(file, Array.from({ length: count }, (_, i) => row(i)).join(""));
  const asked = ["classify", inFolder(language), file, "--field", "text", "--labels", "kind", "-k", "2", form];
  const expected = await command(...asked, "--workers", "0");
  const { code, out } = await command(...asked, "--workers", "2");
  expect([code, out === expected.out]).toEqual([0, true]);
  expect(out.match(form === "--json" ? /"predicted":/g : /^ {2}against /gm)!.length).toBeGreaterThan(0.9 * count);
});

it("answers over HTTP", async () => {
  const url = await served(inFolder("chinese"));
  const reply = await (await fetch(`${url}/classify?text=${encodeURIComponent("苹果很甜")}`)).json();
  expect(reply).toMatchObject({ sequence: 1, labels: [{ label: "水果" }] });
  const most = await (await fetch(`${url}/classify?k=2&threshold=0.5&text=${encodeURIComponent("苹果很甜")}`)).json();
  expect(most).toEqual(reply);
  const post = async (body: string, type: string) =>
    (await fetch(`${url}/classify`, { method: "POST", body, headers: { "content-type": type } })).json();
  expect(await post("苹果很甜", "text/plain; charset=utf-8")).toEqual(reply);
  expect(await post(JSON.stringify({ text: "苹果很甜", k: 2, threshold: 0.5 }), "application/json")).toEqual(reply);
  const long = "苹果".repeat(100_000); // 600 kB
  expect(await post(long, "text/plain")).toMatchObject({ labels: [{ label: "水果" }] });
  const { error } = (await (await fetch(`${url}/classify`)).json()) as { error: string };
  expect(error).toBe("classify: text is required and must be a text that is not empty");
});

it.each([
  [["classify", "MODEL", "none.txt"], /^classify: none\.txt must be a file, got nothing there/],
  [["classify", "MODEL", "-", "--threshold", "2"], /^classify: --threshold must be a number in 0 \.\. 1, got 2/],
  [
    ["eval", "MODEL"],
    /^eval: at least one --similarity, --analogies, .*--labelled, --documents or --retrieval file must be given/,
  ],
  [
    ["eval", "MODEL", "--labelled", "UNLABELLED"],
    /must have texts with labels, got 1 text without; --labels names where/,
  ],
  [["classify", "EMPTY", "-"], /must be an Arrow or Parquet file, not packed, got an empty file/],
] as const)("refuses %j in one line", async (args, message) => {
  writeFileSync(inFolder("unlabelled.txt"), "red apples\n");
  writeFileSync(inFolder("empty.bin"), "");
  const named = args.map((each) =>
    each
      .replace("MODEL", inFolder("english"))
      .replace("UNLABELLED", inFolder("unlabelled.txt"))
      .replace("EMPTY", inFolder("empty.bin")),
  );
  const { code, err } = await command(...named);
  expect(code).not.toBe(0);
  expect(err).toMatch(message);
  expect(err.trimEnd().split("\n")).toHaveLength(1);
});

it("scores labelled lines whatever their file is called, and notes where they are classified as they stand", async () => {
  for (const language of ["english", "chinese"] as const) {
    const valid = inFolder(`${language}.valid`);
    writeFileSync(valid, readFileSync(inFolder(`${language}.txt`)));
    expect((await command("eval", inFolder(language), "--labelled", valid)).out).toContain("30 texts\nP@1 1.0000");
    const plain = await command("classify", inFolder(language), valid);
    expect(plain.err).toBe(
      `note: ${valid}: texts begin with __label__, which is read as a word of theirs; --format labelled takes the labels out\n`,
    );
    const labelled = await command("classify", inFolder(language), valid, "--format", "labelled");
    expect([labelled.code, labelled.err, labelled.out.split("\n").length]).toEqual([0, "", 31]);
  }
});

it("warns of texts that were passed over", async () => {
  const file = inFolder("gaps.txt");
  writeFileSync(
    file,
    "__label__fruit red apples\nno label\n__label__ships a boat __label__水果\n__label__ships\n没有标签\n",
  );
  const train = ["train", "fastTextClassifier", file, "--format", "labelled", "-o", inFolder("gaps"), "--epochs", "2"];
  const { code, out } = await command(...train, "--progress", "none");
  expect(code).toBe(0);
  expect(out).toContain(
    "warning: fastTextClassifier: 3 texts passed over, without a label or word; lexstream inspect tells more\n",
  );
  expect(JSON.parse(readFileSync(join(inFolder("gaps"), "manifest.json"), "utf8")).counts.documentsPassedOver).toBe(3);
});

it("says that a classifier holds no vectors", async () => {
  const file = join(inFolder("english"), "classifier.arrow");
  expect((await command("neighbors", file, "apples")).err).toBe(
    `${file}: must be a file of vectors, got one of classifier\n`,
  );
});

it("says that one label is not enough, and where labels come from", async () => {
  const file = inFolder("alone.txt");
  writeFileSync(file, "__label__only red apples\n__label__only ripe pears\n");
  const train = ["train", "fastTextClassifier", file, "-o", inFolder("alone"), "--progress", "none", "--force"];
  expect((await command(...train, "--format", "labelled")).err).toContain(
    'fastTextClassifier: texts must have two labels or more, got "only" alone',
  );
  expect((await command(...train)).err).toContain(
    "fastTextClassifier: texts must have two labels or more, got none; the source's option labels, or its format labelled, says where they are",
  );
});

const STEPS_LOST =
  "a file of fastText's does not hold the steps that cut texts, and is read as if white space did; lexstream classify --steps names a classifier or config that has them";

describe("a file of fastText's", () => {
  const config = (path: string) => `
source: { files: { paths: chinese.txt, format: labelled } }
steps:
  - tokenize: { mode: chinese }
  - buildVocab
  - encode
  - fastTextClassifier: { vectorSize: 8, buckets: 1000, holdout: 0, workers: 1 }
  - writeClassifier: { path: ${path} }
`;

  it("says when it is written and read that it does not hold the steps of texts, which others have", async () => {
    writeFileSync(inFolder("c.yaml"), config("c.bin"));
    const made = await command("run", inFolder("c.yaml"), "-o", inFolder("binary"), "--progress", "none");
    expect(made.out).toContain(`warning: ${inFolder("binary/c.bin")}: ${STEPS_LOST}\n`);
    const file = inFolder("apples.txt");
    writeFileSync(file, "红苹果和船\n");
    const whole = await command("classify", inFolder("chinese"), file, "-k", "2");
    const model = inFolder("binary/c.bin");
    const cutAtSpaces = await command("classify", model, file, "-k", "2");
    expect(cutAtSpaces.err).toBe(
      `note: ${model} does not tell how texts are cut: they are cut at white space, as fastText does; --steps names a config or a classifier with other steps\n`,
    );
    expect(cutAtSpaces.out).not.toBe(whole.out);
    const bySteps = await Promise.all(
      [inFolder("chinese"), inFolder("c.yaml")].map((steps) =>
        command("classify", model, file, "-k", "2", "--steps", steps),
      ),
    );
    for (const { out, err } of bySteps) expect([out, err]).toEqual([bySteps[0]!.out, ""]);
    expect(bySteps[0]!.out).toMatch(/^水果 0\.[5-9]/);
    const scores = await command(
      ...["eval", model, "--labelled", inFolder("chinese.txt"), "--steps", inFolder("c.yaml"), "--json"],
    );
    expect(JSON.parse(scores.out)).toMatchObject({ precisionAtK: 1 });
  });

  it("tells of labels that begin in another way, and leaves it out where it is named", async () => {
    const texts = inFolder("classes.txt");
    writeFileSync(texts, "__class__fruit red apples\n__class__ships a boat\n".repeat(5));
    const labels = ["--format", "labelled", "--label-prefix", "__"];
    const train = ["train", "fastTextClassifier", texts, "-o", inFolder("classes.bin"), "--progress", "none"];
    await command(...train, ...labels, "--buckets", "100", "--vector-size", "4", "--mode", "whitespace");
    // Labels were class__fruit; as a model with the prefix __class__ has them, they begin with it.
    const model = inFolder("classes.bin");
    writeFileSync(model, readFileSync(model, "latin1").replaceAll("__label__class__", "__class__"), "latin1");
    const file = inFolder("boat.txt");
    writeFileSync(file, "a boat\n");
    const told = await command("classify", model, file);
    expect(told.out).toMatch(/^__class__ships /);
    expect(told.err).toContain(
      `note: ${model} has labels that do not begin with __label__, such as "__class__fruit"; --label-prefix leaves out how they begin\n`,
    );
    const left = await command("classify", model, file, "--label-prefix", "__class__");
    expect([left.out.split(" ")[0], left.err.split("\n").length]).toEqual(["ships", 2]);
    const wrong = await command("classify", model, file, "--label-prefix", "__kind__");
    expect([wrong.code, wrong.err.trimEnd().split("\n").at(-1)]).toEqual([
      1,
      `${model}: labels must begin with __kind__, as --label-prefix says, got "__class__fruit"`,
    ]);
  });

  it.each([
    ["phrases.yaml", "must hold the phrases that its step joinPhrases needs, got none"],
    ["nothing.yaml", "the config must be a readable file or a ready config, got neither"],
    ["english.txt", "must be an Arrow or Parquet file"],
  ])("takes no steps from %s", async (name, message) => {
    const phrases = "  - learnPhrases\n  - joinPhrases\n  - buildVocab\n";
    writeFileSync(inFolder("phrases.yaml"), config("c.bin").replace("  - buildVocab\n", phrases));
    const file = inFolder("apple.txt");
    writeFileSync(file, "苹果\n");
    const { code, err } = await command("classify", inFolder("english"), file, "--steps", inFolder(name));
    expect(code).toBeGreaterThan(0);
    expect(err).toContain(message);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
  });
});

it("quantises a classifier into a file of the size that it tells, which answers as before", async () => {
  const out = inFolder("small.ftz");
  const made = await command("quantize", inFolder("english"), "-o", out);
  const rows = Number(/of (\d+) terms/.exec(made.out)?.[1]);
  expect(made).toMatchObject({ code: 0, err: `warning: ${out}: ${STEPS_LOST}\n` });
  expect(made.out).toBe(`${out}: ${statSync(out).size} bytes, ${rows} of ${rows} terms and buckets\n`);
  const texts = inFolder("sea.txt");
  writeFileSync(texts, "a boat at sea\nripe apples\n");
  const told = await command("classify", out, texts);
  expect(told.out).toMatch(/^ships .*\nfruit .*\n$/);

  const limit = statSync(out).size - 1;
  const again = ["quantize", inFolder("english"), "-o", out, "--max-size", String(limit)];
  const refused = await command(...again);
  expect([refused.code, refused.err]).toEqual([1, `${out}: must not be there yet; --force replaces it\n`]);
  expect(statSync(out).size).toBe(limit + 1);
  const cut = await command(...again, "--force");
  expect(cut.out).toContain(`${rows - 1} of ${rows} terms`);
  expect(statSync(out).size).toBeLessThanOrEqual(limit);
});

describe.each([
  ["english", "sea.txt", "a boat at sea\nripe apples\n"],
  ["chinese", "海.txt", "船在海上\n苹果和梨\n"],
])("lexstream convert of a classifier, in %s", (language, name, lines) => {
  it("writes what fastText's program reads, and tells in a line each what that lacks", async () => {
    const [model, texts] = [inFolder(language), inFolder(name)];
    writeFileSync(texts, lines);
    const labelsOf = async (path: string) => {
      const { out } = await command("classify", path, texts, "--steps", model, "--json");
      return out.split("\n").flatMap((line) => (line ? JSON.parse(line).predicted[0].label : []));
    };
    const expected = await labelsOf(model);
    expect(expected).toHaveLength(2);
    const lineEnd =
      "fastText counts the end of a line as a word of n-grams, so that its answers differ a little; sentenceEnd: true learns with it";
    for (const [ending, losses] of [
      ["bin", [STEPS_LOST, lineEnd]],
      ["ftz", [STEPS_LOST]],
    ] as const) {
      const to = inFolder(`${language}.${ending}`);
      const made = await command("convert", model, to);
      expect([made.code, made.err]).toEqual([0, losses.map((loss) => `warning: ${to}: ${loss}\n`).join("")]);
      expect(made.out).toMatch(/^wrote .*: 2 labels, \d+ terms\n$/);
      expect(await labelsOf(to)).toEqual(expected);
    }
    const table = inFolder(`${language}-again.arrow`);
    expect(await command("convert", inFolder(`${language}.bin`), table)).toMatchObject({ code: 0, err: "" });
    expect(await labelsOf(table)).toEqual(expected);
  });
});

it.each([
  [["c.doc"], /^writeClassifier: path must end in one of \.arrow .*got ".*c\.doc"$/],
  [["c.arrow", "--terms", "t.txt"], /^convert: --terms must go with vectors, got the classifier .*english.*$/],
  [
    ["c.bin", "--format", "gloveText"],
    /^writeClassifier: format must be one of auto, table, fastText, got "gloveText"/,
  ],
])("refuses in one line to convert a classifier with %j", async ([to, ...options], message) => {
  const { code, err } = await command("convert", inFolder("english"), inFolder(to!), ...options);
  expect(code).toBeGreaterThan(0);
  expect(err.trimEnd()).toMatch(message);
});

it.each([
  [["-o", "small.bin"], "quantize: --out must be a file named .ftz, got small.bin"],
  [
    ["-o", "a.ftz", "--max-size", "1MB", "--cutoff", "9"],
    "quantize: either --max-size or --cutoff must be given, got both",
  ],
  [["-o", "a.ftz", "--max-size", "10"], /quantize: the file must have room for one row, \d+ bytes, got 10/],
])("says in one line why it does not quantise with %j", async (options, message) => {
  const { code, err } = await command("quantize", inFolder("english"), ...options);
  expect(code).toBeGreaterThan(0);
  expect(err).toMatch(message);
});
