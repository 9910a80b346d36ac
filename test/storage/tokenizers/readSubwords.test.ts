import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { learnTokenizer, type TokenizerKind } from "#kernels";
import type { SubwordVocabulary } from "#schemas";
import { writeSubwords } from "#sinks";
import { inspectFile, readSubwords } from "#storage";
import { collect } from "../../support/collect.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const text = "The lower the newest, the lowest: 我喜欢猫。";
const specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
const learned = (kind: TokenizerKind): SubwordVocabulary =>
  learnTokenizer([[text, 3]], { kind, size: 280, specials, lowercase: kind === "wordPiece", minCount: 2 });

async function written(subwords: SubwordVocabulary, name: string): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await collect(from([subwords]).pipe(writeSubwords({ path })));
  return path;
}

/** A tokenizer.json of two pieces and an unknown one, changed. */
const small = (change: object) => ({
  added_tokens: [{ id: 0, content: "<unk>", special: true }],
  normalizer: null,
  pre_tokenizer: { type: "Whitespace" },
  post_processor: null,
  decoder: null,
  model: { type: "WordLevel", unk_token: "<unk>", vocab: { "<unk>": 0, cat: 1, 猫: 2 } },
  ...change,
});

async function readBack(content: unknown, name = "tokenizer.json"): Promise<SubwordVocabulary> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return readSubwords(path);
}

