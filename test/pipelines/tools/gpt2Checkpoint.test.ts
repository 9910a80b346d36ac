import { copyFileSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { of } from "rxjs";
import { describe, expect, it } from "vitest";
import { neural } from "#kernels";
import { builtIn, openLanguageModel, perplexityOf, scoreTexts } from "#pipelines";
import type { LanguageModel, NamedTensor } from "#schemas";
import { writeLanguageModel } from "#sinks";
import { readLanguageModelFiles } from "../../../dist/storage/models/languageModelFiles.js";
import expected from "../../fixtures/gpt2/expected.json" with { type: "json" };
import { collect } from "../../support/collect.js";
import { command } from "../../support/command.js";
import { relativeDistance, wasmEngine } from "../../support/neuralEngines.js";
import { served } from "../../support/served.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { writeTensors } from "../../support/writeTensors.js";

const fixture = "test/fixtures/gpt2";
const read = (folder = fixture) => readLanguageModelFiles(join(folder, "model.safetensors"));

/** A copy of the checkpoint that may be changed, but for what transformers made of it. */
async function copied(): Promise<string> {
  const folder = join(await temporaryFolder(), "gpt2");
  cpSync(fixture, folder, { recursive: true });
  rmSync(join(folder, "expected.json"));
  return folder;
}

/** The checkpoint with other tensors, under any names. */
async function withTensors(change: (tensors: NamedTensor[]) => NamedTensor[]): Promise<string> {
  const folder = await copied();
  writeTensors(join(folder, "model.safetensors"), change([...(await read()).tensors]));
  return folder;
}

function changeConfig(folder: string, change: Readonly<Record<string, unknown>>): void {
  const path = join(folder, "config.json");
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...change }));
}

const open = (model: LanguageModel) => openLanguageModel("next", model, builtIn);
const sorted = ({ tensors }: LanguageModel) => tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1));

describe.each(expected.texts)(
  "a checkpoint of GPT-2 as transformers writes it: $text",
  ({ text, ids, layers, next, loss }) => {
    it("is cut into the same ids", async () => {
      const { vocabulary, reader } = await open(await read());
      expect([...(vocabulary as { encode?: (text: string) => Uint32Array }).encode!(text)]).toEqual(ids);
      reader.close();
    });

    it.each([
      ["reference", () => neural.referenceEngine()],
      ["wasm", () => wasmEngine()],
    ])("has the numbers of transformers behind each layer, on the %s engine", async (_, makeEngine) => {
      const model = await read();
      const network = builtIn.units.get("gpt")!.network!(model.settings, model) as neural.Network;
      const engine = makeEngine();
      const parameters = engine.parameters(network.forms);
      const values = network.forms.flatMap(({ name }) => [...model.tensors.find((each) => each.name === name)!.values]);
      parameters.write("values", Float32Array.from(values));
      const length = ids.length;
      const batch = { rows: 1, length, ids: Uint32Array.from(ids), lengths: Uint32Array.of(length), firstRow: 0 };
      const found = network.layers!(engine, parameters, batch);
      expect(found.length).toBe(layers.length);
      for (const [layer, numbers] of layers.entries())
        expect(relativeDistance(await engine.read(found[layer]!), numbers)).toBeLessThan(1e-5);
    });

    it("predicts what transformers predicts", async () => {
      const { reader } = await open(await read());
      const { logits } = await reader.read(Uint32Array.from(ids));
      expect(relativeDistance(logits, next)).toBeLessThan(1e-5);
      expect((await reader.textLoss(Uint32Array.from(ids))) / (ids.length - 1)).toBeCloseTo(loss, 5);
      reader.close();
    });

    it("is asked by the name of its folder", async () => {
      const { out } = await command("next", fixture, text, "-k", "1", "--json");
      const most = Math.max(...next);
      const sum = next.reduce((total, logit) => total + Math.exp(logit - most), 0);
      expect(JSON.parse(out)).toMatchObject([{ term: "Ă", probability: expect.closeTo(1 / sum, 6) }]);
      const path = join(await temporaryFolder(), "text.txt");
      writeFileSync(path, text);
      const told = JSON.parse((await command("perplexity", fixture, path, "--json")).out);
      expect(told.loss / told.predicted).toBeCloseTo(loss, 5);
      expect(told.predicted).toBe(ids.length - 1);
      const drawn = await command(
        "generate",
        fixture,
        "--prompt",
        text,
        "--length",
        "30",
        "--temperature",
        "0",
        "--json",
      );
      expect(JSON.parse(drawn.out).terms).toHaveLength(30); // more than its 16 positions
    });
  },
);

