import { isPart, isRecord } from "../../kernels/tokenizers/tokenizerParts.js";
import { show } from "../../schemas/options.js";
import type { AddedToken, Merge, TokenizerForm, TokenizerPart } from "../../schemas/subwordVocabulary.js";

type Json = Readonly<Record<string, unknown>>;

/** What `tokenizer.json` holds: how text becomes pieces, and the pieces by their ids. */
export interface ParsedTokenizer {
  readonly form: TokenizerForm;
  readonly pieces: readonly string[];
}

/** Of models whose pieces are no object of ids. */
const knownModels = ["BPE", "WordPiece", "WordLevel"];

/**
 * A tokenizer out of what `tokenizer.json` holds. Its parts are only looked at here as far as they are needed to tell them apart.
 * @param where the file, for messages
 * @throws SyntaxError, RangeError if it is not put together as it must be
 */
export function parseTokenizer(json: Json, where: string): ParsedTokenizer {
  const model = partIn(json, "model", where);
  if (!model) throw new SyntaxError(`${where}: model must be a part of a tokenizer, got null`);
  if (!knownModels.includes(model.type))
    throw new SyntaxError(`${where}: a model must be one of ${knownModels.join(", ")}, got ${show(model.type)}`);
  const { vocab, merges, ...settings } = model;
  const added = addedTokens(json.added_tokens, where);
  const pieces = piecesOf(vocab, where, added);
  const pairs = model.type === "BPE" ? { merges: parseMerges(merges, where) } : {};
  return {
    form: {
      added_tokens: added,
      normalizer: partIn(json, "normalizer", where),
      pre_tokenizer: partIn(json, "pre_tokenizer", where),
      post_processor: partIn(json, "post_processor", where),
      decoder: partIn(json, "decoder", where),
      model: { ...settings, type: model.type, ...pairs },
      ...(json.truncation ? { truncation: json.truncation } : {}),
      ...(json.padding ? { padding: json.padding } : {}),
    },
    pieces,
  };
}

/** A tokenizer as `tokenizer.json` has it. */
export function tokenizerJson(form: TokenizerForm, pieces: readonly string[]): Json {
  const { model, truncation = null, padding = null, ...parts } = form;
  const { merges, ...settings } = model;
  const vocab = vocabJson(pieces);
  return {
    version: "1.0",
    truncation,
    padding,
    ...parts,
    model: { ...settings, vocab, ...(merges ? { merges } : {}) },
  };
}

export function vocabJson(pieces: readonly string[]): Json {
  return Object.fromEntries(pieces.map((piece, id) => [piece, id]));
}

function partIn(json: Json, name: string, where: string): TokenizerPart | null {
  const part = json[name] ?? null;
  if (part === null || isPart(part)) return part;
  throw new SyntaxError(`${where}: ${name} must be null or have a type, got ${show(part)}`);
}

/**
 * Pieces in the order of their ids, of a vocabulary and of the added tokens that it lacks.
 * @throws SyntaxError, RangeError if the ids are not those from 0 on, each once
 */
export function piecesOf(vocab: unknown, where: string, added: readonly AddedToken[] = []): readonly string[] {
  if (!isRecord(vocab))
    throw new SyntaxError(`${where}: vocab must be an object of pieces and ids, got ${show(vocab)}`);
  const entries = Object.entries(vocab);
  for (const { content, id } of added) {
    const known = Object.hasOwn(vocab, content) ? vocab[content] : undefined;
    if (known === undefined) entries.push([content, id]);
    else if (known !== id)
      throw new RangeError(
        `${where}: added token ${show(content)} must have the id of its piece, ${show(known)}, got ${id}`,
      );
  }
  const pieces: string[] = [];
  for (const [piece, id] of entries) {
    if (!Number.isInteger(id) || (id as number) < 0 || (id as number) >= entries.length)
      throw new RangeError(
        `${where}: ids of ${entries.length} pieces must be whole numbers from 0 to ${entries.length - 1}, got ${show(id)} of ${show(piece)}`,
      );
    const other = pieces[id as number];
    if (other !== undefined)
      throw new RangeError(`${where}: ids must differ, got ${show(id)} of ${show(other)} and of ${show(piece)}`);
    pieces[id as number] = piece;
  }
  if (pieces.length === 0) throw new RangeError(`${where}: must have at least one piece, got none`);
  return pieces;
}

/** Merges as lists of two, or as lines with a space between. */
export function parseMerges(merges: unknown, where: string): readonly Merge[] {
  if (!Array.isArray(merges)) throw new SyntaxError(`${where}: merges must be a list, got ${show(merges)}`);
  const lines: readonly unknown[] = merges;
  return lines.flatMap((merge, line): Merge[] => {
    if (typeof merge === "string" && (merge.startsWith("#version") || merge.trim() === "")) return [];
    const pair: readonly unknown[] = typeof merge === "string" ? merge.replace(/\r$/, "").split(" ") : [merge].flat();
    const [first, second] = pair;
    if (pair.length === 2 && typeof first === "string" && typeof second === "string") return [[first, second]];
    throw new SyntaxError(`${where}: merge ${line + 1} must be two pieces with a space between, got ${show(merge)}`);
  });
}

function addedTokens(tokens: unknown, where: string): readonly AddedToken[] {
  if (tokens === undefined || tokens === null) return [];
  if (!Array.isArray(tokens)) throw new SyntaxError(`${where}: added_tokens must be a list, got ${show(tokens)}`);
  return (tokens as readonly unknown[]).map((token): AddedToken => {
    const { id, content, single_word, lstrip, rstrip, normalized, special } = (token ?? {}) as Json;
    if (!Number.isInteger(id) || typeof content !== "string")
      throw new SyntaxError(`${where}: an added token must have an id and a content, got ${show(token)}`);
    return {
      id: id as number,
      content,
      single_word: single_word === true,
      lstrip: lstrip === true,
      rstrip: rstrip === true,
      normalized: normalized === true,
      special: special === true,
    };
  });
}
