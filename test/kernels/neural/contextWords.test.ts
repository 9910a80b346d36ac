import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeSubwordVocabulary, neural } from "#kernels";
import type { ContextVectorBatch } from "#schemas";
import { vocabularyOf } from "../../support/contextBatches.js";
import { type Documents, documents, documentsOf, sizes, tokenBatches } from "../../support/tokens.js";

/** Two layers: the id of a place, and the id with the number of the place in its row. */
const teller: neural.LayerReader = {
  network: { stateSize: 0, longest: 6, looksAhead: true } as neural.Network,
  layers: async (ids) => ({
    layers: [Float32Array.from(ids), Float32Array.from(Array.from(ids, (id, place) => [id, place]).flat())],
    state: new Float32Array(0),
  }),
};

const vocabulary = vocabularyOf(documentsOf("</s> a b c 猫 狗").flat());
const ids = (...terms: string[]) => terms.map((term) => vocabulary.idOf(term)!);
const all: neural.ContextChoice = { layers: { kind: "all" }, pooling: "mean" };
const modelOf = (model: neural.ContextModel["model"] = {}, reader = teller): neural.ContextModel => ({
  ...{ reader, vocabulary, model },
});

async function read(
  text: Documents,
  choice: Partial<neural.ContextChoice> = {},
  cuts?: readonly number[],
  model = modelOf(),
) {
  const words = new neural.ContextWords(model, { ...all, ...choice });
  const batches: ContextVectorBatch[] = [];
  for (const batch of tokenBatches(text, cuts)) for await (const made of words.read(batch)) batches.push(made);
  for await (const made of words.finish()) batches.push(made);
  return { batches, left: words.takeLeft() };
}

const column = (batches: readonly ContextVectorBatch[], name: "places" | "sentences" | "rowDocuments" | "values") =>
  batches.flatMap((batch) => [...batch[name]]);
const termsOf = (batches: readonly ContextVectorBatch[]) => batches.flatMap(({ terms }) => terms);

