import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type Difference, firstDifference, show } from "../../schemas/index.js";
import { plural } from "../../schemas/plural.js";
import { CROISSANT, REJECTED } from "../../schemas/runFolder.js";
import type { InputFile } from "../../sources/documents/listFiles.js";
import { hashFile } from "../../storage/files/hashFile.js";
import type { PipelineConfig } from "../config/config.js";
import { nodesOf } from "../graph/nodes.js";
import type { Pipeline } from "../graph/pipeline.js";
import { outputPaths } from "../graph/writtenPaths.js";
import { lexstreamVersion } from "./lexstreamVersion.js";
import { resolvedConfig } from "./manifest.js";
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
  if (changed) return changeText(changed);
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
  if (now!.bytes !== bytes) return `${path} had ${plural(bytes, "byte")} and has ${now!.bytes}`;
  if (now!.modified === modified) return undefined;
  if (sha256 === undefined) return `${path} was written to since`;
  return (await hashFile(path, signal)) === sha256
    ? undefined
    : `${path} had another content, SHA-256 ${sha256.slice(0, 12)}...`;
}

/** `config.steps.0.tokenize.mode was "words" and is "chinese"` */
function changeText({ path, first, second }: Difference): string {
  const said = (value: unknown) => (value === undefined ? "not there" : show(value));
  return `${path.join(".")} was ${said(first)} and is ${said(second)}`;
}
