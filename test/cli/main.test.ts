import { spawn } from "node:child_process";
import { existsSync, readFileSync, realpathSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { commandIn } from "../support/command.js";
import { openFiles } from "../support/openFiles.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command as users do, in a process of its own. */
function lexstreamProcess(
  args: readonly string[],
  { input = "", cwd = process.cwd(), signalAfter = "", signal = "SIGINT" as NodeJS.Signals } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...args], { cwd });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
      if (signalAfter && !child.killed && err.includes(signalAfter)) child.kill(signal);
    });
    child.on("close", (code) => resolve({ code, out, err }));
    child.stdin.end(input);
  });
}

const CONFIG = `
source: { files: { paths: corpus.txt } }
steps: [normalize, tokenize: { mode: whitespace }, buildVocab: { minCount: 1 }, encode, windowContexts: { radius: fixed, sample: 0 }, word2vec: { vectorSize: 8, epochs: 2 }]
branches:
  out: [writeVectors: { path: vectors.txt }]
tests:
  - { name: counts, documents: [a b a], expect: { vocabulary: { a: 2, b: 1 } } }
`;

/** A folder with a config and a corpus of cities, planted so that a capital is to its country as another is to its own. */
async function project(config = CONFIG): Promise<string> {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "c.yaml"), config);
  writeFileSync(join(folder, "corpus.txt"), "paris is in france and rome is in italy\n北京 是 首都\n".repeat(50));
  return folder;
}

