import { basename, dirname, join } from "node:path";
import { textFault } from "../../kernels/text/content.js";
import { makeSubwordVocabulary } from "../../kernels/tokenizers/subwordVocabulary.js";
import { isRecord } from "../../kernels/tokenizers/tokenizerParts.js";
import { show } from "../../schemas/options.js";
import type { Merge, SubwordVocabulary } from "../../schemas/subwordVocabulary.js";
import { firstContent } from "../files/fileBytes.js";
import { formOfBytePairs, formOfWordPieces } from "./knownForms.js";
import { parseMerges, parseTokenizer, piecesOf } from "./tokenizerJson.js";

/**
 * Reads a tokenizer, packed with gzip or Zstandard or not; what it is goes by its content:
 * `tokenizer.json`; `vocab.json`, with `merges.txt` beside it, as a byte-level BPE of GPT-2's kind; `vocab.txt`, as a WordPiece of BERT's
 * kind, which makes letters small if no piece has a capital. A tokenizer that needs a part that is not known is refused.
 *
 * Out: SubwordVocabulary, V pieces, without counts. State: the file, as text and as JSON.
 * @throws SyntaxError, RangeError with what is wrong: JSON cut short, a part that is not known, an id or a piece that stands twice, ids with
 *   gaps, a merge of what are no pieces, no unknown piece where one is needed
 * @example
 *   const subwords = await readSubwords("tokenizer.json");
 *   subwords.encode("The cat sat"); // ids
 */
export async function readSubwords(path: string): Promise<SubwordVocabulary> {
  const text = await readText(path);
  if (!text.trimStart().startsWith("{")) return wordPieces(path, text);
  const json = parseJson(path, text);
  if (isRecord(json.model)) {
    const { form, pieces } = parseTokenizer(json, path);
    return makeSubwordVocabulary(form, pieces, undefined, path);
  }
  const merges = mergesBeside(path);
  return bytePairs(path, json, parseMerges((await readText(merges)).split("\n"), merges));
}

/** The file of merges that lies beside a `vocab.json`: `merges.txt`, of `small-vocab.json` `small-merges.txt`. */
export function mergesBeside(path: string): string {
  const name = basename(path).replace(/(?:vocab)?(?:\.json)?(?:\.gz|\.zst)?$/, "");
  return join(dirname(path), `${name}merges.txt`);
}

function bytePairs(path: string, vocab: unknown, merges: readonly Merge[]): SubwordVocabulary {
  const pieces = piecesOf(vocab, path);
  return makeSubwordVocabulary(formOfBytePairs(pieces, merges), pieces, undefined, path);
}

function wordPieces(path: string, text: string): SubwordVocabulary {
  if (text.startsWith("#version"))
    throw new SyntaxError(
      `${path}: must be tokenizer.json, vocab.json or vocab.txt, got merges, which lie beside vocab.json`,
    );
  const pieces = text.split("\n").map((line) => line.replace(/\r$/, ""));
  if (pieces.at(-1) === "") pieces.pop();
  const lines = new Map<string, number>();
  pieces.forEach((piece, id) => {
    const before = lines.get(piece);
    if (before !== undefined)
      throw new RangeError(`${path}: pieces must differ, got ${show(piece)} in lines ${before} and ${id + 1}`);
    lines.set(piece, id + 1);
  });
  return makeSubwordVocabulary(formOfWordPieces(pieces), pieces, undefined, path);
}

function parseJson(path: string, text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new SyntaxError(`${path}: must be whole JSON, got ${(error as Error).message}`);
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

async function readText(path: string): Promise<string> {
  const bytes = await firstContent(path, Number.POSITIVE_INFINITY);
  const fault = textFault(bytes);
  if (fault) throw new SyntaxError(`${path}: ${fault}`);
  if (bytes.length === 0) throw new SyntaxError(`${path}: must be a tokenizer, got an empty file`);
  try {
    return utf8.decode(bytes);
  } catch {
    throw new SyntaxError(`${path}: a tokenizer must be valid UTF-8, found invalid bytes`);
  }
}
