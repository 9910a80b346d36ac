import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { decompress } from "../../storage/files/decompress.js";

/** How many times its size a packed file may be. */
const MOST_EXPANSION = 1000;

/** Files of word pairs with the scores of people, and of analogy questions. */
export interface EvaluationFiles {
  readonly similarity?: readonly string[];
  readonly analogies?: readonly string[];
}

/** What comes of the text of each file, by what the file is called in scores. */
export async function resultsByFile<Result>(
  paths: readonly string[],
  evaluate: (text: string, path: string) => Result,
): Promise<Record<string, Result>> {
  const named = namesOf(paths).map(
    async ([name, path]) => [name, evaluate(await readEvaluationText(path), path)] as const,
  );
  return Object.fromEntries(await Promise.all(named));
}

/**
 * The text of a small file, also of one that is packed by gzip or Zstandard.
 * @throws SyntaxError for bytes that are not UTF-8, which would become words that no vectors have
 */
export async function readEvaluationText(path: string): Promise<string> {
  const fault = (where: string, what: string, kind: ErrorConstructor = SyntaxError) =>
    new kind(`${path}${where}: ${what}`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of decompress(createReadStream(path), { fault }, MOST_EXPANSION)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (!isUtf8(bytes)) throw fault("", "must be UTF-8, got other bytes");
  return bytes.toString();
}

/** Files and folders by what they are called beside each other: by name, or by path where several have the name. */
export function namesOf(paths: readonly string[]): (readonly [name: string, path: string])[] {
  const different = [...new Set(paths)];
  const names = different.map((path) => basename(path));
  return different.map((path, k) => [
    names.indexOf(names[k]!) === names.lastIndexOf(names[k]!) ? names[k]! : path,
    path,
  ]);
}
