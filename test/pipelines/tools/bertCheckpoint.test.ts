import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { of } from "rxjs";
import { describe, expect, it } from "vitest";
import { neural } from "#kernels";
import { builtIn, fillMasks, makeLanguageModel, openMaskedModel } from "#pipelines";
import type { LanguageModel, NamedTensor, SubwordVocabulary } from "#schemas";
import { writeLanguageModel } from "#sinks";
import { readLanguageModelFiles } from "../../../dist/storage/models/languageModelFiles.js";
import reference from "../../reference/bert.json" with { type: "json" };
import { collect } from "../../support/collect.js";
import { command } from "../../support/command.js";
import { relativeDistance, wasmEngine } from "../../support/neuralEngines.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { writeTensors } from "../../support/writeTensors.js";

const fixture = "test/fixtures/bert";
const WORDS = "bert.embeddings.word_embeddings.weight";
const read = (folder = fixture) => readLanguageModelFiles(join(folder, "model.safetensors"));
const open = (model: LanguageModel) => openMaskedModel("fill", model, builtIn);
const sorted = ({ tensors }: LanguageModel) => tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1));

/** A copy of the checkpoint with other tensors. */
async function withTensors(change: (tensors: readonly NamedTensor[]) => readonly NamedTensor[]): Promise<string> {
  const folder = join(await temporaryFolder(), "bert");
  cpSync(fixture, folder, { recursive: true });
  writeTensors(join(folder, "model.safetensors"), change((await read()).tensors));
  return folder;
}

const renamed = (change: (name: string) => string) =>
  withTensors((tensors) => tensors.map((tensor) => ({ ...tensor, name: change(tensor.name) })));

async function withConfig(change: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await withTensors((tensors) => tensors);
  const path = join(folder, "config.json");
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...change }));
  return folder;
}

/** Logits, numbers behind the last layer, and the classes' loss, of a model of the fixture's texts. */
async function asked(
  engine: neural.Engine,
  model: LanguageModel,
  { ids, segments }: (typeof reference.checkpoint)[number],
) {
  const network = builtIn.units.get("bert")!.network!(model.settings, model) as neural.Network;
  const parameters = engine.parameters(network.forms);
  const values = network.forms.flatMap(({ name }) => [...model.tensors.find((each) => each.name === name)!.values]);
  parameters.write("values", Float32Array.from(values));
  const length = ids.length;
  const row = {
    ...{ rows: 1, length, ids: Uint32Array.from(ids), segments: Uint8Array.from(segments), firstRow: 0, step: 0 },
    ...{ lengths: Uint32Array.of(length), targets: new Int32Array(length).fill(-1), labels: Int32Array.of(0) },
  };
  const found = engine.scope(() => ({
    logits: engine.read(network.predict(engine, parameters, row).logits),
    last: engine.read(network.layers!(engine, parameters, row).at(-1)!),
    next: engine.read(network.learn(neural.Tape.silent(engine, parameters), row, 1).labelLosses!),
  }));
  const [logits, last, next] = await Promise.all([found.logits, found.last, found.next]);
  parameters.close();
  return { logits, last, next: next[0]! };
}

describe.each(reference.checkpoint)("a checkpoint of BERT as transformers writes it: $first", (text) => {
  it("is cut into the same ids", async () => {
    const vocabulary = (await open(await read())).vocabulary as SubwordVocabulary;
    const whole = [...vocabulary.encode(text.first, { specials: true })];
    expect("second" in text ? text.ids.slice(0, whole.length) : text.ids).toEqual(whole);
  });

  it.each([
    ["reference", () => neural.referenceEngine()],
    ["wasm", () => wasmEngine()],
  ])("has the logits, the vectors and the classes of transformers, on the %s engine", async (_, make) => {
    const { logits, last, next } = await asked(make(), await read(), text);
    expect(relativeDistance(logits, text.logits)).toBeLessThan(1e-5);
    expect(relativeDistance(last, text.last)).toBeLessThan(1e-5);
    const [follows, does] = text.next as [number, number];
    expect(next).toBeCloseTo(Math.log(1 + Math.exp(does - follows)), 5); // -ln softmax of the first
  });
});

