import { of } from "rxjs";
import { Vectors } from "../../kernels/embedding/vectors.js";
import { type Drift, type DriftOptions, drift } from "../../kernels/evaluation/drift.js";
import { evaluateSimilarity, type SimilarityResult } from "../../kernels/evaluation/evaluate.js";
import { type AnalogyResult, evaluateAnalogies } from "../../kernels/evaluation/evaluateAnalogies.js";
import { parseAnalogies, parseSimilarityPairs } from "../../kernels/evaluation/evaluationFiles.js";
import { allKinds } from "../../kinds/kinds.js";
import type { VectorTable } from "../../schemas/index.js";

export type { Drift, DriftOptions, MovedTerm, Quantiles, UnseenDrift } from "../../kernels/evaluation/drift.js";
export { inspectFile } from "../../storage/inspect/inspectFile.js";

import { run } from "../../runtime/run.js";
import { chosenVectorFormat, type WriteVectorsOptions, writeVectors } from "../../sinks/writeVectors.js";
import { outputPlace } from "../../storage/files/outputPlace.js";
import { readTermList } from "../../storage/files/readTextLines.js";
import { type ReadVectorsOptions, readVectors } from "../../storage/vectors/readVectors.js";
import { checkAgainstManifest } from "../record/checkAgainstManifest.js";
import { fileOfRun, kindsInRun } from "../record/fileOfRun.js";
import { type EvaluationFiles, resultsByFile } from "./evaluationSets.js";

/**
 * Vectors of any format that lexstream writes, or those of a run by its folder (`runs/first`, `runs/first#glove`), ready for questions.
 * Memory: 8 V D bytes and the terms.
 * @param asked the only terms that questions will be about, so that no other subwords need to be read; any may be if left out
 */
export async function loadVectors(path: string, asked?: readonly string[]): Promise<Vectors> {
  return new Vectors(await readChecked(path, asked && { asked: [...asked] }));
}

/** @throws SyntaxError also where the file is not as the run's manifest beside it says */
async function readChecked(path: string, options?: ReadVectorsOptions): Promise<VectorTable> {
  const file = fileOfRun(path, ...kindsAsked(path));
  await checkAgainstManifest(file);
  return readVectors(file, options);
}

/** Vectors, or where a run has none, what has some in it. */
function kindsAsked(path: string): string[] {
  const held = kindsInRun(path);
  const others = allKinds()
    .filter(({ name, vectors }) => vectors && held.has(name))
    .map(({ name }) => name);
  return held.has("vectors") || others.length === 0 ? ["vectors"] : others;
}

export interface ConvertOptions {
  readonly format?: string | undefined;
  /** File of terms, one a line: the vectors of these are written, and no others. */
  readonly terms?: string | undefined;
}

export interface Converted {
  readonly terms: number;
  readonly vectorSize: number;
  /** Terms of the list that have no vector. */
  readonly without: number;
}

/**
 * Reads vectors of any format and writes them in another. Where the path to write is a link, what it leads to is written. State: as
 * `readVectors`.
 * @throws before anything is read, if nothing can be written there, or its format cannot be told
 */
export async function convertVectors(from: string, to: string, options: ConvertOptions = {}): Promise<Converted> {
  const { format, terms } = options;
  const writing = { path: to, ...(format === undefined ? {} : { format }) } as WriteVectorsOptions;
  const chosen = chosenVectorFormat(writing);
  const path = outputPlace("convert", to);
  const wanted = terms === undefined ? undefined : new Set(readTermList("convert", terms));
  const table = await readChecked(from, wanted && { terms: [...wanted] });
  if (wanted && table.terms.length === 0)
    throw new RangeError(`convert: a term of ${terms} must have a vector in ${from}, got none of ${wanted.size}`);
  await run(of(table).pipe(writeVectors({ path, format: chosen })));
  return {
    terms: table.terms.length,
    vectorSize: table.vectorSize,
    without: wanted ? wanted.size - table.terms.length : 0,
  };
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
export async function evaluateVectors(path: string, files: EvaluationFiles): Promise<VectorScores> {
  const vectors = await loadVectors(path);
  return {
    similarity: await resultsByFile(files.similarity ?? [], (text, name) =>
      evaluateSimilarity(vectors, parseSimilarityPairs(text, name)),
    ),
    analogies: await resultsByFile(files.analogies ?? [], (text, name) =>
      evaluateAnalogies(vectors, parseAnalogies(text, name)),
    ),
  };
}