describe("ContextWords", () => {
  it("tells where each word stands, and gives its vector of each layer", async () => {
    const { batches } = await read(documentsOf("a b. 猫|c"));
    expect(termsOf(batches)).toEqual(["a", "b", "猫", "c"]);
    expect(column(batches, "rowDocuments")).toEqual([0, 0, 0, 1]);
    expect(column(batches, "sentences")).toEqual([0, 0, 1, 2]);
    expect(column(batches, "places")).toEqual([0, 1, 2, 0]);
    expect([...batches[0]!.layers]).toEqual([0, 1]);
    expect([...batches[0]!.layerSizes]).toEqual([1, 2]);
    const [a, b, cat, c] = ids("a", "b", "猫", "c");
    expect(column(batches, "values")).toEqual([a, a, 0, b, b, 1, cat, cat, 2, c, c, 0]);
  });

  it("reads the end of each sentence, and gives no vector of it", async () => {
    const { batches } = await read(documentsOf("a b. . c"), {}, undefined, modelOf({ sentenceEnd: "</s>" }));
    expect(termsOf(batches)).toEqual(["a", "b", "c"]);
    const [a, b, c] = ids("a", "b", "c");
    expect(column(batches, "values")).toEqual([a, a, 0, b, b, 1, c, c, 3]); // the end stands at 2
  });

  it("reads words that the model does not know as its unknown term, or leaves them out and counts them", async () => {
    const text = documentsOf("a zebra 马 b");
    const [unknownId] = ids("狗");
    const replaced = await read(text, { layers: { kind: "one", layer: 0 } }, undefined, modelOf({ unknown: "狗" }));
    expect(termsOf(replaced.batches)).toEqual(["a", "zebra", "马", "b"]);
    expect(column(replaced.batches, "values")).toEqual([...ids("a"), unknownId, unknownId, ...ids("b")]);
    expect(replaced.left).toEqual({ belowMinCount: 0, pruned: 0, dropped: 0 });
    const unwanted = await read(text, { leaveUnknown: true }, undefined, modelOf({ unknown: "狗" }));
    const [a, b] = ids("a", "b");
    expect(column(unwanted.batches, "values")).toEqual([a, a, 0, b, b, 3]); // what stands between is read
    expect(unwanted.left).toEqual({ belowMinCount: 2, pruned: 0, dropped: 0 });
    const without = await read(text);
    expect(termsOf(without.batches)).toEqual(["a", "b"]);
    expect(column(without.batches, "places")).toEqual([0, 3]);
    expect(without.left).toEqual({ belowMinCount: 2, pruned: 0, dropped: 0 });
  });

  it("gives the vectors of some words alone, where they stand", async () => {
    const { batches, left } = await read(documentsOf("a b 猫. b|猫"), { terms: new Set(["猫"]) });
    expect([termsOf(batches), column(batches, "places"), column(batches, "rowDocuments")]).toEqual([
      ["猫", "猫"],
      [2, 0],
      [0, 1],
    ]);
    const [cat] = ids("猫");
    expect(column(batches, "values")).toEqual([cat, cat, 2, cat, cat, 0]);
    expect(left).toEqual({ belowMinCount: 0, pruned: 0, dropped: 3 });
  });

  it("reads the frame around each text that a model of words from both sides has learned", async () => {
    const framed = vocabularyOf(documentsOf("[CLS] [SEP] a b").flat());
    const reader = { ...teller, network: { ...teller.network, readsBothSides: true } as neural.Network };
    const { batches } = await read(documentsOf("a b"), {}, undefined, { reader, vocabulary: framed, model: {} });
    const [a, b] = ["a", "b"].map((term) => framed.idOf(term)!);
    expect(column(batches, "values")).toEqual([a, a, 1, b, b, 2]);
    expect(neural.frameOf(framed, teller.network)).toEqual({ before: [], after: [] });
  });

  it("brings the pieces of a word together, with what stands around a text", async () => {
    const pieces = ["[UNK]", "[CLS]", "[SEP]", "un", "##do", "猫"];
    const special = (content: string) => ({
      ...{ id: pieces.indexOf(content), content, special: true },
      ...{ single_word: false, lstrip: false, rstrip: false, normalized: false },
    });
    const subwords = makeSubwordVocabulary(
      {
        added_tokens: ["[UNK]", "[CLS]", "[SEP]"].map(special),
        normalizer: null,
        pre_tokenizer: { type: "BertPreTokenizer" },
        post_processor: { type: "BertProcessing", sep: ["[SEP]", 2], cls: ["[CLS]", 1] },
        decoder: null,
        model: {
          ...{ type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100 },
        },
      },
      pieces,
      new Float64Array(6),
      "test",
    );
    const text = documentsOf("undo 猫 zebra");
    const one = { layers: { kind: "one", layer: 1 } } as const;
    const model = { ...modelOf(), vocabulary: subwords };
    const mean = await read(text, one, undefined, model);
    expect(termsOf(mean.batches)).toEqual(["undo", "猫", "zebra"]);
    // [CLS] 1 at 0; un 3 at 1, ##do 4 at 2; 猫 5 at 3; [UNK] 0 at 4, or in a second window: [CLS] un.. is cut to 4 places
    expect(column(mean.batches, "values")).toEqual([3.5, 1.5, 5, 3, 0, 4]);
    const first = await read(text, { ...one, pooling: "first" }, undefined, model);
    expect(column(first.batches, "values")).toEqual([3, 1, 5, 3, 0, 4]);
  });

  it("takes the last layer, or a mix by shares, and says what cannot be mixed", async () => {
    const text = documentsOf("a b");
    const { batches } = await read(text, { layers: { kind: "last" } });
    expect([...batches[0]!.layers]).toEqual([1]);
    await expect(read(text, { layers: { kind: "mix" } })).rejects.toThrow("must be of one size to be mixed, got 1, 2");
    await expect(read(text, { layers: { kind: "one", layer: 2 } })).rejects.toThrow(
      "layers: the layer must be one of the network's, 0 to 1, got 2",
    );
    const even: neural.LayerReader = {
      ...teller,
      layers: async (row) => ({
        layers: [Float32Array.from(row), Float32Array.from(row, () => 8)],
        state: Float32Array.of(),
      }),
    };
    const words = new neural.ContextWords(modelOf({}, even), { ...all, layers: { kind: "mix", shares: [2, 0.5] } });
    for (const batch of tokenBatches(text)) for await (const _ of words.read(batch)) expect.unreachable();
    for await (const made of words.finish()) {
      expect([...made.values]).toEqual(ids("a", "b").map((id) => 2 * id + 4));
      expect([...made.layers, ...made.shares!]).toEqual([-1, 2, 0.5]);
    }
    const wrong = new neural.ContextWords(modelOf({}, even), { ...all, layers: { kind: "mix", shares: [1] } });
    const mixed = async () => {
      for (const batch of tokenBatches(text)) for await (const _ of wrong.read(batch)) expect.unreachable();
      for await (const _ of wrong.finish()) expect.unreachable();
    };
    await expect(mixed()).rejects.toThrow("a mix must have a share for each of the 2 layers, got 1");
  });

  it("gives the same vectors for any cutting into batches", async () => {
    await fc.assert(
      fc.asyncProperty(documents, sizes, async (text, cuts) => {
        const model = modelOf({ unknown: "a", sentenceEnd: "</s>" });
        const [whole, cut] = [await read(text, {}, undefined, model), await read(text, {}, cuts, model)];
        expect(termsOf(cut.batches)).toEqual(termsOf(whole.batches));
        for (const name of ["places", "sentences", "rowDocuments", "values"] as const)
          expect(column(cut.batches, name)).toEqual(column(whole.batches, name));
      }),
      { seed: 1, numRuns: 25 },
    );
  });
});
