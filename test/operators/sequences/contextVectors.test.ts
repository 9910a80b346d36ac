import { join } from "node:path";
import fc from "fast-check";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import type { neural } from "#kernels";
import { contextVectors } from "#operators";
import { builtIn, openContextModel } from "#pipelines";
import { Ledger } from "#runtime";
import type { ContextVectorBatch, TokenBatch } from "#schemas";
import { readLanguageModelFiles } from "../../../dist/storage/models/languageModelFiles.js";
import { collect } from "../../support/collect.js";
import { vocabularyOf } from "../../support/contextBatches.js";
import { documents, documentsOf, sizes, tokenBatches } from "../../support/tokens.js";

const vocabulary = vocabularyOf(documentsOf("<unk> a b 猫").flat());
const id = (term: string) => vocabulary.idOf(term)!;

/** Layer 0 has the id of a place, layer 1 its number in the row. */
const model: neural.ContextModel = {
  reader: {
    network: { stateSize: 0, longest: 4, looksAhead: true } as neural.Network,
    layers: async (ids) => ({
      layers: [Float32Array.from(ids), Float32Array.from(ids.keys())],
      state: new Float32Array(0),
    }),
  },
  vocabulary,
  model: { unknown: "<unk>" },
};

const rows = async (batches: readonly TokenBatch[], options = {}, ledger = new Ledger()) =>
  (await collect(from(batches).pipe(contextVectors(model, options)), { ledger })).flatMap(rowsOf);

function rowsOf({ terms, rowDocuments, places, values }: ContextVectorBatch) {
  const width = values.length / terms.length;
  return terms.map((term, word) => [
    ...[term, rowDocuments[word], places[word]],
    ...values.subarray(word * width, (word + 1) * width),
  ]);
}

describe("contextVectors", () => {
  it("gives each word its vectors where it stands", async () => {
    const text = tokenBatches(documentsOf("a b|猫 dog"));
    expect(await rows(text, { layers: "all" })).toEqual([
      ["a", 0, 0, id("a"), 0],
      ["b", 0, 1, id("b"), 1],
      ["猫", 1, 0, id("猫"), 0],
      ["dog", 1, 1, id("<unk>"), 1],
    ]);
    expect(await rows(text, { layers: "mix", mix: "1,10", terms: "b" })).toEqual([["b", 0, 1, id("b") + 10]]);
  });

  it("counts the words that have no row, by why", async () => {
    const ledger = new Ledger();
    const text = tokenBatches(documentsOf("a dog b dog"));
    expect(await rows(text, { unknown: "drop", terms: ["a", "dog"] }, ledger)).toEqual([["a", 0, 0, 0]]);
    expect(Object.fromEntries(ledger.counts)).toEqual({ belowMinCount: 2, dropped: 1 });
  });

  it("gives the same rows for any cutting into batches", async () => {
    await fc.assert(
      fc.asyncProperty(documents, sizes, async (text, cuts) => {
        expect(await rows(tokenBatches(text, cuts), { layers: "all" })).toEqual(
          await rows(tokenBatches(text), { layers: "all" }),
        );
      }),
      { seed: 1, numRuns: 15 },
    );
  });

  it.each([
    [{ layers: "top" }, "contextVectors: layers must be a number from 0, last, all or mix, got top"],
    [{ mix: "1,2" }, "contextVectors: mix must stand beside layers mix, got layers last"],
    [{ layers: "mix", mix: "1,x" }, "contextVectors: mix must be numbers between commas, got 1,x"],
    [{ terms: [] }, "contextVectors: terms must be"],
  ])("refuses %o at the call", (options, message) => {
    expect(() => contextVectors(model, options)).toThrow(message);
  });

  it("passes errors of the network on", async () => {
    await expect(rows(tokenBatches(documentsOf("a")), { layers: "2" })).rejects.toThrow(
      "layers: the layer must be one of the network's, 0 to 1, got 2",
    );
  });

  it("is for models that tell their layers", async () => {
    const gpt2 = await readLanguageModelFiles(join("test/fixtures/gpt2", "model.safetensors"));
    const open = openContextModel(gpt2);
    const [batch] = await collect(from(tokenBatches(documentsOf("the cat"))).pipe(contextVectors(open)));
    expect([batch!.terms, [...batch!.layers], batch!.values.length]).toEqual([["the", "cat"], [2], 16]);
    const gpt = builtIn.units.get("gpt")!;
    const bare = { ...gpt, network: () => ({ ...(gpt.network!(gpt2.settings, gpt2) as object), layers: undefined }) };
    const known = { ...builtIn, units: new Map([["gpt", bare]]) };
    expect(() => openContextModel(gpt2, known)).toThrow(
      "openContextModel: the model must tell its layers, got gpt, which does not",
    );
  });
});
