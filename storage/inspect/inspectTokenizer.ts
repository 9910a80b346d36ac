import { existsSync } from "node:fs";
import { mergesBeside, readSubwords } from "../tokenizers/readSubwords.js";
import type { Finding } from "./fileReport.js";

/** A piece and its number, as `vocab.json` begins. */
const beginsWithId = /^\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\d+\s*[,}]/;

/**
 * Tells tokenizers by the beginning of a text: `tokenizer.json` by its added tokens or model, `vocab.json` by its ids and the merges beside it,
 * `vocab.txt` by its unknown piece.
 * @throws what `readSubwords` throws, if it is one that is not whole
 */
export async function inspectTokenizer(path: string, head: string): Promise<Finding | undefined> {
  const format = tokenizerFormat(path, head);
  if (!format) return undefined;
  const { terms, tokenizer, specialIds } = await readSubwords(path);
  const parts = ["normalizer", "pre_tokenizer", "post_processor", "decoder", "model"] as const;
  const types = parts.flatMap((part) => (tokenizer[part] ? [[part, tokenizer[part].type] as const] : []));
  const specials = Array.from(specialIds, (id) => terms[id]!).join(" ");
  return {
    format,
    holds: "subwordVocabulary",
    rows: terms.length,
    metadata: Object.fromEntries([...types, ["specials", specials]]),
  };
}

function tokenizerFormat(path: string, head: string): string | undefined {
  if (head.trimStart().startsWith("{")) {
    if (/"added_tokens"\s*:/.test(head) || /"(?:pre_tokenizer|post_processor)"\s*:/.test(head)) return "tokenizerJson";
    return beginsWithId.test(head) && existsSync(mergesBeside(path)) ? "bytePairs" : undefined;
  }
  const lines = head.split("\n").slice(0, -1);
  return lines.includes("[UNK]") && lines.every((line) => !/\s/.test(line)) ? "wordPieceVocabulary" : undefined;
}
