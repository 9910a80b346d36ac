import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { builtIn } from "#pipelines";
import { command, commandIn, startCommand } from "../support/command.js";
import { samples } from "../support/samples.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const texts = {
  english: {
    fruit: ["red apples", "ripe pears", "sweet apples"],
    ships: ["a boat at sea", "sails and ropes", "it left"],
  },
  chinese: { 水果: ["红苹果很甜", "梨子熟了", "苹果和梨"], 船: ["船在海上", "帆船出海了", "离开港口"] },
} as const;
type Language = keyof typeof texts;

function labelled(language: Language, times = 10): string {
  const rows = Object.entries<readonly string[]>(texts[language]).flatMap(([label, all]) =>
    all.map((text) => `__label__${label} ${text}\n`),
  );
  return rows.join("").repeat(times);
}

const configOf = (mode: string) => `
name: kinds
description: What a text is of
source: { files: { paths: texts.txt, format: labelled } }
steps:
  - normalize
  - tokenize: { mode: ${mode} }
  - buildVocab: { minCount: 1 }
  - encode
  - fastTextClassifier: { epochs: 4, learningRate: 0.02, vectorSize: 16, buckets: 1000, workers: 1, kernel: reference, holdout: 0 }
  - writeClassifier: { path: classifier.arrow }
`;

/** A folder with a config and its texts. */
async function prepare(language: Language = "english", config?: string): Promise<string> {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "texts.txt"), labelled(language));
  writeFileSync(join(folder, "kinds.yaml"), config ?? configOf(language === "chinese" ? "chinese" : "words"));
  return folder;
}

/** Searches but the options that make trials long. */
const quick = ["--trials", "5", ...["vectorSize", "wordNgrams", "epochs"].flatMap((name) => ["--fix", name])];

describe.each(["english", "chinese"] as const)("lexstream tune, with %s texts", (language) => {
  it("finds better options, the same ones again, and writes a config that runs with them", async () => {
    const folder = await prepare(language);
    const asked = ["tune", "kinds.yaml", ...quick, "--measure", "loss"];
    const { code, out, err } = await commandIn(folder, ...asked, "--save-config", "best.yaml");
    expect([code, err.split("\n").length]).toEqual([0, 6]);
    expect(err).toMatch(/^trial 1 of 5: p@1 \S+, macroF1 .*; best so far is trial 1; about .* left\n/);
    expect(err).toMatch(/\ntrial 5 of 5: [^;]*; best so far is trial \d\n$/);
    expect(out).toMatch(/^ +trial +loss +options of fastTextClassifier\n +1 +\d\.\d{4} +as the config has them\n/);
    const [, best, loss, before] = /lower is better: trial (\d) has loss (\S+), the config's own options (\S+)\n/.exec(
      out,
    )!;
    expect(Number(best)).toBeGreaterThan(1);
    expect(Number(loss)).toBeLessThan(Number(before));
    expect(out).toMatch(/\nwrote best.yaml\n$/);

    const again = await commandIn(folder, ...asked, "--json");
    const told = JSON.parse(again.out);
    expect(told).toMatchObject({ model: "fastTextClassifier", measure: "loss", better: "lower", seed: 1 });
    expect(told.trials).toHaveLength(5);
    expect(told.trials[0].options).toMatchObject({ learningRate: 0.02 });
    expect(told.best.trial).toBe(Number(best));
    expect(told.best.scores.loss.toFixed(4)).toBe(loss);
    expect(Object.keys(told.best.options)).not.toContain("epochs");
    expect((await commandIn(folder, ...asked, "--json")).out).toBe(again.out);
    expect((await commandIn(folder, ...asked, "--json", "--seed", "2")).out).not.toBe(again.out);

    const written = readFileSync(join(folder, "best.yaml"), "utf8");
    expect(written).toContain("description: What a text is of");
    expect(written).toContain(`learningRate: ${told.best.options.learningRate}\n`);
    const ran = await commandIn(folder, "run", "best.yaml", "--out", "out", "--progress", "none");
    expect(ran.code).toBe(0);
    const { config } = JSON.parse(readFileSync(join(folder, "out/manifest.json"), "utf8"));
    expect(config.steps.at(-2).fastTextClassifier).toMatchObject({
      ...told.best.options,
      vectorSize: 16,
      buckets: 1000,
    });
  });
});

