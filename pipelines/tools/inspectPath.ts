import type { DataKind } from "../../schemas/index.js";
import type { FileReport } from "../../storage/inspect/fileReport.js";
import { inspectFile } from "../../storage/inspect/inspectFile.js";
import { fileOfRun, manifestOf, outputsIn, runOf } from "../record/fileOfRun.js";
import type { OutputRecord } from "../record/fileRecord.js";

/** What a finished run made. */
export interface RunReport {
  readonly path: string;
  readonly format: "run";
  readonly name: string;
  /** The version that made it. */
  readonly lexstream: string;
  readonly outputs: readonly OutputRecord[];
}

/**
 * Says what lies at a path: a file by its content, or a run by the manifest in its folder; `runs/first#glove` is a file of a run.
 * @throws what `inspectFile` and `fileOfRun` throw
 */
export async function inspectPath(path: string, kinds: readonly DataKind[]): Promise<FileReport | RunReport> {
  const run = runOf(path);
  if (!run || run.part !== undefined) return inspectFile(fileOfRun(path), kinds);
  const manifest = manifestOf(run.folder);
  const { name, lexstream } = manifest;
  return { path: run.folder, format: "run", name, lexstream, outputs: outputsIn(manifest) };
}
