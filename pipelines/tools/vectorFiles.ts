import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { of } from "rxjs";
import { Vectors } from "../../kernels/embedding/vectors.js";
import { type Drift, type DriftOptions, drift } from "../../kernels/evaluation/drift.js";
import { evaluateSimilarity, type SimilarityResult } from "../../kernels/evaluation/evaluate.js";
import { type AnalogyResult, evaluateAnalogies } from "../../kernels/evaluation/evaluateAnalogies.js";
import { parseAnalogies, parseSimilarityPairs } from "../../kernels/evaluation/evaluationFiles.js";
import { textFault } from "../../kernels/text/content.js";
import type { VectorTable } from "../../schemas/index.js";

export type { Drift, DriftOptions, MovedTerm, Quantiles } from "../../kernels/evaluation/drift.js";
export { inspectFile } from "../../storage/inspect/inspectFile.js";

import { run } from "../../runtime/run.js";
import { chosenVectorFormat, type WriteVectorsOptions, writeVectors } from "../../sinks/writeVectors.js";
import { outputPlace } from "../../storage/files/outputPlace.js";
import { readVectors } from "../../storage/vectors/readVectors.js";
import { checkAgainstManifest } from "../record/checkAgainstManifest.js";

/** Vectors of any format that lexstream writes, ready for questions. Memory: 8 V D bytes and the terms. */
export async function loadVectors(path: string): Promise<Vectors> {
  return new Vectors(await readChecked(path));
}

/** @throws SyntaxError also where the file is not as the run's manifest beside it says */
async function readChecked(path: string): Promise<VectorTable> {
  await checkAgainstManifest(path);
  return readVectors(path);
}

/**
 * Reads vectors of any format and writes them in another. Where the path to write is a link, what it leads to is written.
 * @throws before anything is read, if nothing can be written there, or its format cannot be told
 */
export async function convertVectors(from: string, to: string, format?: string): Promise<VectorTable> {
  const options = { path: to, ...(format === undefined ? {} : { format }) } as WriteVectorsOptions;
  const chosen = chosenVectorFormat(options);
  const path = outputPlace("convert", to);
  const table = await readChecked(from);
  await run(of(table).pipe(writeVectors({ path, format: chosen })));
  return table;
}

/** How far words moved between two files of vectors of any format; see `drift`. */
export async function driftBetween(from: string, to: string, options?: DriftOptions): Promise<Drift> {
  return drift(await loadVectors(from), await loadVectors(to), options);
}

export interface VectorScores {
  readonly similarity: Readonly<Record<string, SimilarityResult>>;
  readonly analogies: Readonly<Record<string, AnalogyResult>>;
}

/** Scores vectors on files of word pairs and of analogy questions, by file. */
export async function evaluateVectors(
  path: string,
  files: { readonly similarity?: readonly string[]; readonly analogies?: readonly string[] },
): Promise<VectorScores> {
  const vectors = await loadVectors(path);
  const score = async <Result>(paths: readonly string[], evaluate: (text: string, name: string) => Result) => {
    const named = namesOf(paths).map(async ([name, file]) => [name, evaluate(await readText(file), file)] as const);
    return Object.fromEntries(await Promise.all(named));
  };
  return {
    similarity: await score(files.similarity ?? [], (text, name) =>
      evaluateSimilarity(vectors, parseSimilarityPairs(text, name)),
    ),
    analogies: await score(files.analogies ?? [], (text, name) =>
      evaluateAnalogies(vectors, parseAnalogies(text, name)),
    ),
  };
}

/** @throws SyntaxError for bytes that are not UTF-8, which would become words that no vectors have */
async function readText(path: string): Promise<string> {
  const bytes = await readFile(path);
  const fault = textFault(bytes) ?? (isUtf8(bytes) ? undefined : "must be UTF-8, got other bytes");
  if (fault) throw new SyntaxError(`${path}: ${fault}`);
  return bytes.toString();
}

/** Files by what they are called in scores: by name, or by path where several have the name. */
function namesOf(paths: readonly string[]): (readonly [name: string, path: string])[] {
  const different = [...new Set(paths)];
  const names = different.map((path) => basename(path));
  return different.map((path, k) => [
    names.indexOf(names[k]!) === names.lastIndexOf(names[k]!) ? names[k]! : path,
    path,
  ]);
}
