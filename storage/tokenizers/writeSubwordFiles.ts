import { show } from "../../schemas/options.js";
import type { SubwordVocabulary } from "../../schemas/subwordVocabulary.js";
import { writeFiles } from "../files/durableFile.js";
import { mergesBeside } from "./readSubwords.js";
import { tokenizerJson, vocabJson } from "./tokenizerJson.js";

export const tokenizerFormats = ["tokenizerJson", "bytePairs", "wordPieceVocabulary"] as const;
export type TokenizerFormat = (typeof tokenizerFormats)[number];

const writers: Readonly<Record<TokenizerFormat, (path: string, subwords: SubwordVocabulary) => Promise<void>>> = {
  tokenizerJson: (path, { tokenizer, terms }) => writeText([path], [pretty(tokenizerJson(tokenizer, terms))]),
  bytePairs: writeBytePairs,
  wordPieceVocabulary: writeWordPieces,
};

/**
 * Writes a tokenizer: `tokenizer.json` holds all of it; `vocab.json` with `merges.txt` the pieces and merges of a byte-level BPE; `vocab.txt`
 * the pieces of a WordPiece.
 * @throws TypeError if the format does not hold its model, RangeError if it cannot hold one of the pieces
 */
export function writeSubwordFiles(path: string, format: TokenizerFormat, subwords: SubwordVocabulary): Promise<void> {
  return writers[format](path, subwords);
}

async function writeBytePairs(path: string, { tokenizer, terms }: SubwordVocabulary): Promise<void> {
  const { type, merges = [] } = tokenizer.model;
  if (type !== "BPE" || tokenizer.pre_tokenizer?.type !== "ByteLevel")
    throw new TypeError(
      `writeSubwords: format bytePairs must hold a byte-level BPE, got ${type}; tokenizerJson holds it`,
    );
  const lines = ["#version: 0.2", ...merges.map((pair) => pair.join(" ")), ""];
  await writeText([path, mergesBeside(path)], [`${JSON.stringify(vocabJson(terms))}\n`, lines.join("\n")]);
}

async function writeWordPieces(path: string, { tokenizer, terms }: SubwordVocabulary): Promise<void> {
  const { type } = tokenizer.model;
  if (type !== "WordPiece")
    throw new TypeError(
      `writeSubwords: format wordPieceVocabulary must hold a WordPiece, got ${type}; tokenizerJson holds it`,
    );
  const broken = terms.find((piece) => /[\r\n]/.test(piece));
  if (broken !== undefined)
    throw new RangeError(`writeSubwords: a piece must not hold a line end in wordPieceVocabulary, got ${show(broken)}`);
  await writeText([path], [`${terms.join("\n")}\n`]);
}

async function writeText(paths: readonly string[], texts: readonly string[]): Promise<void> {
  await writeFiles(paths, async (...files) => {
    files.forEach((file, k) => {
      file.write(Buffer.from(texts[k]!));
    });
  });
}

const pretty = (json: unknown): string => `${JSON.stringify(json, null, 2)}\n`;