describe("checkpoints of BERT", () => {
  const [text] = reference.checkpoint as [(typeof reference.checkpoint)[number]];

  it("are the same without the prefix, with gamma and beta, and with what old ones hold besides", async () => {
    const whole = await read();
    const plain = await read(await renamed((name) => name.replace(/^bert\./, "")));
    const old = await read(
      await renamed((name) =>
        name.replace(/LayerNorm\.weight$/, "LayerNorm.gamma").replace(/LayerNorm\.bias$/, "LayerNorm.beta"),
      ),
    );
    const tied = await read(
      await withTensors((tensors) => {
        const numbersOf = (name: string) => tensors.find((tensor) => tensor.name === name)!;
        return [
          ...tensors,
          { ...numbersOf(WORDS), name: "cls.predictions.decoder.weight" },
          { ...numbersOf("cls.predictions.bias"), name: "cls.predictions.decoder.bias" },
          { name: "bert.embeddings.position_ids", shape: [1, 2], values: Float32Array.of(0, 1) },
        ];
      }),
    );
    for (const other of [plain, old, tied]) expect(sorted(other)).toEqual(sorted(whole));
  });

  it("may lack the output for next sentences, as those of BertForMaskedLM, and hold a pooler that none reads", async () => {
    const model = await read(
      await withTensors((tensors) => tensors.filter(({ name }) => !/seq_relationship/.test(name))),
    );
    expect(model.settings.nextSentence).toBe(false);
    const [found] = await fillMasks("fill", await open(model), text.first, 3);
    expect(found).toEqual((await fillMasks("fill", await open(await read()), text.first, 3))[0]);
  });

  it("may be an encoder alone, with or without a pooler, whose layers are the same and which fills nothing", async () => {
    const layersOf = ({ name }: NamedTensor) => name.startsWith("bert.") && !name.startsWith("bert.pooler");
    const whole = await read();
    const encoders = [
      await withTensors((tensors) => tensors.filter(layersOf)),
      await withTensors((tensors) =>
        tensors.flatMap((tensor) => {
          const name = tensor.name.replace(/^bert\./, ""); // BertModel names them so
          return tensor.name.startsWith("cls.") ? [] : [{ ...tensor, name }];
        }),
      ),
    ];
    for (const folder of encoders) {
      const model = await read(folder);
      expect(model.settings).toEqual({ ...whole.settings, nextSentence: false, encoderOnly: true });
      expect(sorted(model)).toEqual(sorted({ ...whole, tensors: whole.tensors.filter(layersOf) }));
      expect(await lastLayerOf(model)).toEqual(await lastLayerOf(whole));
      expect(await command("fill", folder, text.first)).toEqual({
        ...{ code: 1, out: "" },
        err: "fill: the model must have an output for terms, got bert with its encoder alone; vectors --in-context reads its layers\n",
      });
      const path = join(folder, "again", "model.safetensors");
      await collect(of(model).pipe(writeLanguageModel({ path })));
      expect(sorted(await readLanguageModelFiles(path))).toEqual(sorted(model));
    }
  });

  async function lastLayerOf(model: LanguageModel): Promise<neural.Floats> {
    const { network, values } = makeLanguageModel("vectors", model, builtIn);
    const engine: neural.Engine = wasmEngine();
    const parameters = engine.parameters(network.forms);
    parameters.write("values", values);
    const ids = Uint32Array.from(text.ids);
    const row = { rows: 1, length: ids.length, ids, lengths: Uint32Array.of(ids.length), firstRow: 0 };
    return engine.scope(() => engine.read(network.layers!(engine, parameters, row).at(-1)!));
  }

  it("are described by their folder, with their tokenizer", async () => {
    const { metadata } = JSON.parse((await command("inspect", fixture, "--json")).out);
    const { tensors, terms } = await read();
    expect(metadata).toMatchObject({
      ...{ architecture: "bert", terms: String(terms.length), tokenizer: "vocab.txt" },
      parameters: String(tensors.reduce((sum, { values }) => sum + values.length, 0)),
      sizes: expect.stringContaining("layers 2, heads 2"),
    });
  });

  it("fill what is hidden, by their folder's name", async () => {
    const { code, out } = await command("fill", fixture, text.first, "-k", "2", "--json");
    expect(code).toBe(0);
    const mask = text.ids.indexOf(4);
    const logits = text.logits.slice(mask * 19, (mask + 1) * 19);
    const ordinary = [...logits.keys()].filter((id) => id > 4).sort((a, b) => logits[b]! - logits[a]!);
    const { terms } = await read();
    const found = JSON.parse(out)[0] as readonly { readonly term: string; readonly probability: number }[];
    expect(found.map(({ term }) => term)).toEqual(ordinary.slice(0, 2).map((id) => terms[id]));
    const all = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    expect(found[0]!.probability).toBeCloseTo(Math.exp(logits[ordinary[0]!]!) / all, 5);
  });

  it("are written with the same tensors and sizes under the names of transformers", async () => {
    const model = await read();
    const path = join(await temporaryFolder(), "model.safetensors");
    await collect(of(model).pipe(writeLanguageModel({ path })));
    const again = await readLanguageModelFiles(path);
    expect(sorted(again)).toEqual(sorted(model));
    const [written, given] = [join(path, "../config.json"), join(fixture, "config.json")].map((file) =>
      JSON.parse(readFileSync(file, "utf8")),
    );
    for (const name of [
      "architectures",
      "model_type",
      "hidden_size",
      "num_hidden_layers",
      "num_attention_heads",
      "intermediate_size",
      "max_position_embeddings",
      "type_vocab_size",
      "vocab_size",
      "hidden_act",
      "layer_norm_eps",
    ])
      expect(written[name], name).toEqual(given[name]);
  });

  it("are refused with the tensors that are missing, not known, transposed or not tied", async () => {
    const fault = async (folder: string) => open(await read(folder));
    await expect(
      fault(
        await withTensors((tensors) => tensors.filter(({ name }) => name !== "cls.predictions.transform.dense.bias")),
      ),
    ).rejects.toThrow("cls.predictions.transform.dense.bias of 8 is missing");
    await expect(
      fault(
        await withTensors((tensors) => [
          ...tensors,
          { name: "classifier.bias", shape: [2], values: new Float32Array(2) },
        ]),
      ),
    ).rejects.toThrow("classifier.bias is not known");
    const widened = "bert.encoder.layer.0.intermediate.dense.weight";
    await expect(
      fault(
        await withTensors((tensors) =>
          tensors.map((tensor) => (tensor.name === widened ? { ...tensor, shape: tensor.shape.toReversed() } : tensor)),
        ),
      ),
    ).rejects.toThrow(`${widened} must be 16 x 8 and is 8 x 16, transposed`);
    await expect(
      fault(
        await withTensors((tensors) => [
          ...tensors,
          { name: "cls.predictions.decoder.bias", shape: [19], values: new Float32Array(19) },
        ]),
      ),
    ).rejects.toThrow("tensor cls.predictions.decoder.bias must be equal to cls.predictions.bias");
  });

  it("are refused if they are of a network that bert is not", async () => {
    await expect(read(await withConfig({ position_embedding_type: "relative_key" }))).rejects.toThrow(
      'position_embedding_type must be "absolute", got "relative_key"',
    );
    await expect(read(await withConfig({ hidden_act: "swish" }))).rejects.toThrow(
      "hidden_act must be one of gelu, gelu_new, gelu_pytorch_tanh, relu, tanh",
    );
  });
});