describe("lexstream", () => {
  it("shows its commands with --help and each command's options", async () => {
    const general = await lexstreamProcess(["--help"]);
    const command = await commandIn(".", "run", "--help");
    expect(general).toMatchObject({ code: 0, err: "" });
    for (const name of [
      "run",
      "lint",
      "test",
      "list",
      "schema",
      "create",
      "graph",
      "inspect",
      "neighbors",
      "analogy",
      "serve",
      "page",
      "eval",
      "convert",
      "verify",
      "diff",
      "drift",
    ]) {
      expect(general.out).toMatch(new RegExp(`^  ${name} `, "m"));
    }
    expect(command.out).toContain("--out DIR");
  });

  it.each([
    [["rum"], 'unknown command "rum"; did you mean run?'],
    [["run"], "usage: lexstream run CONFIG"],
    [["run", "c.yaml", "--ouy"], "run: Unknown option '--ouy'; did you mean --out?; see"],
    [
      ["run", "nowhere.yaml"],
      "nowhere.yaml: the config must be a readable file or a ready config, got neither; ready configs are bert, char-lstm, chinese, ",
    ],
    [["run", "c.yaml", "--seed", "x"], 'run: --seed must be an integer >= 0, got "x"'],
    [["run", "c.yaml", "--progress", "loud"], "run: --progress must be one of auto, bar, plain, json, none"],
    [
      ["run", "c.yaml", "--set", "steps.tokenise.mode=words"],
      'must hold the step "tokenise", and does not; did you mean tokenize?',
    ],
  ])("answers %j with one line and exit code 2", async (args, message) => {
    const { code, err, out } = await commandIn(await project(), ...args);
    expect({ code, out, lines: err.trim().split("\n").length }).toEqual({ code: 2, out: "", lines: 1 });
    expect(err).toContain(message);
  });

  it.each([
    [["run", "c.yaml", "--out", "c.yaml"], "run: the output folder must be one that can be made, got EEXIST"],
    [["run", "c.yaml", "--out", "c.yaml/x"], "run: the output folder must be one that can be made, got EEXIST"],
    [["run", "c.yaml", "--out", "/proc/x"], "run: the output folder must be one that can be made, got E"],
    [["neighbors", "nowhere.vec", "the"], "nowhere.vec: must be a file that can be read, got ENOENT"],
    [["inspect", "."], ".: must be a file or the folder of a run, got a folder without manifest.json"],
  ])("answers %j with one line and exit code 1", async (args, message) => {
    const { code, err, out } = await commandIn(await project(), ...args);
    expect({ code, out, lines: err.trim().split("\n").length }).toEqual({ code: 1, out: "", lines: 1 });
    expect(err).toContain(message);
  });

  it("answers a failed run with one line and exit code 1, and the stack only with --debug", async () => {
    const folder = await project(CONFIG.replace("minCount: 1", "minCount: 1000"));
    const plain = await commandIn(folder, "run", "c.yaml", "--out", "a", "--progress", "none");
    const debug = await commandIn(folder, "run", "c.yaml", "--out", "b", "--progress", "none", "--debug");
    expect(plain.code).toBe(1);
    expect(plain.err).toMatch(/^buildVocab: .*1000.*\n$/);
    expect(debug.err).toMatch(/\n {4}at /);
  });

  it("leaves a checkpoint at SIGTERM, and goes on from it with --resume to the same bytes", async () => {
    const folder = await project(CONFIG.replace("epochs: 2", "epochs: 300"));
    const run = ["run", "c.yaml", "--progress", "json", "--out"];
    await commandIn(folder, ...run, "alone");
    const stopped = await lexstreamProcess([...run, "out"], {
      cwd: folder,
      signalAfter: "epoch 3 ",
      signal: "SIGTERM",
    });
    expect(stopped.code).toBe(130);
    expect(existsSync(join(folder, "out/.checkpoint/state.json"))).toBe(true);
    const refused = await commandIn(folder, ...run, "out");
    expect(refused).toMatchObject({
      code: 1,
      err: "run: out holds an unfinished run; --resume goes on with it, --force starts anew\n",
    });
    const resumed = await commandIn(folder, ...run, "out", "--resume");
    expect(resumed).toMatchObject({ code: 0, err: expect.not.stringContaining("reading") });
    for (const name of ["vectors.txt", "manifest.json"])
      expect(readFileSync(join(folder, "out", name))).toEqual(readFileSync(join(folder, "alone", name)));
  });

  it("stops at an interrupt with exit code 130 and no manifest", async () => {
    const folder = await project(CONFIG.replace("epochs: 2", "epochs: 1000000"));
    const { code, err } = await lexstreamProcess(["run", "c.yaml", "--progress", "json"], {
      cwd: folder,
      signalAfter: "epoch 2",
    });
    expect(code).toBe(130);
    expect(err).toMatch(/^run: interrupted; go on with: lexstream run c\.yaml --progress json --resume\n$/m);
    expect(existsSync(join(folder, "runs/c/manifest.json"))).toBe(false);
  });

  it("ends by an interrupt also where there is nothing to leave behind", async () => {
    const folder = await project();
    writeFileSync(join(folder, "long.txt"), "a line\n".repeat(10_000)); // beyond what tells that it is text
    truncateSync(join(folder, "long.txt"), 4e12); // which takes no room on the disk, and some hours to read
    const child = spawn(process.execPath, [main, "inspect", "long.txt"], { cwd: folder });
    const ended = new Promise((resolve) => child.on("close", (_, by) => resolve(by)));
    await expect.poll(() => openFiles(child.pid)).toContain(realpathSync(join(folder, "long.txt")));
    child.kill("SIGTERM");
    expect(await ended).toBe("SIGTERM");
  });

  it("runs a config, then answers questions about its vectors", async () => {
    const folder = await project();
    const ran = await commandIn(folder, "run", "c.yaml", "--seed", "3", "--progress", "json");
    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/^wrote runs\/c\/manifest\.json and 2 files in \d+\.\d s$/m);
    expect(ran.out).toContain("read 1,200 over 2 epochs = used 1,200 + below minCount 0");
    for (const line of ran.err.trim().split("\n")) expect(JSON.parse(line)).toHaveProperty("stage");
    expect(JSON.parse(readFileSync(join(folder, "runs/c/manifest.json"), "utf8"))).toMatchObject({
      seed: 3,
      name: "c",
    });

    const vectors = "runs/c/vectors.txt";
    const ask = (...args: string[]) => commandIn(folder, ...args);
    const near = await ask("neighbors", vectors, "paris", "北京", "-k", "2", "--json");
    const found = JSON.parse(near.out) as { term: string; neighbors: { term: string }[] }[];
    expect(found.map(({ term, neighbors }) => [term, neighbors.length])).toEqual([
      ["paris", 2],
      ["北京", 2],
    ]);
    expect((await ask("neighbors", vectors, "pariz")).err).toMatch(/pariz.*paris/);

    const analogy = await ask("analogy", vectors, "paris", "france", "rome", "-k", "1");
    expect(analogy).toMatchObject({ code: 0, err: "" });
    expect(analogy.out).toMatch(/^paris is to france as rome is to\n {2}\d\.\d{4} {2}\S+\n$/);

    const converted = await ask("convert", vectors, "vectors.arrow");
    expect(converted.out).toBe("wrote vectors.arrow: 10 terms x 8\n");
    expect((await ask("convert", vectors, "vectors.arrow")).err).toBe(
      "vectors.arrow: must not be there yet; --force replaces it\n",
    );
    expect((await ask("convert", vectors, "vectors.arrow", "--force")).code).toBe(0);
    expect((await ask("inspect", "vectors.arrow")).out).toContain("10");

    writeFileSync(join(folder, "pairs.tsv"), "paris\trome\t9\nparis\tand\t1\nfrance\titaly\t8\n");
    writeFileSync(join(folder, "questions.txt"), ": capitals\nparis france rome italy\n");
    const scores = await ask("eval", vectors, "--similarity", "pairs.tsv", "--analogies", "questions.txt");
    expect(scores.out).toMatch(/^pairs\.tsv: spearman .*3 pairs, 0 without vectors\nquestions\.txt: [01] of 1 right/);

    writeFileSync(join(folder, "few.tsv"), "paris\trome\t9\nparis\t月\t1\n");
    writeFileSync(join(folder, "unknown.txt"), "月 日 山 水\n");
    const files = ["--similarity", "few.tsv", "--analogies", "unknown.txt"];
    expect((await ask("eval", vectors, ...files)).out).toBe(
      "few.tsv: no correlation, fewer than 2 pairs have vectors, 1 pair, 1 without vectors\n" +
        "unknown.txt: 0 of 0 right (none could be asked), 1 without vectors\n",
    );
    expect(JSON.parse((await ask("eval", vectors, ...files, "--json")).out).similarity["few.tsv"]).toEqual({
      pearson: null,
      spearman: null,
      reason: "fewer than 2 pairs have vectors",
      pairs: 1,
      skipped: 1,
    });
  });

  it("lints, tests, draws and lists", async () => {
    const folder = await project();
    const ask = (...args: string[]) => commandIn(folder, ...args);
    expect(await ask("lint", "c.yaml", "quickstart")).toMatchObject({ code: 0, out: "2 configs, no problems\n" });
    expect(await ask("test", "c.yaml")).toMatchObject({ code: 0, out: "1 passed, 0 failed\n" });
    const drawn = await ask("graph", "c.yaml");
    expect(drawn.out).toMatch(/^flowchart LR\n/);
    expect(drawn.out).toContain("-- tokens -->");
    const listed = await ask("list", "tokenize");
    expect(listed.out).toContain("reads text, makes tokens");
    const created = await ask("create", "word2vec");
    writeFileSync(join(folder, "mine.yaml"), created.out);
    expect((await ask("lint", "mine.yaml")).code).toBe(0);
    expect(JSON.parse((await ask("schema")).out)).toHaveProperty("$defs.tokenize");
  });

  it("reports every fault of a config with its place, and as JSON", async () => {
    const folder = await project(CONFIG.replace("minCount: 1", "minCont: 1"));
    const plain = await commandIn(folder, "lint", "c.yaml");
    expect(plain.code).toBe(2);
    expect(plain.err).toMatch(
      /^c\.yaml:3:66: \/steps\/2\/buildVocab\/minCont: buildVocab: unknown option "minCont"; did you mean minCount\?/,
    );
    const json = await commandIn(folder, "lint", "c.yaml", "--json");
    expect(JSON.parse(json.out)).toMatchObject([
      { file: "c.yaml", line: 3, column: 66, path: ["steps", 2, "buildVocab", "minCont"] },
    ]);
  });

  it("adds the tables of two halves to the table of the whole, byte for byte, and takes one away again", async () => {
    const folder = await temporaryFolder();
    const halves = { a: "the cat sat\n猫 坐 着\n", b: "the dog sat\n狗 坐 着\n" };
    writeFileSync(
      join(folder, "c.yaml"),
      `source: { files: { paths: corpus.txt } }
steps: [tokenize, buildVocab: { minCount: 1 }, writeVocabulary: { path: vocab.arrow }, encode, windowContexts, accumulateCooccurrence, writeCooccurrence: { path: t.arrow }]`,
    );
    for (const [name, text] of Object.entries({ ...halves, whole: halves.a + halves.b })) {
      writeFileSync(join(folder, `${name}.txt`), text);
      const made = await commandIn(folder, "run", "c.yaml", "--out", name, "--set", `source.files.paths=${name}.txt`);
      expect(made.code).toBe(0);
    }
    const ask = (...args: string[]) => commandIn(folder, "cooccurrence", ...args);
    const bytes = (path: string) => readFileSync(join(folder, path));
    expect((await ask("merge", "a/t.arrow", "b/t.arrow", "--out", "sum/t.arrow")).out).toMatch(
      /^wrote sum\/t\.arrow: \d+ cells of 8 terms/,
    );
    expect(bytes("sum/t.arrow")).toEqual(bytes("whole/t.arrow"));
    await ask("subtract", "whole/t.arrow", "b/t.arrow", "--out", "rest/t.arrow");
    expect(bytes("rest/t.arrow")).toEqual(bytes("a/t.arrow"));
    expect((await ask("merge", "a/t.arrow", "b/t.arrow", "--out", "rest/t.arrow")).err).toMatch(
      /rest\/t\.arrow: must not be there yet; --force replaces it\n$/,
    );
    expect((await ask("info", "a/t.arrow", "--json")).out).toContain('"terms":6');
    expect(await ask("merge", "a/t.arrow")).toMatchObject({
      code: 2,
      err: "cooccurrence merge: --out must name the table to write\n",
    });
  });

  it("reads a text from standard input", async () => {
    const folder = await project(CONFIG.replace("files: { paths: corpus.txt }", "stdin: {}"));
    const { code, out } = await lexstreamProcess(["run", "c.yaml", "--progress", "none"], {
      cwd: folder,
      input: "一 二 三\na b c\n",
    });
    expect(code).toBe(0);
    expect(out).toContain("read 12 over 2 epochs"); // six tokens, twice
  });

  it("leaves out documents that it cannot read, lists them, and reads them again", async () => {
    const folder = await temporaryFolder();
    const steps = "steps: [tokenize, buildVocab: { minCount: 1 }, writeVocabulary: { path: v.txt }]";
    writeFileSync(join(folder, "c.yaml"), `source: { files: { paths: a.txt, onInvalid: reject } }\n${steps}\n`);
    writeFileSync(join(folder, "a.txt"), Buffer.from("one\ntw\xff\n", "latin1"));
    const run = (...args: string[]) => commandIn(folder, "run", "c.yaml", "--progress", "none", ...args);
    const strict = await run();
    expect(strict).toMatchObject({ code: 1, err: "files: a.txt line 2: invalid UTF-8 byte 0xff at offset 6\n" });
    const { code, out } = await run("--set", "maxRejected=1", "--out", "first");
    expect(code).toBe(0);
    expect(out).toContain("warning: a.txt: 1 documents were rejected, as rejected.jsonl lists\n");
    expect(readFileSync(join(folder, "first/v.txt"), "utf8")).toBe("one 1\n");
    const again = await run("--set", "source.files.onInvalid=replace", "--only-rejected", "first");
    expect(again).toMatchObject({ code: 0, err: "" });
    expect(readFileSync(join(folder, "runs/c-rejected/v.txt"), "utf8")).toBe("tw 1\n");
  });

  it("goes on from the vectors of an earlier run, and tells how far words moved", async () => {
    const folder = await project();
    await commandIn(folder, "run", "c.yaml", "--out", "first");
    writeFileSync(
      join(folder, "c.yaml"),
      CONFIG.replace("minCount: 1", "minCount: 1, extraTermsOf: first/vectors.txt")
        .replace("epochs: 2", "epochs: 2, initialVectors: first/vectors.txt")
        .replace(
          "{ a: 2, b: 1 }",
          "{ a: 2, b: 1, paris: 0, is: 0, in: 0, france: 0, and: 0, rome: 0, italy: 0, 北京: 0, 是: 0, 首都: 0 }",
        ),
    );
    writeFileSync(join(folder, "corpus.txt"), "oslo is in norway and paris is in france\n".repeat(50));
    expect(await commandIn(folder, "test", "c.yaml")).toMatchObject({ code: 0 });
    const ran = await commandIn(folder, "run", "c.yaml", "--out", "second");
    expect(ran.code).toBe(0);
    expect(ran.out).toContain("word2vec: began with 10 of 10 initial vectors\n");
    const drift = (...args: string[]) => commandIn(folder, "drift", "first/vectors.txt", "second/vectors.txt", ...args);
    const { code, out } = await drift("--top", "1", "-k", "3");
    expect(code).toBe(0);
    const [first, heading, aligned, raw, jaccard, title, ...moved] = out.trimEnd().split("\n");
    expect(first).toBe("10 terms compared; 0 only in the old; 2 (norway, oslo) only in the new");
    expect(heading).toMatch(/^ +mean +10% +50% +90% +max$/);
    expect(aligned).toMatch(/^cosine distance, spaces aligned( +\d\.\d{3}){5}$/);
    expect(raw).toMatch(/^cosine distance, as they are( +\d\.\d{3}){5}$/);
    expect(jaccard).toMatch(/^Jaccard index of 3 neighbours( +\d\.\d{3}){5}$/);
    expect(title).toBe("moved furthest (aligned, as it is, Jaccard index)");
    expect(moved).toEqual([
      expect.stringMatching(/^( {2}\d\.\d{3}){3} {2}\S+$/),
      expect.stringMatching(/^ {6}gone: /),
      expect.stringMatching(/^ {6}come: /),
    ]);
    const json = JSON.parse((await drift("--json", "--sample", "0", "--terms", "5")).out);
    expect(json).toMatchObject({ onlyOld: [], onlyNew: ["norway", "oslo"] });
    expect(json.jaccard).toBeUndefined();
    expect(json.moved).toHaveLength(json.shared);
    expect(await drift("--top", "x")).toMatchObject({
      code: 2,
      err: 'drift: --top must be an integer >= 0, got "x"\n',
    });
  });

  it("runs again what a folder says, and tells what two runs have differently and why", async () => {
    const folder = await project();
    const run = (...args: string[]) => commandIn(folder, "run", "c.yaml", "--progress", "none", ...args);
    await run("--out", "a");
    await run("--out", "b", "--seed", "2");
    expect(await commandIn(folder, "verify", "--rerun", "a", "b")).toMatchObject({
      code: 0,
      out: "4 files as they were, 0 not\n",
    });
    const same = await commandIn(folder, "diff", "a", "a");
    expect(same).toMatchObject({ code: 0, out: "no difference\n" });
    const { code, out } = await commandIn(folder, "diff", "a", "b");
    expect(code).toBe(1);
    expect(out).toMatch(/^config\n {2}\/seed: 1 -> 2\n/);
    expect(out).toMatch(
      /vectors\.txt: \d+ bytes, \w{12} -> \d+ bytes, \w{12}\n {4}because: \/steps\/windowContexts\/seed, \/steps\/word2vec\/seed\n/,
    );
    const { out: json } = await commandIn(folder, "diff", "--json", "a", "b");
    expect(JSON.parse(json).outputs[0].what).toBe("vectors.txt");
  });
});
