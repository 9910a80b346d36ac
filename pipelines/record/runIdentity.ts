import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { isPlainObject, show } from "../../schemas/index.js";
import { CROISSANT, REJECTED } from "../../schemas/runFolder.js";
import type { InputFile } from "../../sources/documents/listFiles.js";
import { hashFile } from "../../storage/files/hashFile.js";
import type { PipelineConfig } from "../config/config.js";
import { nodesOf } from "../graph/nodes.js";
import type { Pipeline } from "../graph/pipeline.js";
import { outputPaths } from "../graph/writtenPaths.js";
import { lexstreamVersion, resolvedConfig } from "./manifest.js";
import { pathFrom, seenFromHere } from "./seenFrom.js";

/** An input as it was when the run began. */
export interface InputState {
  /** As the run's folder sees it. */
  readonly path: string;
  readonly bytes: number;
  readonly modified: number;
  /** Known once the file was read. */
  readonly sha256?: string;
}

/** What a run was begun with: only a run with the same can go on with it. */
export interface RunIdentity {
  readonly lexstream: string;
  readonly node: string;
  readonly folder: string;
  readonly name: string;
  readonly seed: number;
  readonly about: PipelineConfig["about"];
  readonly config: ReturnType<typeof resolvedConfig>;
  readonly inputs: readonly InputState[];
  /** Relative to the folder. */
  readonly outputs: readonly string[];
}

export async function identityOf(
  pipeline: Pipeline,
  folder: string,
  files: readonly InputFile[],
): Promise<RunIdentity> {
  const { config, root } = pipeline;
  return {
    lexstream: lexstreamVersion(),
    node: process.versions.node,
    folder: resolve(folder),
    name: config.name,
    seed: config.seed,
    about: config.about,
    config: resolvedConfig(pipeline, folder),
    inputs: await Promise.all(files.map(({ path }) => inputState(folder, path))),
    outputs: [REJECTED, CROISSANT, ...nodesOf(root).flatMap((node) => outputPaths(node).map(([, path]) => path))],
  };
}

async function inputState(folder: string, path: string): Promise<InputState> {
  const { size, mtimeMs } = await stat(path);
  return { path: pathFrom(folder, path), bytes: size, modified: mtimeMs };
}

/** What is not as it was when the run began, in words; undefined if all is. An input that was only touched is hashed. */
export async function changeSince(
  before: RunIdentity,
  now: RunIdentity,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { inputs, outputs: _, ...rest } = before;
  const { inputs: found, outputs: __, ...others } = now;
  const changed = firstDifference(rest, JSON.parse(JSON.stringify(others)));
  if (changed) return changed;
  for (let k = 0; k < Math.max(inputs.length, found.length); k++) {
    const change = await inputChange(now.folder, inputs[k], found[k], signal);
    if (change) return change;
  }
  return undefined;
}

async function inputChange(
  folder: string,
  before: InputState | undefined,
  now: InputState | undefined,
  signal?: AbortSignal,
): Promise<string | undefined> {
  if (before?.path !== now?.path) return `an input was ${before?.path ?? "not there"} and is ${now?.path ?? "gone"}`;
  const { bytes, modified, sha256 } = before!;
  const path = seenFromHere(folder, before!.path);
  if (now!.bytes !== bytes) return `${path} had ${bytes} bytes and has ${now!.bytes}`;
  if (now!.modified === modified) return undefined;
  if (sha256 === undefined) return `${path} was written to since`;
  return (await hashFile(path, signal)) === sha256
    ? undefined
    : `${path} had another content, SHA-256 ${sha256.slice(0, 12)}...`;
}

/** Where two values of plain data first differ: `config.steps.0.tokenize.mode was "words" and is "chinese"`. */
function firstDifference(before: unknown, now: unknown, path: readonly string[] = []): string | undefined {
  const isTree = (value: unknown) => isPlainObject(value) || Array.isArray(value);
  if (!isTree(before) || !isTree(now)) {
    const said = (value: unknown) => (value === undefined ? "not there" : show(value));
    return Object.is(before, now) ? undefined : `${path.join(".")} was ${said(before)} and is ${said(now)}`;
  }
  const [old, young] = [before as Record<string, unknown>, now as Record<string, unknown>];
  for (const key of new Set([...Object.keys(old), ...Object.keys(young)])) {
    const difference = firstDifference(old[key], young[key], [...path, key]);
    if (difference) return difference;
  }
  return undefined;
}
