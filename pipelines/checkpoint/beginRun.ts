import type { InputFile } from "../../sources/documents/listFiles.js";
import type { Pipeline } from "../graph/pipeline.js";
import { type FileRecord, recordFile } from "../record/fileRecord.js";
import type { Manifest } from "../record/manifest.js";
import { readManifest } from "../record/readManifest.js";
import type { RunDirectory } from "../record/runDirectory.js";
import { changeSince, identityOf, type RunIdentity } from "../record/runIdentity.js";
import { Checkpointer } from "./checkpointer.js";
import type { SavedState } from "./savedState.js";

export interface Beginning {
  readonly checkpointer?: Checkpointer;
  /** Where an earlier run stopped. */
  readonly from?: SavedState | undefined;
}

/**
 * Goes on with the unfinished run of a folder, if it has one, or begins a new one there.
 * @throws Error if something is not as it was when the run began; SyntaxError if its checkpoint is damaged
 */
export async function beginRun(
  pipeline: Pipeline,
  files: readonly InputFile[],
  { folder, checkpoint }: RunDirectory,
  signal?: AbortSignal,
): Promise<Beginning> {
  const { every } = pipeline.config.checkpoint;
  const identity = await identityOf(pipeline, folder, files);
  if (checkpoint.exists) {
    const { identity: before, state } = await checkpoint.read();
    await assertSame(before, identity, signal);
    return { checkpointer: new Checkpointer(checkpoint, before, every, pipeline.registry.kinds), from: state };
  }
  if (every === "never") return {};
  await checkpoint.clear();
  await checkpoint.write({ identity }, []);
  return { checkpointer: new Checkpointer(checkpoint, identity, every, pipeline.registry.kinds) };
}

/** The manifest of a run that is finished, if it is one of this pipeline and these files. */
export async function finishedRun(
  pipeline: Pipeline,
  files: readonly InputFile[],
  directory: RunDirectory,
  signal?: AbortSignal,
): Promise<Manifest> {
  const manifest = await readManifest(directory.folder, "run");
  const { lexstream, node, name, seed, about, config, inputs } = manifest;
  const identity = await identityOf(pipeline, directory.folder, files);
  const unknownTime = inputs.map((input) => ({ ...input, modified: Number.NaN }));
  await assertSame({ ...identity, lexstream, node, name, seed, about, config, inputs: unknownTime }, identity, signal);
  return manifest;
}

async function assertSame(before: RunIdentity, now: RunIdentity, signal?: AbortSignal): Promise<void> {
  const change = await changeSince(before, now, signal);
  if (change) throw new Error(`run: --resume needs all that the run began with, but ${change}; --force starts anew`);
}

/** The inputs with their hashes, which are kept with the checkpoint once they are known. */
export async function recordInputs(
  files: readonly InputFile[],
  checkpointer: Checkpointer | undefined,
  signal: AbortSignal,
): Promise<FileRecord[]> {
  const known = checkpointer?.identity.inputs ?? [];
  const records = await Promise.all(
    files.map(({ path }, k) => {
      const { bytes, sha256 } = known[k] ?? {};
      return sha256 === undefined ? recordFile(path, path, signal) : { path, bytes: bytes!, sha256 };
    }),
  );
  if (checkpointer) {
    const inputs = known.map((input, k) => ({ ...input, sha256: records[k]!.sha256 }));
    checkpointer.identity = { ...checkpointer.identity, inputs };
  }
  return records;
}
