import { join } from "node:path";
import { kinds } from "lexstream";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { learnTokenizer, type TokenizerKind } from "#kernels";
import type { SubwordVocabulary } from "#schemas";
import { writeSubwords } from "#sinks";
import { readWhole } from "#storage";
import { collect } from "../support/collect.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const text = "The lower the newest, the lowest: 我喜欢猫。";
const learned = (kind: TokenizerKind): SubwordVocabulary =>
  learnTokenizer([[text, 3]], { kind, size: 280, specials: ["[UNK]"], lowercase: false, minCount: 2 });

async function written(subwords: SubwordVocabulary, name: string): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await collect(from([subwords]).pipe(writeSubwords({ path })));
  return path;
}

describe("writeSubwords", () => {
  it("keeps counts, too, in a table", async () => {
    const subwords = learned("wordPiece");

    for (const name of ["t.arrow", "t.parquet"]) {
      const read = await readWhole(kinds.subwordVocabulary, await written(subwords, name));
      expect(read.counts).toEqual(subwords.counts);
      expect(read.tokenizer).toEqual(subwords.tokenizer);
      expect(Array.from(read.encode(text))).toEqual(Array.from(subwords.encode(text)));
    }
  });

  it("refuses a format that does not hold the model", async () => {
    await expect(written(learned("bpe"), "vocab.txt")).rejects.toThrow(
      new TypeError("writeSubwords: format wordPieceVocabulary must hold a WordPiece, got BPE; tokenizerJson holds it"),
    );
    await expect(written(learned("wordPiece"), "vocab.json")).rejects.toThrow(
      new TypeError(
        "writeSubwords: format bytePairs must hold a byte-level BPE, got WordPiece; tokenizerJson holds it",
      ),
    );
    expect(() => writeSubwords({ path: "tokenizer.bin" })).toThrow("writeSubwords: path must end in one of .json .txt");
  });
});