it("tells the command that runs the best options", async () => {
  const folder = await prepare();
  const first = await commandIn(
    ...[folder, "tune", "kinds.yaml", "--trials", "1", "--seed", "2", "--set", "fastTextClassifier.epochs=2"],
  );
  expect(first.out).toContain(
    "\nlexstream run kinds.yaml --set=fastTextClassifier.epochs=2 --seed=2\n", // the config's own options are the best
  );
  const { out } = await commandIn(folder, "tune", "kinds.yaml", ...quick, "--measure", "loss");
  const [line] = /^lexstream run .*$/m.exec(out)!;
  expect(line).toMatch(/^lexstream run kinds\.yaml --set=fastTextClassifier\.\w+=\S+/);
  const [, ...args] = line.split(" ");
  expect((await commandIn(folder, ...args, "--out", "out", "--progress", "none")).code).toBe(0);
});

it("scores on a file, whose paths and those of a config elsewhere are found, and leaves no scratch", async () => {
  const folder = await prepare();
  mkdirSync(join(folder, "configs"));
  writeFileSync(join(folder, "valid.txt"), labelled("english", 2));
  mkdirSync(join(folder, "scratch"));
  vi.stubEnv("TMPDIR", join(folder, "scratch"));
  onTestFinished(() => void vi.unstubAllEnvs());
  const asked = ["--trials", "2", "--labelled", "valid.txt", "--save-config", "configs/best.yaml"];
  const { code, out } = await commandIn(folder, "tune", "kinds.yaml", ...asked);
  expect(code).toBe(0);
  expect(out).toContain("scored on 12 texts, higher is better");
  expect(readFileSync(join(folder, "configs/best.yaml"), "utf8")).toContain("- ../texts.txt");
  expect(readdirSync(join(folder, "scratch"))).toEqual([]);
  expect((await commandIn(folder, "tune", "kinds.yaml", ...asked)).err).toContain("--force");
});

it("scores vectors on pairs of words, of one model of several", async () => {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "corpus.txt"), samples(6000));
  writeFileSync(join(folder, "pairs.tsv"), "the\tof\t1\nthe\tand\t3\nof\tto\t5\na\tin\t2\n的\t是\t4\n了\t不\t1\n");
  writeFileSync(
    join(folder, "c.yaml"),
    `
source: { files: { paths: corpus.txt } }
steps: [normalize, tokenize: { mode: chinese }, buildVocab, encode]
branches:
  first: [windowContexts, word2vec: { vectorSize: 8, epochs: 1, workers: 1 }, writeVectors: { path: first.arrow }]
  second: [windowContexts, accumulateCooccurrence, glove: { vectorSize: 8, epochs: 1, workers: 1 }, writeVectors: { path: second.arrow }]
`,
  );
  const asked = ["tune", "c.yaml", "--trials", "2", "--similarity", "pairs.tsv"];
  const { err, code } = await commandIn(folder, ...asked);
  expect([code, err]).toEqual([2, "tune: --model must say which model, one of first, second\n"]);
  expect((await commandIn(folder, ...asked, "--model", "secnd")).err).toBe(
    "tune: --model must be one of first, second, got secnd; did you mean second?\n",
  );
  const fixed = ["vectorSize", "epochs"].flatMap((name) => ["--fix", name]);
  const found = await commandIn(folder, ...asked, "--model", "second", ...fixed, "--json");
  expect(JSON.parse(found.out)).toMatchObject({
    ...{ model: "glove", step: "branches/second/2/glove", measure: "spearman", better: "higher" },
    scoredOn: { items: 6, unit: "pairs" },
  });
  expect((await commandIn(folder, "tune", "c.yaml", "--trials", "2", "--model", "first")).err).toBe(
    "tune: word2vec makes vectors, scored on --similarity FILE or --analogies FILE or --word-in-context FILE, got texts kept apart\n",
  );
});

