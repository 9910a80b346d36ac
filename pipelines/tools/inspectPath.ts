import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { DataKind } from "../../schemas/index.js";
import { CHECKPOINT, MANIFEST } from "../../schemas/runFolder.js";
import type { FileReport } from "../../storage/inspect/fileReport.js";
import { inspectFile } from "../../storage/inspect/inspectFile.js";
import { identityIn } from "../checkpoint/checkpointFolder.js";
import { fileInFolder, fileOfRun, isRun, manifestOf, outputsIn, outputsSoFar, runOf } from "../record/fileOfRun.js";
import type { OutputRecord } from "../record/fileRecord.js";
import type { RunIdentity } from "../record/runIdentity.js";

/** What a run made, so far if it has not ended. */
export interface RunReport {
  readonly path: string;
  readonly format: "run";
  readonly name: string;
  /** The version that made it. */
  readonly lexstream: string;
  /** False of a run that can be gone on with; left out otherwise. */
  readonly ended?: false;
  readonly outputs: readonly (Omit<OutputRecord, "sha256"> & { readonly sha256?: string })[];
}

/**
 * Says what lies at a path: a file by its content, a run by the manifest in its folder, or if it has not ended by its checkpoint, the folder of a
 * model by its tensors; `runs/first#glove` is a file of a run.
 * @throws what `inspectFile` and `fileOfRun` throw
 */
export async function inspectPath(path: string, kinds: readonly DataKind[]): Promise<FileReport | RunReport> {
  const run = runOf(path);
  if (!run || run.part !== undefined) return inspectFile(fileOfRun(path), kinds);
  const model = fileInFolder(run.folder, kinds);
  if (model !== undefined && !isRun(run.folder)) return inspectFile(model, kinds);
  const identity = isFinished(run.folder) ? undefined : identityIn(join(run.folder, CHECKPOINT));
  if (identity) return unfinished(run.folder, identity);
  const manifest = manifestOf(run.folder);
  const { name, lexstream } = manifest;
  return { path: run.folder, format: "run", name, lexstream, outputs: outputsIn(manifest) };
}

const isFinished = (folder: string) => existsSync(join(folder, MANIFEST));

function unfinished(folder: string, { name, lexstream }: RunIdentity): RunReport {
  const outputs = outputsSoFar(folder).map((output) => ({
    ...output,
    bytes: statSync(join(folder, output.path)).size,
  }));
  return { path: folder, format: "run", name, lexstream, ended: false, outputs };
}
