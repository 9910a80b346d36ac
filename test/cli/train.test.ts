import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { builtIn, loadVectors } from "#pipelines";
import { command } from "../support/command.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

let folder: string;
let text: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  text = join(folder, "猫 text.txt");
  writeFileSync(text, "the cat sat on the mat and the dog sat by the cat\n".repeat(40));
  writeFileSync(join(folder, "zh.txt"), "我爱北京天安门，我爱北京。\n".repeat(40));
});

const small = ["--vector-size", "4", "--epochs", "1", "--workers", "1"];

const models = [...builtIn.units.values()].flatMap(({ kind, name }) => (kind === "model" ? [name] : [])).join(", ");

describe("train", () => {
  it("learns a model from a file and puts it where it is wanted, with the run's folder beside it", async () => {
    const out = join(folder, "v.bin");
    const { code, err } = await command("train", "word2vec", text, "-o", out, ...small, "--progress", "none");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(statSync(out).ino).toBe(statSync(join(`${out}.run`, "v.bin")).ino);
    expect((await loadVectors(out)).terms.slice(0, 2)).toEqual(["the", "cat"]);
    expect((await command("verify", `${out}.run`)).code).toBe(0);
    const again = await command("train", "word2vec", text, "-o", out, ...small, "--progress", "none");
    expect(again).toMatchObject({ code: 1, err: `${out}: must not be there yet; --force replaces it\n` });
    const forced = await command("train", "glove", text, "-o", out, ...small, "--force", "--progress", "none");
    expect(forced.code).toBe(0);
    expect((await loadVectors(out)).terms.slice(0, 2)).toEqual(["the", "cat"]);
  });

  it("understands the names of other programs, and says which options they are", async () => {
    const args = ["-dim", "4", "--epoch=1", "-minCount", "2", "--min_count", "2", "--lr", "0.1", "--thread", "1"];
    const out = join(folder, "named");
    const { code, err } = await command("train", "word2vec", text, "-o", out, ...args, "--progress", "none");
    expect({ code, err }).toEqual({
      code: 0,
      err: "note: --dim is --vector-size\nnote: --epoch is --epochs\nnote: --lr is --learning-rate\nnote: --thread is --workers\n",
    });
    const { config } = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"));
    expect(config.steps.at(-3).word2vec).toMatchObject({ vectorSize: 4, epochs: 1, learningRate: 0.1, workers: 1 });
    expect(config.source.files.paths).toEqual([text]);
  });

  it("understands a choice in any case and by the first letters of its words, and says which it is", async () => {
    const args = ["-loss", "hs", "--architecture=SkipGram", "--kernel", "plain", "--case", "Lower"];
    const out = join(folder, "choices");
    const { code, err } = await command(
      "train",
      "word2vec",
      text,
      "-output",
      out,
      ...args,
      ...small,
      "--progress=none",
    );
    expect({ code, err: err.split("\n") }).toEqual({
      code: 0,
      err: [
        "note: --output is --out",
        "note: --architecture SkipGram is skipGram",
        "note: --loss hs is hierarchicalSoftmax",
        "note: --case Lower is lower",
        "",
      ],
    });
    const { config } = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"));
    expect(config.steps.at(-3).word2vec).toMatchObject({ architecture: "skipGram", loss: "hierarchicalSoftmax" });
  });

  it("cuts text by dictionary where enough of it is Han, or where it is told to", async () => {
    const modeOf = async (...args: readonly string[]) => {
      const saved = join(await temporaryFolder(), "c.yaml");
      await command(
        "train",
        "word2vec",
        ...args,
        "-o",
        join(saved, "../out"),
        "--save-config",
        saved,
        ...small,
        "--progress",
        "none",
      );
      return /mode: (\w+)/.exec(readFileSync(saved, "utf8"))?.[1] ?? "words";
    };
    expect(await modeOf(join(folder, "zh.txt"))).toBe("chinese");
    expect(await modeOf(text)).toBe("words");
    expect(await modeOf(text, "--language", "chinese")).toBe("chinese");
    expect(await modeOf(text, join(folder, "zh.txt"))).toBe("chinese");
  });

  it("writes the config that it ran, which gives the same bytes from where it lies", async () => {
    const place = await temporaryFolder();
    const [saved, out, again] = ["c.yaml", "out", "again"].map((name) => join(place, name)) as [string, string, string];
    await command("train", "glove", text, "-o", out, "--save-config", saved, ...small, "--seed", "7");
    expect((await command("run", saved, "--out", again)).code).toBe(0);
    const bytes = (run: string) => readFileSync(join(run, "vectors.arrow"));
    expect(bytes(again).equals(bytes(out))).toBe(true);
  });

  it("refuses a text in another encoding, unless it is said what becomes of it", async () => {
    const gbk = join(folder, "gbk.txt");
    writeFileSync(
      gbk,
      Buffer.concat(
        Array.from({ length: 60 }, () =>
          Buffer.from(`${"ced2b0aeb1b1bea9a1a3"}${Buffer.from(" the cat sat\n").toString("hex")}`, "hex"),
        ),
      ),
    );
    const train = (...args: readonly string[]) =>
      command("train", "word2vec", gbk, "-o", join(folder, "g"), ...small, ...args);
    expect(await train()).toMatchObject({ code: 1, out: "" });
    expect((await train()).err).toMatch(
      /^files: .*gbk\.txt must be UTF-8, got \d+ bytes that are not among its first \d+; iconv -t UTF-8 makes it so, and onInvalid: replace reads it as it is\n$/,
    );
    expect((await train("--on-invalid", "replace", "--sample", "0")).code).toBe(0);
  });

  it("goes on from a run before, whose terms are all kept", async () => {
    const [old, next] = [join(folder, "old"), join(folder, "next")];
    await command("train", "word2vec", text, "-o", old, ...small);
    const { code, out } = await command(
      "train",
      "word2vec",
      join(folder, "zh.txt"),
      "-o",
      next,
      "--from",
      old,
      ...small,
    );
    expect(code).toBe(0);
    expect(out).toContain("word2vec: began with 8 of 8 initial vectors");
    expect((await loadVectors(next)).terms).toEqual(expect.arrayContaining(["北京", "cat", "the"]));
  });

  it.each([
    [["nosuch", "a.txt"], `train: the model must be one of ${models}, got "nosuch"`],
    [
      ["word2vec", "a.txt", "--x-max", "3"],
      "train: --x-max is an option of glove, which is not a part of this; see --help",
    ],
    [["word2vec", "a.txt", "--epohcs", "3"], "train: unknown option --epohcs; did you mean --epochs?; see --help"],
    [
      ["word2vec", "a.txt", "--sg", "1"],
      "train: unknown option --sg; write --architecture skipGram (one of skipGram, cbow); see --help",
    ],
    [
      ["word2vec", "a.txt", "-hs", "1"],
      "train: unknown option --hs; write --loss hierarchicalSoftmax (one of negativeSampling, hierarchicalSoftmax); see --help",
    ],
    [["word2vec", "-", "a.txt"], "train: - must be alone, got - a.txt"],
    [["word2vec"], "usage: lexstream train word2vec FILE... [-o OUT] [--OPTION VALUE]...; got 1 argument"],
    [[], "usage: lexstream train MODEL FILE... [-o OUT] [--OPTION VALUE]...; got 0 arguments"],
  ])("refuses %j in one line", async (args, message) => {
    expect(await command("train", ...args)).toEqual({ code: 2, out: "", err: `${message}\n` });
  });

  it("refuses options and texts that cannot be, and leaves nothing behind", async () => {
    const out = join(folder, "never.bin");
    const train = (...args: readonly string[]) => command("train", "word2vec", text, "-o", out, ...args);
    expect((await train("--epochs", "0")).err).toBe("train: word2vec: epochs must be an integer >= 1, got 0\n");
    expect((await train("-loss", "softmax")).err).toBe(
      'train: word2vec: loss must be one of negativeSampling, hierarchicalSoftmax, got "softmax"\n',
    );
    expect((await train("--language", "klingon")).err).toBe(
      'train: --language must be one of chinese, english, got "klingon"\n',
    );
    const unknown = await command("train", "word2vec", text, "-o", join(folder, "v.exe"));
    expect(unknown).toMatchObject({ code: 2, out: "" });
    expect(unknown.err).toMatch(
      /^train: writeVectors: path must end in one of \.arrow .* unless format is given, got "v\.exe"; the name of a folder with a dot in it ends in "\/"\n$/,
    );
    expect((await train("--force", "--resume")).err).toBe(
      "train: --resume must not be combined with --force, got both\n",
    );
    const missing = await command("train", "word2vec", join(folder, "none.txt"), "-o", out);
    expect(missing).toMatchObject({ code: 1, out: "" });
    expect(missing.err).toMatch(/^files: .*none\.txt must be a file, a folder or a glob, got nothing there\n$/);
    expect(existsSync(out) || existsSync(`${out}.run`)).toBe(false);
  });

  it("shows the options of a model and of the steps before it", async () => {
    const { out } = await command("train", "glove", "--help");
    expect(out).toMatch(/--x-max VALUE +glove: Weight from which on/);
    expect(out).toMatch(/--window-size VALUE +windowContexts: Tokens on each side of the centre \(default 10\)/);
  });
});

describe("run", () => {
  it("reads the files that are named behind the config, from where the user stands", async () => {
    const config = join(await temporaryFolder(), "c.yaml");
    writeFileSync(
      config,
      "source: { files: { paths: none.txt, format: lines } }\nsteps: [tokenize, buildVocab: { minCount: 1 }, writeVocabulary: { path: v.txt }]\n",
    );
    const out = join(folder, "named-files");
    expect((await command("run", config, text, join(folder, "zh.txt"), "--out", out)).code).toBe(0);
    const { inputs } = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"));
    expect(inputs).toHaveLength(2);
  });

  it("refuses files for a source that reads none", async () => {
    const config = join(folder, "web.yaml");
    writeFileSync(config, "source: stdin\nsteps: [tokenize]\n");
    expect((await command("run", config, text)).err).toBe(
      `${config}:1:1: /source: stdin reads no files, but got ${text}\n`,
    );
  });
});