/** A folder with a model of one's own: at a rate r its vectors are a (1, 0), b (1, r), c (r, 1), and above 1.5 it fails. */
async function prepareOwn(tune: string): Promise<string> {
  const folder = await temporaryFolder();
  writeFileSync(
    join(folder, "own.mjs"),
    `const rate = {
  presence: "default", default: 0.4, expects: "a number", description: "How near they are", file: undefined,
  jsonSchema: { type: "number" }, refusal: () => undefined, parse: (value) => value, ${tune}
};
const made = (r) => ({ terms: ["a", "b", "c"], values: Float32Array.of(1, 0, 1, r, r, 1), vectorSize: 2, metadata: new Map() });
const result = (r) => {
  if (r > 1.5) throw new RangeError("guess: rate must be small");
  return made(r);
};
export const guess = {
  name: "guess", kind: "model", reads: "ids", makes: "vectors", summary: "Guesses", fields: { rate },
  create: (_, options) => ({
    name: "guess", reads: "ids", makes: "vectors", epochs: 1, close: () => {}, result: () => result(options.rate),
    update: ({ ids, epoch }) => ({ taken: ids.length, examples: 1, loss: 0, epoch }),
  }),
};
`,
  );
  writeFileSync(join(folder, "texts.txt"), "a b c\n");
  writeFileSync(join(folder, "pairs.tsv"), "a\tb\t1\na\tc\t2\nb\tc\t3\n");
  writeFileSync(
    join(folder, "own.yaml"),
    "plugins: [own.mjs]\nsource: { files: { paths: texts.txt } }\nsteps: [tokenize, buildVocab: { minCount: 1 }, encode, guess, writeVectors: { path: v.arrow }]\n",
  );
  return folder;
}

const own = ["tune", "own.yaml", "--plugins", "--similarity", "pairs.tsv"] as const;

it("goes on behind trials that fail, tells why, and finds the best by hand", async () => {
  const folder = await prepareOwn("tune: { values: [0.4, 1, 2] }");
  const { code, out, err } = await commandIn(folder, ...own, "--trials", "9", "--save-config", "best.yaml");
  expect(code).toBe(0);
  expect(err).toMatch(/trial \d of 9: guess: rate must be small; best so far is trial/);
  // Of (a b, a c, b c), people say 1, 2, 3. At 0.4 the cosines are 0.93, 0.37, 0.69: ranks 3, 1, 2, correlation -1/2. At 1 they are 0.71, 0.71,
  // 1: ranks 1.5, 1.5, 3, whose correlation with 1, 2, 3 is 1.5 / sqrt(1.5 x 2) = 0.8660.
  const rows = out.split("\n").slice(1, 4).sort();
  expect(rows).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^ +1 +-0\.5000 +as the config has them$/),
      expect.stringMatching(/^\* +[23] +0\.8660 +rate 1$/),
      expect.stringMatching(/^ +[23] +none +guess: rate must be small$/),
    ]),
  );
  expect(out).toContain("scored on 3 pairs, higher is better");
  expect(readFileSync(join(folder, "best.yaml"), "utf8")).toMatch(
    /plugins:\n {2}- own\.mjs\n[\s\S]*- guess:\n {6}rate: 1\n/,
  );
});

it("tells the fault of the config's own options", async () => {
  const folder = await prepareOwn("tune: { values: [0.4, 1, 2] }");
  const { code, err } = await commandIn(folder, ...own, "--trials", "9", "--set", "guess.rate=3");
  expect([code, err]).toEqual([1, "guess: rate must be small\n"]);
});

it("refuses a model whose options say nothing of how they are searched", async () => {
  const { code, err } = await commandIn(await prepareOwn(""), ...own, "--trials", "2");
  expect([code, err]).toEqual([2, "tune: guess must have options that say how to search them, got none\n"]);
});

