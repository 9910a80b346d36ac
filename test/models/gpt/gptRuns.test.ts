import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { command } from "../../support/command.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

/** Two sentences; what follows the second word is certain. */
const lines = {
  english: Array.from({ length: 60 }, (_, k) => (k % 3 === 0 ? "the dog sees a bone" : "the cat eats a fish")),
  chinese: Array.from({ length: 60 }, (_, k) => (k % 3 === 0 ? "狗看见骨头" : "猫吃了小鱼")),
};

const layout = "packSequences: { length: 16, batchSize: 8, across: corpus }";
const gpt =
  "gpt: { layers: 1, heads: 2, vectorSize: 16, positions: 16, epochs: 15, learningRate: 0.03, warmup: 5, dropout: 0, holdout: 0, workers: 1 }";
const writer = "writeLanguageModel: { path: model/model.safetensors }";
const steps = {
  english: [
    "tokenize: { mode: whitespace }",
    "learnSubwords: { size: 300 }",
    'encodeSubwords: { sentenceEnd: "<|endoftext|>" }',
  ],
  chinese: ["tokenize: { mode: characters }", "buildVocab: { minCount: 1 }", "encode"],
};

describe.each([
  ["english", "the cat", "the cat eats a fish"],
  ["chinese", "猫吃", "猫吃了小鱼"],
] as const)("a run of gpt over %s text", (language, prompt, sentence) => {
  it("learns what the text says, goes on with it, and writes what transformers opens", async () => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, "text.txt"), `${lines[language].join("\n")}\n`);
    const all = [...steps[language], layout, gpt, writer].map((step) => `  - ${step}\n`).join("");
    writeFileSync(join(folder, "gpt.yaml"), `source: { files: { paths: text.txt, format: lines } }\nsteps:\n${all}`);
    const run = join(folder, "run");
    const { code, err } = await command("run", join(folder, "gpt.yaml"), "--out", run, "--progress", "none");
    expect([code, err]).toEqual([0, expect.any(String)]);
    const { out } = await command("generate", run, "--prompt", prompt, "--temperature", "0", "--sentence");
    expect(out).toBe(`${sentence}\n`);
    const text = join(folder, "text.txt");
    const told = JSON.parse((await command("perplexity", run, text, "--format", "lines", "--json")).out);
    expect(told.words).toBe(300);
    // One of two sentences, with shares 1/3 and 2/3, is 0.64 nats of five words, at best e^(0.64 / 5) = 1.14; by chance of 8 words it were 8.
    expect(told.perWord).toBeLessThan(1.5);
    const config = JSON.parse(readFileSync(join(run, "model", "config.json"), "utf8"));
    expect(config).toMatchObject({ model_type: "gpt2", n_layer: 1, n_head: 2, n_embd: 16, n_positions: 16 });
    expect(config.eos_token_id).not.toBeNull();
  });
});
