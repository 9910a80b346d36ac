import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { of } from "rxjs";
import { describe, expect, it } from "vitest";
import type { LanguageModel } from "#schemas";
import { writeLanguageModel, writeWhole } from "#sinks";
import { readWhole } from "#storage";
import { kinds } from "../../dist/kinds/kinds.js";
import { readLanguageModelFiles } from "../../dist/storage/models/languageModelFiles.js";
import { collect } from "../support/collect.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const model: LanguageModel = {
  architecture: "rnnlm",
  settings: { cell: "lstm", layers: 1, vectorSize: 2, tied: false, dropout: 0.5 },
  terms: ["猫", "the", "1990", "__proto__", "<unk>", "</s>"],
  counts: Float64Array.of(5, 4, 3, 2 ** 40, 1, 1),
  unknown: "<unk>",
  sentenceEnd: "</s>",
  tensors: [
    { name: "embedding", shape: [6, 2], values: Float32Array.from({ length: 12 }, (_, k) => k / 3) },
    { name: "bias", shape: [3], values: Float32Array.of(0.1, -0.2, 0) },
  ],
  vectors: "embedding",
  metadata: new Map([["model", "rnnlm"]]),
};

async function written(): Promise<string> {
  const path = join(await temporaryFolder(), "model", "model.safetensors");
  expect(await collect(of(model).pipe(writeLanguageModel({ path })))).toEqual([model]);
  return path;
}

const sorted = (read: LanguageModel) => ({
  ...read,
  tensors: read.tensors.toSorted((a, b) => (a.name < b.name ? 1 : -1)),
});

describe("a language model", () => {
  it("is read again from its folder", async () => {
    expect(sorted(await readLanguageModelFiles(await written()))).toEqual(model);
  });

  it("is read again from the table of a checkpoint, large tensors in parts", async () => {
    const values = Float32Array.from({ length: 1_500_000 }, (_, k) => k);
    const large = { ...model, tensors: [...model.tensors, { name: "large", shape: [3, 500_000], values }] };
    const path = join(await temporaryFolder(), "model.arrow");
    await collect(of(large).pipe(writeWhole("checkpoint", kinds.languageModel, path)));
    const { tensors, ...others } = await readWhole(kinds.languageModel, path);
    expect({ ...others, tensors: tensors.slice(0, -1) }).toEqual(model);
    expect(tensors.at(-1)).toMatchObject({ name: "large", shape: [3, 500_000] });
    expect(Buffer.from(tensors.at(-1)!.values.buffer).equals(Buffer.from(values.buffer))).toBe(true);
  });
});

describe("a model's folder is refused", () => {
  it("without its tokenizer", async () => {
    const path = await written();
    rmSync(join(dirname(path), "tokenizer.json"));
    await expect(readLanguageModelFiles(path)).rejects.toThrow(
      "tokenizer.json: must be a file of JSON beside the model",
    );
  });

  it.each([
    ["tokenizer.json", '"猫": 0', '"猫": 1', "ids must differ, got 1"],
    ["tokenizer.json", '"猫": 0,', "", "ids of 5 pieces must be whole numbers from 0 to 4, got 5"],
    ["tokenizer.json", '"</s>": 5', '"</s>": 5, "more": 6', "it is the tokenizer of another model"],
    ["config.json", '"lexstream"', '"other"', "must be of a model in format lexstream 1"],
    ["config.json", '"vectors": "embedding"', '"vectors": "bias"', "must have a row for each of the 6 terms, got 3"],
    ["config.json", "{", "[", "must be a file of JSON"],
  ])("with another %s: %s -> %s", async (name, from, to, message) => {
    const path = await written();
    const file = join(dirname(path), name);
    const text = readFileSync(file, "utf8");
    expect(text).toContain(from);
    writeFileSync(file, text.replace(from, to));
    await expect(readLanguageModelFiles(path)).rejects.toThrow(message);
  });
});
