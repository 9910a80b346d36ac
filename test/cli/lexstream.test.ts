import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { command } from "../support/command.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

describe("the arguments of a command", () => {
  it.each([
    [["run", "c.yaml", "--out", ""], 'run: --out must not be empty, got ""'],
    [["run", "c.yaml", "--out", "  "], 'run: --out must not be empty, got "  "'],
    [["run", "c.yaml", "--seed", ""], 'run: --seed must not be empty, got ""'],
    [["run", "c.yaml", "--only-rejected", "\u3000"], 'run: --only-rejected must not be empty, got "\u3000"'],
    [["eval", "词.vec", "--similarity", "a.tsv", "--similarity", ""], 'eval: --similarity must not be empty, got ""'],
    [["cooccurrence", "merge", "a.arrow", "--out", ""], 'cooccurrence: --out must not be empty, got ""'],
    [["verify", ""], 'verify: an argument must not be empty, got ""'],
    [["lint", "c.yaml", " "], 'lint: an argument must not be empty, got " "'],
    [["convert", "词.vec", ""], 'convert: an argument must not be empty, got ""'],
    [["neighbors", "", "猫"], 'neighbors: an argument must not be empty, got ""'],
  ])("are never blank: %j", async (args, message) => {
    expect(await command(...args)).toEqual({ code: 2, out: "", err: `${message}\n` });
  });

  it.each([
    [["neighbors", "v.vec", "-1"], "-- -1"],
    [["neighbors", "v.vec", "5", "-2.5"], "-- -2.5"],
    [["analogy", "v.vec", "1", "2", "-猫"], "-- -猫"],
    [["inspect", "-词.vec"], "-- -词.vec"],
  ])("say how an argument that begins with a dash is given: %j", async (args, way) => {
    const { code, err } = await command(...args);
    expect(code).toBe(2);
    expect(err).toMatch(/^\w+: Unknown option '-.'; an argument that begins with "-" goes behind "--", as in /);
    expect(err).toContain(`as in ${way}; see`);
  });

  it.each([
    [["neighbors", "v.vec", "猫", "-n", "5"], "Unknown option '-n'; did you mean -k?"],
    [["neighbors", "v.vec", "猫", "--topn=5"], "Unknown option '--topn'; did you mean -k?"],
    [["drift", "a.vec", "b.vec", "--top-n", "5"], "Unknown option '--top-n'; did you mean --top?"],
    [["run", "quickstart", "--output", "o"], "Unknown option '--output'; did you mean --out?"],
    [
      ["run", "quickstart", "--epochs=3"],
      "Unknown option '--epochs'; what a step takes is changed by --set epochs=VALUE",
    ],
  ])("are pointed to by what other programs call them: %j", async (args, hint) => {
    const { code, err } = await command(...args);
    expect({ code, err }).toEqual({ code: 2, err: `${args[0]}: ${hint}; see lexstream ${args[0]} --help\n` });
  });

  it("say in one line how a value that begins with a dash is given", async () => {
    expect((await command("neighbors", "v.vec", "5", "-k", "-1")).err).toBe(
      `neighbors: Option '-k' argument is ambiguous; a value that begins with "-" goes behind "=", as in --k=-1; see lexstream neighbors --help\n`,
    );
  });

  it("may be terms that begin with a dash, behind two", async () => {
    const path = join(await temporaryFolder(), "v.vec");
    writeFileSync(path, "3 2\n-1 1 0\n-猫 1 1\n\u3000 0 1\n");
    const { code, out } = await command("neighbors", path, "-k", "1", "--", "-1", "-猫", "\u3000");
    expect({ code, out }).toEqual({ code: 0, out: "-1\n  0.7071  -猫\n-猫\n  0.7071  -1\n\u3000\n  0.7071  -猫\n" });
  });
});

describe("inspect", () => {
  it("takes many files, tells of each in turn, and of what it cannot read", async () => {
    const folder = await temporaryFolder();
    const [cats, words, nowhere] = ["猫.vec", "words.txt", "nowhere"].map((name) => join(folder, name)) as string[];
    writeFileSync(cats!, "1 2\n猫 1 0\n");
    writeFileSync(words!, "the 3\n猫 2\n");
    const plain = await command("inspect", cats!, words!);
    expect(plain).toMatchObject({ code: 0, err: "" });
    expect(plain.out).toMatch(/^path: .*猫\.vec\n[\s\S]*\n\npath: .*words\.txt\n/);
    const json = await command("inspect", "--json", cats!, nowhere!, words!);
    expect(json).toMatchObject({
      code: 1,
      err: expect.stringMatching(/nowhere: must be a file that can be read.*\n$/),
    });
    const found = json.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { format: string });
    expect(found.map(({ format }) => format)).toEqual(["word2vecText", "gloveVocabulary"]);
  });
});
