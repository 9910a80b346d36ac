import { show } from "../../schemas/options.js";
import type { SubwordVocabulary, TokenizerForm, TokenizerPart } from "../../schemas/subwordVocabulary.js";
import { makeVocabulary } from "../vocabulary/vocabulary.js";
import { BytePairModel, type MergeIds } from "./bytePairModel.js";
import { compileDecoder } from "./decoders.js";
import type { PieceIds, PieceModel } from "./pieceModel.js";
import { compilePostProcessor } from "./postProcessors.js";
import { compilePreTokenizer } from "./preTokenizers.js";
import { TextEncoding } from "./textEncoding.js";
import { requireKnown } from "./tokenizerParts.js";
import { WordLevelModel, WordPieceModel } from "./wordPieceModel.js";

/**
 * A fitted tokenizer from its form and its pieces, in the order of their ids.
 * State: the pieces by text, their merges, and 131,072 words with their ids.
 * @param where names what it comes from, for messages
 * @throws SyntaxError if a part is not known or does not go with the pieces
 */
export function makeSubwordVocabulary(
  tokenizer: TokenizerForm,
  pieces: readonly string[],
  counts = new Float64Array(pieces.length),
  where = "tokenizer",
): SubwordVocabulary {
  const vocabulary = makeVocabulary(pieces, counts);
  const ids: PieceIds = new Map(pieces.map((piece, id) => [piece, id]));
  const unknownId = unknownOf(tokenizer.model, ids, where);
  const encoding = new TextEncoding(tokenizer, compileModel(tokenizer.model, ids, unknownId, where), where);
  const { partsAtSpaces, addsSpace } = compilePreTokenizer(tokenizer.pre_tokenizer, where);
  const { before, after } = compilePostProcessor(tokenizer.post_processor, where);
  const decode = compileDecoder(tokenizer.decoder, where);
  const specialIds = new Set(tokenizer.added_tokens.filter(({ special }) => special).map(({ id }) => id));
  const outside = [...before, ...after, ...specialIds].find((id) => pieces[id] === undefined);
  if (outside !== undefined)
    throw new SyntaxError(`${where}: ids of special tokens must be below ${pieces.length}, got ${outside}`);
  return {
    ...vocabulary,
    tokenizer,
    unknownId,
    specialIds,
    marksSpaces: spacesOf(partsAtSpaces, addsSpace),
    encode(text, { specials = true } = {}) {
      const inner = encoding.encode(text);
      if (!specials) return new Uint32Array(inner);
      const ids = new Uint32Array(before.length + inner.length + after.length);
      ids.set(before);
      ids.set(inner, before.length);
      ids.set(after, before.length + inner.length);
      return ids;
    },
    encodeWord: (text) => encoding.encodeStretch(text),
    decode(sequence, { specials = false } = {}) {
      const kept = Array.from(sequence).filter((id) => specials || !specialIds.has(id));
      return decode(kept.map((id) => pieceOf(pieces, id)));
    },
  };
}

function spacesOf(partsAtSpaces: boolean, addsSpace: boolean): SubwordVocabulary["marksSpaces"] {
  if (partsAtSpaces) return "never";
  return addsSpace ? "always" : "between";
}

function pieceOf(pieces: readonly string[], id: number): string {
  const piece = pieces[id];
  if (piece !== undefined) return piece;
  throw new RangeError(`decode: ids must be from 0 to ${pieces.length - 1}, got ${id}`);
}

function unknownOf({ unk_token }: TokenizerPart, ids: PieceIds, where: string): number | undefined {
  if (unk_token === undefined || unk_token === null) return undefined;
  const id = ids.get(String(unk_token));
  if (id !== undefined) return id;
  throw new SyntaxError(`${where}: the pieces must have the unknown piece ${show(unk_token)}, and do not`);
}

type ModelMaker = (
  model: TokenizerForm["model"],
  ids: PieceIds,
  unknownId: number | undefined,
  where: string,
) => PieceModel;

const models: Readonly<Record<string, ModelMaker>> = {
  BPE: bytePairs,
  WordPiece: ({ continuing_subword_prefix, max_input_chars_per_word }, ids, unknownId, where) =>
    new WordPieceModel({
      ids,
      unknownId: requireUnknown("WordPiece", unknownId, where),
      continuingPrefix: String(continuing_subword_prefix ?? "##"),
      maxCharacters: Number(max_input_chars_per_word ?? 100),
    }),
  WordLevel: (_, ids, unknownId, where) => new WordLevelModel(ids, requireUnknown("WordLevel", unknownId, where)),
};

function compileModel(
  model: TokenizerForm["model"],
  ids: PieceIds,
  unknownId: number | undefined,
  where: string,
): PieceModel {
  return requireKnown(models, "model", model, where)(model, ids, unknownId, where);
}

function requireUnknown(model: string, unknownId: number | undefined, where: string): number {
  if (unknownId !== undefined) return unknownId;
  throw new SyntaxError(`${where}: a ${model} model must have an unk_token, got none`);
}

function bytePairs(
  model: TokenizerForm["model"],
  ids: PieceIds,
  unknownId: number | undefined,
  where: string,
): PieceModel {
  if (model.dropout) throw new SyntaxError(`${where}: dropout of BPE must be 0, got ${show(model.dropout)}`);
  if (model.byte_fallback === true) throw new SyntaxError(`${where}: byte_fallback of BPE must be false, got true`);
  const continuingPrefix = String(model.continuing_subword_prefix ?? "");
  const merges = (model.merges ?? []).map(([first, second], rank): MergeIds => {
    const merged = first + (second.startsWith(continuingPrefix) ? second.slice(continuingPrefix.length) : second);
    const [a, b, made] = [first, second, merged].map((piece) => {
      const id = ids.get(piece);
      if (id !== undefined) return id;
      throw new SyntaxError(
        `${where}: merge ${rank + 1} must be of pieces and make one, got ${show(`${first} ${second}`)}, and ${show(piece)} is no piece`,
      );
    });
    return [a!, b!, made!];
  });
  return new BytePairModel({
    ids,
    merges,
    unknownId,
    fuseUnknown: model.fuse_unk === true,
    ignoreMerges: model.ignore_merges === true,
    continuingPrefix,
    endSuffix: String(model.end_of_word_suffix ?? ""),
  });
}
