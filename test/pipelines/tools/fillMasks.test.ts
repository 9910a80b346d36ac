import { beforeAll, describe, expect, it } from "vitest";
import { neural } from "#kernels";
import { builtIn, fillMasks, type OpenMaskedModel, openLanguageModel, openMaskedModel } from "#pipelines";
import { type LanguageModel, type NamedTensor, TEXT_STEPS, type TokenizerForm } from "#schemas";

const specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
const terms = [...specials, "the", "cat", "sat", "un", "##able", "猫"];
const tokenizer: TokenizerForm = {
  added_tokens: specials.map((content, id) => ({
    ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
  })),
  normalizer: {
    type: "BertNormalizer",
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: "BertPreTokenizer" },
  post_processor: { type: "BertProcessing", cls: ["[CLS]", 2], sep: ["[SEP]", 3] },
  decoder: { type: "WordPiece", prefix: "##", cleanup: true },
  model: { type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100 },
};

const settings = {
  ...{ layers: 1, heads: 1, vectorSize: 4, innerSize: 4, positions: 8, segments: 2, nextSentence: false, dropout: 0 },
  ...{ activation: "gelu", epsilon: 1e-12 },
};

/** All weights are 0 but the biases of the output: a term has the same logit in every place. */
function modelOf(logits: Readonly<Record<string, number>>): LanguageModel {
  const network = neural.bert({ ...settings, activation: "gelu", terms: terms.length });
  const tensors = network.forms.map(({ name, shape }): NamedTensor => {
    const values = new Float32Array(neural.sizeOf(shape));
    if (name === "cls.predictions.bias") values.set(terms.map((term) => logits[term] ?? 0));
    return { name, shape, values };
  });
  return {
    ...{ architecture: "bert", settings, terms, counts: new Float64Array(terms.length), tokenizer, unknown: "[UNK]" },
    ...{ tensors, vectors: network.vectors, metadata: new Map() },
  };
}

// The logits 3, 2 and 1, and 3 of [UNK]; seven terms have 0.
const model = modelOf({ cat: 3, "##able": 2, 猫: 1, "[UNK]": 3 });
const { tokenizer: _, ...words } = model;
const all = 2 * Math.exp(3) + Math.exp(2) + Math.exp(1) + 7;

describe("fillMasks", () => {
  let open: OpenMaskedModel;
  beforeAll(async () => {
    open = await openMaskedModel("fill", model, builtIn);
  });

  it("gives the most probable terms of each hidden place, without special ones, and the text with them", async () => {
    const masks = await fillMasks("fill", open, "The un[MASK] sat [MASK]", 3);
    expect(masks.length).toBe(2);
    const shares = [3, 2, 1].map((logit) => expect.closeTo(Math.exp(logit) / all, 6));
    for (const found of masks) {
      expect(found.map(({ term }) => term)).toEqual(["cat", "##able", "猫"]);
      expect(found.map(({ probability }) => probability)).toEqual(shares);
    }
    expect(masks[0]!.map(({ text }) => text)).toEqual([
      "the un cat sat [MASK]",
      "the unable sat [MASK]",
      "the un 猫 sat [MASK]",
    ]);
    expect(masks[1]![0]!.text).toBe("the un [MASK] sat cat");
  });

  it("gives all ordinary terms where more are asked for, of equal ones those with the lower id first", async () => {
    const [found] = await fillMasks("fill", open, "[MASK]", 100);
    expect(found!.map(({ term }) => term)).toEqual(["cat", "##able", "猫", "the", "sat", "un"]);
  });

  it("refuses texts without [MASK] and longer ones than the network reads", async () => {
    await expect(fillMasks("fill", open, "the cat sat", 1)).rejects.toThrow(
      new RangeError('fill: the text must have a [MASK], got "the cat sat"'),
    );
    await expect(fillMasks("fill", open, "the cat sat the cat sat [MASK]", 1)).rejects.toThrow(
      new RangeError("fill: the text must have at most 8 places, got 9; give a shorter one"),
    );
  });

  it("is for models that read both sides, which are not asked what comes next", async () => {
    await expect(openLanguageModel("next", model, builtIn)).rejects.toThrow(
      new TypeError(
        "next: the model must predict what comes next, got bert, which predicts what is hidden; fill asks it",
      ),
    );
    const sizes = { contextSize: 1, vectorSize: 2, hiddenSize: 2, direct: false, dropout: 0, initialRange: 0.1 };
    const { forms } = neural.nnlm({ ...sizes, terms: terms.length });
    const tensors = forms.map(({ name, shape }) => ({ name, shape, values: new Float32Array(neural.sizeOf(shape)) }));
    const nnlm = { ...model, architecture: "nnlm", settings: { ...sizes, output: "full", candidates: 8 }, tensors };
    await expect(openMaskedModel("fill", nnlm, builtIn)).rejects.toThrow(
      new TypeError(
        "fill: the model must predict what is hidden, got nnlm, which predicts what comes next; next and generate ask it",
      ),
    );
    await expect(openMaskedModel("fill", { ...words, terms: terms.with(4, "mask") }, builtIn)).rejects.toThrow(
      "fill: the vocabulary must have the term [MASK], got none",
    );
  });

  it("cuts texts around [MASK] as those of a model of words were, and reads unknown ones as such", async () => {
    await expect(openMaskedModel("fill", words, builtIn)).rejects.toThrow("must tell the steps that made tokens");
    const metadata = new Map([[TEXT_STEPS, JSON.stringify([{ normalize: {} }, { tokenize: {} }])]]);
    const [found] = await fillMasks(
      "fill",
      await openMaskedModel("fill", { ...words, metadata }, builtIn),
      "The dog [MASK].",
      2,
    );
    expect(found!.map(({ text }) => text)).toEqual(["the [UNK] cat", "the [UNK] ##able"]);
  });
});