it("is asked over HTTP by the name of its folder", async () => {
  const url = await served(fixture);
  const { text, next } = expected.texts[0]!;
  const reply = await (await fetch(`${url}/next?prompt=${encodeURIComponent(text)}&k=1`)).json();
  const sum = next.reduce((total, logit) => total + Math.exp(logit - Math.max(...next)), 0);
  expect(reply).toMatchObject({ terms: [{ term: "Ă", probability: expect.closeTo(1 / sum, 6) }] });
});

it("fails as its kernels do, in the middle of a text", async () => {
  const opened = await open(await read());
  opened.reader.losses = () => Promise.reject(new RangeError("neural engine: memory must stay below its limit"));
  const paths = join(await temporaryFolder(), "text.txt");
  writeFileSync(paths, "the cat sat on the mat");
  const request = { source: "files", options: { paths }, across: "document" } as const;
  await expect(perplexityOf("perplexity", opened, request)).rejects.toThrow("memory must stay below its limit");
  await expect(scoreTexts(opened, request, () => {})).rejects.toThrow("memory must stay below its limit");
});

it("is read with names without `transformer.`, with the masks of old checkpoints and the output's table", async () => {
  const whole = await read();
  const plain = await withTensors((tensors) => [
    ...tensors,
    { name: "lm_head.weight", shape: [270, 8], values: tensors.find(({ name }) => name === "wte.weight")!.values },
    { name: "h.0.attn.bias", shape: [1, 1, 2, 2], values: Float32Array.of(1, 0, 1, 1) },
    { name: "h.1.attn.masked_bias", shape: [], values: Float32Array.of(-1e4) },
  ]);
  expect(sorted(await read(plain))).toEqual(sorted(whole));
  const prefixed = await withTensors((tensors) =>
    tensors.map((each) => ({ ...each, name: `transformer.${each.name}` })),
  );
  expect(sorted(await read(prefixed))).toEqual(sorted(whole));
});

it("is read with vocab.json and merges.txt", async () => {
  const folder = await copied();
  const { model } = JSON.parse(readFileSync(join(folder, "tokenizer.json"), "utf8"));
  rmSync(join(folder, "tokenizer.json"));
  writeFileSync(join(folder, "vocab.json"), JSON.stringify(model.vocab));
  const merges = model.merges.map((pair: string[]) => pair.join(" ")).join("\n");
  writeFileSync(join(folder, "merges.txt"), `#version: 0.2\n${merges}\n`);
  const { vocabulary, reader } = await open(await read(folder));
  for (const { text, ids } of expected.texts)
    expect([...(vocabulary as unknown as { encode(text: string): Uint32Array }).encode(text)]).toEqual(ids);
  reader.close();
});

it("is written as transformers reads it, and read again as it was", async () => {
  const model = await read();
  const path = join(await temporaryFolder(), "model", "model.safetensors");
  await collect(of(model).pipe(writeLanguageModel({ path })));
  const config = JSON.parse(readFileSync(join(dirname(path), "config.json"), "utf8"));
  const before = JSON.parse(readFileSync(join(fixture, "config.json"), "utf8"));
  for (const name of [
    "model_type",
    "architectures",
    "n_embd",
    "n_layer",
    "n_head",
    "n_inner",
    "n_positions",
    "vocab_size",
  ])
    expect(config[name]).toEqual(before[name]);
  for (const name of ["activation_function", "layer_norm_epsilon", "tie_word_embeddings"])
    expect(config[name]).toEqual(before[name]);
  const { tensors, ...others } = await readLanguageModelFiles(path);
  const { tensors: __, ...same } = model;
  expect(others).toEqual(same);
  expect(sorted({ ...others, tensors })).toEqual(sorted(model));
});