it("searches within what the options of models take", () => {
  for (const { name, fields } of builtIn.units.values())
    for (const [option, { tune, refusal, jsonSchema }] of Object.entries(fields)) {
      if (!tune) continue;
      const ends = "values" in tune ? tune.values : [tune.from, tune.to];
      expect([name, option, ends.map(refusal)]).toEqual([name, option, ends.map(() => undefined)]);
      if (!("values" in tune)) expect(["integer", "number"]).toContain(jsonSchema.type);
    }
});

describe("what cannot be searched is told in one line", () => {
  it.each([
    [["--trials", "0"], 'tune: --trials must be an integer >= 1, got "0"'],
    [[], "tune: --trials must say how many options to try, got nothing"],
    [["--trials", "2", "--holdout", "1"], 'tune: --holdout must be a number above 0 and below 1, got "1"'],
    [
      ["--trials", "2", "--holdout", "0.2", "--labelled", "texts.txt"],
      "tune: results are scored on one thing, got --labelled and --holdout",
    ],
    [
      ["--trials", "2", "--measure", "macroF"],
      "tune: --measure must be one of p@1, macroF1, microF1, loss, calibrationError, got macroF; did you mean macroF1?",
    ],
    [
      ["--trials", "2", "--similarity", "texts.txt"],
      "tune: fastTextClassifier makes classifier, scored on --labelled FILE or --holdout SHARE, got --similarity",
    ],
    [["--trials", "2", "--model", "glove"], "tune: --model must be one of fastTextClassifier, got glove"],
    [
      ["--trials", "2", "--fix", "epoch"],
      "tune: --fix must be an option that is searched, vectorSize, wordNgrams, minSubword, maxSubword, epochs, learningRate, featureRates, classWeights, got epoch; did you mean epochs?",
    ],
  ])("%j", async (args, message) => {
    const { code, out, err } = await commandIn(await prepare(), "tune", "kinds.yaml", ...args);
    expect([code, out, err]).toEqual([2, "", `${message}\n`]);
  });

  it("texts without labels to score on", async () => {
    const folder = await prepare();
    writeFileSync(join(folder, "bare.txt"), "red apples\na boat\n");
    const { code, err } = await commandIn(folder, "tune", "kinds.yaml", "--trials", "2", "--labelled", "bare.txt");
    expect([code, err]).toEqual([1, "tune: the texts to score on must have labels, got 2 texts without\n"]);
  });

  it("a config without a model, and one whose source cannot be read again", async () => {
    const folder = await prepare(
      "english",
      "source: { files: { paths: texts.txt } }\nsteps: [tokenize, writeTokens: { path: t.arrow }]\n",
    );
    expect((await commandIn(folder, "tune", "kinds.yaml", "--trials", "2")).err).toBe(
      "tune: the config must have a step that is a model, got none\n",
    );
    writeFileSync(join(folder, "kinds.yaml"), configOf("words"));
    const piped = ["--set", "source={stdin: {format: labelled}}"];
    expect((await commandIn(folder, "tune", "kinds.yaml", "--trials", "2", ...piped)).err).toBe(
      "tune: the source must be one that can be read again, got stdin\n",
    );
  });
});

it("says, where it is interrupted, which command repeats the trials", async () => {
  const folder = await prepare();
  const args = ["tune", join(folder, "kinds.yaml"), "--trials", "100"];
  const started = startCommand(args);
  while (!started.err().includes("trial 2 of 100")) await new Promise((resolve) => setImmediate(resolve));
  started.interrupt();
  expect(await started.ended).toBe(130);
  const [, done] = /\ntune: interrupted after (\d+) of 100 trials; the same command repeats them exactly: (.*)\n$/.exec(
    started.err(),
  )!;
  expect(Number(done)).toBeGreaterThanOrEqual(2);
  expect(started.err()).toContain(`repeats them exactly: lexstream ${args.join(" ")}\n`);
  expect(started.out()).toBe("");
});

it("is explained by --help", async () => {
  const { out } = await command("tune", "--help");
  expect(out).toContain("--trials N");
  expect(out).toContain("lexstream tune questions.yaml --trials 20 --save-config tuned.yaml");
});
