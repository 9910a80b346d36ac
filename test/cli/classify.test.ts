import { statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { command, startCommand } from "../support/command.js";

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

it("answers over HTTP", async () => {
  const server = startCommand(["serve", inFolder("chinese"), "--listen", "127.0.0.1:0"]);
  onTestFinished(async () => {
    server.interrupt();
    await server.ended;
  });
  const url = await vi.waitFor(() => /http:\/\/\S+/.exec(server.out())?.[0] ?? Promise.reject(new Error("not yet")), {
    timeout: 60_000,
    interval: 50,
  });
  const reply = await (await fetch(`${url}/classify?text=${encodeURIComponent("苹果很甜")}`)).json();
  expect(reply).toMatchObject({ sequence: 1, labels: [{ label: "水果" }] });
  const { error } = (await (await fetch(`${url}/classify`)).json()) as { error: string };
  expect(error).toBe("classify: text is required and must be a text that is not empty");
});

it.each([
  [["classify", "MODEL", "none.txt"], /^classify: none\.txt must be a file, got nothing there/],
  [["classify", "MODEL", "-", "--threshold", "2"], /^classify: --threshold must be a number in 0 \.\. 1, got 2/],
  [["eval", "MODEL"], /^eval: at least one --similarity, --analogies or --labelled file must be given/],
  [["eval", "MODEL", "--labelled", "UNLABELLED"], /must have texts with labels, got 1 text without/],
] as const)("refuses %j in one line", async (args, message) => {
  writeFileSync(inFolder("unlabelled.txt"), "red apples\n");
  const named = args.map((each) =>
    each.replace("MODEL", inFolder("english")).replace("UNLABELLED", inFolder("unlabelled.txt")),
  );
  const { code, err } = await command(...named);
  expect(code).not.toBe(0);
  expect(err).toMatch(message);
  expect(err.trimEnd().split("\n")).toHaveLength(1);
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

it("quantises a classifier into a file of the size that it tells, which answers as before", async () => {
  const out = inFolder("small.ftz");
  const made = await command("quantize", inFolder("english"), "-o", out);
  const rows = Number(/of (\d+) terms/.exec(made.out)?.[1]);
  expect(made).toMatchObject({ code: 0, err: "" });
  expect(made.out).toBe(`${out}: ${statSync(out).size} bytes, ${rows} of ${rows} terms and buckets\n`);
  const texts = inFolder("sea.txt");
  writeFileSync(texts, "a boat at sea\nripe apples\n");
  const told = await command("classify", out, texts);
  expect(told.out).toMatch(/^ships .*\nfruit .*\n$/);

  const limit = statSync(out).size - 1;
  const cut = await command("quantize", inFolder("english"), "-o", out, "--max-size", String(limit));
  expect(cut.out).toContain(`${rows - 1} of ${rows} terms`);
  expect(statSync(out).size).toBeLessThanOrEqual(limit);
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
