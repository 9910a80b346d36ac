import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../support/command.js";
import { served } from "../support/served.js";

let folder: string;
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
    expect([code, err]).toEqual([0, expect.any(String)]);
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

it("is asked over HTTP", async () => {
  const url = await served(inFolder("english"));
  // biome-ignore lint/suspicious/noExplicitAny: a reply is whatever it is
  const ask = async (question: string): Promise<any> => (await fetch(`${url}${question}`)).json();
  expect((await ask("/next?prompt=the+cat+eats+a&k=1")).terms[0].term).toBe("fish");
  expect((await ask("/generate?prompt=the+cat&temperature=0&length=3")).text).toBe("the cat eats a fish");
  expect((await ask("/score?text=the+cat+eats+a+fish")).terms).toEqual(["the", "cat", "eats", "a", "fish"]);
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
    expect(await asked('"rnnlm"', '"gpt9"')).toContain('the model must be of nnlm, rnnlm, got "gpt9"');
    expect(await asked('"layers": 1', '"layers": 2')).toContain(
      "the model must have a tensor layer.1.input of 16 x 64, got none",
    );
    expect(await asked('"vocab_size": ', '"vocab_size": 1')).toContain("it is the tokenizer of another model");
  });
});
