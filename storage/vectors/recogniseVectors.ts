import { existsSync } from "node:fs";
import { MAGIC } from "../fasttext/fastTextFile.js";
import { firstContent } from "../files/fileBytes.js";
import { parseFloatText } from "./floatText.js";
import { projectorMetadataPath, type VectorFormat } from "./vectorFormats.js";
import { parseHeader } from "./vectorHeader.js";

const headBytes = 1 << 20;
/** Bytes that text has no use for, and float32 is full of. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const control = /[\0-\x08\x0e-\x1f]/;

/** The format of a file of vectors, by its content; undefined where it is none. */
export async function recogniseVectors(path: string): Promise<VectorFormat | undefined> {
  const head = Buffer.from(await firstContent(path, headBytes));
  const magic = head.toString("latin1", 0, 6);
  if (magic === "ARROW1") return "arrow";
  if (magic.startsWith("PAR1")) return "parquet";
  if (head.length > 4 && head.readInt32LE() === MAGIC) return "fastText";
  const text = head.toString("latin1");
  const [first = ""] = text.split("\n", 1);
  if (parseHeader(first.trimEnd())) return control.test(text) ? "word2vecBinary" : "word2vecText";
  const fields = first.trimEnd().split(/[ \t]/);
  if (fields.every(isNumber) && existsSync(projectorMetadataPath(path))) return "projector";
  const isRow = fields.length > 1 && !first.includes("\t") && fields.slice(1).every(isNumber);
  return isRow ? "gloveText" : undefined;
}

function isNumber(text: string): boolean {
  return !Number.isNaN(parseFloatText(Buffer.from(text, "latin1"), 0, text.length));
}