describe("is refused in one line", () => {
  const asked = async (folder: string) => {
    const { code, err } = await command("next", folder, "the");
    expect(code).not.toBe(0);
    expect(err.trim().split("\n")).toHaveLength(1);
    return err;
  };

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    [
      "of another architecture",
      { model_type: "llama" },
      'model_type must be one of bert, gpt2, or of a model that lexstream wrote, got "llama"',
    ],
    [
      "with another activation",
      { activation_function: "swish" },
      "activation_function must be one of gelu_new, gelu_pytorch_tanh, gelu, relu, tanh, got",
    ],
    [
      "with a table of its own for the output",
      { tie_word_embeddings: false },
      "tie_word_embeddings must be true, got false",
    ],
    ["without layers", { n_layer: 0 }, "n_layer must be an integer >= 1, got 0"],
    [
      "with an epsilon that is none",
      { layer_norm_epsilon: "1e-5" },
      'layer_norm_epsilon must be a number >= 0 and < 1, got "1e-5"',
    ],
    [
      "with fewer layers than it says",
      { n_layer: 3 },
      "got others: h.2.ln_1.weight of 8 is missing; h.2.ln_1.bias of 8 is missing;",
    ],
    ["with more layers than it says", { n_layer: 1 }, "got others: h.1.attn.c_attn.bias is not known;"],
    ["with more positions than it says", { n_positions: 8 }, "wpe.weight must be 8 x 8 and is 16 x 8"],
  ])("%s", async (_, change, message) => {
    const folder = await copied();
    changeConfig(folder, change);
    expect(await asked(folder)).toContain(message);
  });

  it("with transposed tensors", async () => {
    const turned = ({ name, shape, values }: NamedTensor): NamedTensor => ({ name, values, shape: shape.toReversed() });
    const folder = await withTensors((tensors) =>
      tensors.map((each) => (each.name.endsWith("c_attn.weight") ? turned(each) : each)),
    );
    expect(await asked(folder)).toContain(
      "got others: h.0.attn.c_attn.weight must be 8 x 24 and is 24 x 8, transposed; h.1.attn.c_attn.weight must be 8 x 24 and is",
    );
  });

  it("with another table of the output", async () => {
    const folder = await withTensors((tensors) => [
      ...tensors,
      { name: "lm_head.weight", shape: [270, 8], values: new Float32Array(270 * 8) },
    ]);
    expect(await asked(folder)).toContain(
      "tensor lm_head.weight must be equal to wte.weight, whose table the output shares",
    );
  });

  it("without a tokenizer, or with another one", async () => {
    const folder = await copied();
    const tokenizer = join(folder, "tokenizer.json");
    const json = JSON.parse(readFileSync(tokenizer, "utf8"));
    json.added_tokens.push({ ...json.added_tokens[0], id: 270, content: "<|more|>" });
    writeFileSync(tokenizer, JSON.stringify(json));
    expect(await asked(folder)).toContain("must have the 270 terms of tensor wte.weight beside it, got 271");
    rmSync(tokenizer);
    expect(await asked(folder)).toContain(
      "must have its tokenizer beside it, tokenizer.json or vocab.json or vocab.txt, got none",
    );
  });

  it("without its tensors", async () => {
    const folder = await copied();
    copyFileSync(join(folder, "model.safetensors"), join(folder, "pytorch_model.bin"));
    rmSync(join(folder, "model.safetensors"));
    expect(await asked(folder)).toContain(`${basename(folder)}: must be a file or the folder of a run`);
  });
});
