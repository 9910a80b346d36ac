import { readFile } from "node:fs/promises";
import { textFault } from "../kernels/content.js";

/**
 * The text of a file that is read at once, without a byte-order mark.
 * @throws SyntaxError for what is not UTF-8; the file system's error if it cannot be read
 */
export async function readTextFile(path: string): Promise<string> {
  const bytes = await readFile(path);
  const fault = textFault(bytes);
  if (fault) throw new SyntaxError(`${path}: ${fault}`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new SyntaxError(`${path}: must be UTF-8, got bytes that are not`);
  }
}