describe("readSubwords", () => {
  it.each<[TokenizerKind, string]>([
    ["bpe", "tokenizer.json"],
    ["bpe", "vocab.json"],
    ["bpe", "small-vocab.json"],
    ["wordPiece", "tokenizer.json"],
    ["wordPiece", "vocab.txt"],
    ["characters", "tokenizer.json"],
  ])("reads what writeSubwords writes: %s, %s", async (kind, name) => {
    const subwords = learned(kind);
    const path = await written(subwords, name);
    const read = await readSubwords(path);
    expect(read.terms).toEqual(subwords.terms);
    for (const line of [text, "unknown 𠮷 [MASK] newest", ""]) {
      expect(Array.from(read.encode(line))).toEqual(Array.from(subwords.encode(line)));
      expect(read.decode(read.encode(line))).toBe(subwords.decode(subwords.encode(line)));
    }
    expect(read.specialIds).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(await inspectFile(path)).toMatchObject({ holds: "subwordVocabulary", rows: subwords.terms.length });
  });

  it("reads files that are packed, and says what they hold", async () => {
    const path = join(await temporaryFolder(), "tokenizer.json.gz");
    await writeFile(path, gzipSync(JSON.stringify(small({}))));
    expect(Array.from((await readSubwords(path)).encode("猫 cat dog"))).toEqual([2, 1, 0]);
    expect(await inspectFile(path)).toMatchObject({
      format: "tokenizerJson",
      compression: "gzip",
      metadata: { pre_tokenizer: "Whitespace", model: "WordLevel", specials: "<unk>" },
    });
  });

  it("takes letters of a vocab.txt to be small where no piece has a capital", async () => {
    const ids = async (pieces: string[], line: string) =>
      Array.from((await readBack(`${pieces.join("\r\n")}\r\n`, "vocab.txt")).encode(line));
    expect(await ids(["[UNK]", "cat"], "Cat CAT")).toEqual([1, 1]);
    expect(await ids(["[UNK]", "Cat", "cat"], "Cat CAT")).toEqual([1, 0]);
    expect(await ids(["[UNK]", "[CLS]", "[SEP]", "cat"], "cat")).toEqual([1, 3, 2]);
  });

  it("keeps what it does not apply, truncation and padding, for other programs", async () => {
    const truncation = { max_length: 2, strategy: "LongestFirst", stride: 0, direction: "Right" };
    const read = await readBack(small({ truncation }));
    expect(Array.from(read.encode("cat cat cat"))).toEqual([1, 1, 1]);
    expect((await readSubwords(await written(read, "tokenizer.json"))).tokenizer.truncation).toEqual(truncation);
  });

  const model = (change: object) => ({ model: { type: "WordLevel", unk_token: "<unk>", vocab: {}, ...change } });
  const bpe = (merges: unknown) => model({ type: "BPE", vocab: { "<unk>": 0, a: 1, b: 2, ab: 3 }, merges });
  it.each<[string, unknown, string]>([
    ["cut short", JSON.stringify(small({})).slice(0, 90), "must be whole JSON, got "],
    [
      "without the unknown piece",
      small({ added_tokens: [], ...model({ vocab: { cat: 0 } }) }),
      'the pieces must have the unknown piece "<unk>", and do not',
    ],
    [
      "without a name for it",
      small(model({ unk_token: null, vocab: { "<unk>": 0 } })),
      "a WordLevel model must have an unk_token, got none",
    ],
    [
      "an id twice",
      small(model({ vocab: { "<unk>": 0, cat: 1, 猫: 1 } })),
      'ids must differ, got 1 of "cat" and of "猫"',
    ],
    [
      "a gap in the ids",
      small(model({ vocab: { "<unk>": 0, cat: 3 } })),
      'ids of 2 pieces must be whole numbers from 0 to 1, got 3 of "cat"',
    ],
    [
      "another id of an added token",
      small({ added_tokens: [{ id: 1, content: "<unk>" }] }),
      'added token "<unk>" must have the id of its piece, 0, got 1',
    ],
    [
      "a merge of what is no piece",
      small(bpe(["a b", "a c"])),
      'merge 2 must be of pieces and make one, got "a c", and "c" is no piece',
    ],
    [
      "a merge that makes no piece",
      small(bpe([["b", "a"]])),
      'merge 1 must be of pieces and make one, got "b a", and "ba" is no piece',
    ],
    ["a merge of one piece", small(bpe(["ab"])), 'merge 1 must be two pieces with a space between, got "ab"'],
    [
      "an unknown model",
      small(model({ type: "Unigram", vocab: [] })),
      'a model must be one of BPE, WordPiece, WordLevel, got "Unigram"',
    ],
    [
      "an unknown normalizer",
      small({ normalizer: { type: "Precompiled" } }),
      'a normalizer must be one of BertNormalizer, NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Sequence, got "Precompiled"',
    ],
    [
      "an unknown pre-tokenizer",
      small({ pre_tokenizer: { type: "Metaspace" } }),
      'a pre_tokenizer must be one of ByteLevel, BertPreTokenizer, Whitespace, WhitespaceSplit, Split, Sequence, got "Metaspace"',
    ],
    [
      "a pattern",
      small({ pre_tokenizer: { type: "Split", pattern: { Regex: "\\d" }, behavior: "Isolated" } }),
      'a pre_tokenizer Split must be Isolated by the pattern of GPT-2, GPT-4 or Qwen, got "Isolated" by {"Regex":"\\\\d"}',
    ],
    [
      "an unknown decoder",
      small({ decoder: { type: "CTC" } }),
      'a decoder must be one of ByteLevel, WordPiece, BPEDecoder, Fuse, Sequence, got "CTC"',
    ],
    [
      "an unknown post-processor",
      small({ post_processor: { type: "Other" } }),
      'a post_processor must be one of ByteLevel, BertProcessing, RobertaProcessing, TemplateProcessing, Sequence, got "Other"',
    ],
    [
      "a special that is no piece",
      small({ post_processor: { type: "BertProcessing", cls: ["[CLS]", 7], sep: ["[SEP]", 8] } }),
      "ids of special tokens must be below 3, got 7",
    ],
    [
      "dropout",
      small(model({ type: "BPE", vocab: { "<unk>": 0 }, merges: [], dropout: 0.1 })),
      "dropout of BPE must be 0, got 0.1",
    ],
  ])("refuses a tokenizer.json with %s", async (_, content, message) => {
    await expect(readBack(content)).rejects.toThrow(message);
    await expect(readBack(content)).rejects.toThrow(/^\/.*tokenizer\.json: /);
  });

  it("refuses other files, in one line", async () => {
    await expect(readBack("[UNK]\ncat\n猫\ncat\n", "vocab.txt")).rejects.toThrow(
      'vocab.txt: pieces must differ, got "cat" in lines 2 and 4',
    );
    await expect(readBack("cat\n", "vocab.txt")).rejects.toThrow('the unknown piece "[UNK]", and do not');
    await expect(readBack("#version: 0.2\na b\n", "merges.txt")).rejects.toThrow(
      "must be tokenizer.json, vocab.json or vocab.txt, got merges, which lie beside vocab.json",
    );
    await expect(readBack({ a: 0 }, "vocab.json")).rejects.toThrow(
      /merges\.txt: must be a file that can be read, got /,
    );
    await expect(readBack("", "vocab.txt")).rejects.toThrow("vocab.txt: must be a tokenizer, got an empty file");
  });
});
