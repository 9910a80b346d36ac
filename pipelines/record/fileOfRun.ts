import { existsSync, type Stats, statSync } from "node:fs";
import { extname, join, relative } from "node:path";
import type { DataKind } from "../../schemas/index.js";
import { CHECKPOINT, LOCK, MANIFEST } from "../../schemas/runFolder.js";
import { identityIn } from "../checkpoint/checkpointFolder.js";
import { builtIn } from "../config/registry.js";
import { latestOf } from "../running/snapshots.js";
import type { OutputRecord } from "./fileRecord.js";
import { heldByOutputs } from "./heldByOutputs.js";
import type { Manifest } from "./manifest.js";
import { readManifestNow } from "./readManifest.js";

/** A run that an argument names, and what of it. */
export interface NamedRun {
  readonly folder: string;
  /** A branch or an output, behind `#`. */
  readonly part: string | undefined;
}

/** The run that `runs/first` or `runs/first#glove` names; undefined for the path of a file, or of nothing. */
export function runOf(path: string): NamedRun | undefined {
  const stats = statsOf(path);
  if (stats) return stats.isDirectory() ? { folder: withoutSlash(path), part: undefined } : undefined;
  const mark = path.lastIndexOf("#");
  const folder = withoutSlash(path.slice(0, Math.max(0, mark)));
  return statsOf(folder)?.isDirectory() ? { folder, part: path.slice(mark + 1) } : undefined;
}

/**
 * The file that a path stands for: itself; that of a folder which holds one of some kinds of data, as the kind says; or that output of a run
 * which holds one (any, if no kind is named), of a run that has not ended what it has written so far, or its newest snapshot. Of files that hold
 * the same value, the one that is read fastest.
 * @throws Error that says what the run has, if it holds nothing of the kind, or several; if the run is not finished; if a folder is no run
 */
export function fileOfRun(path: string, ...kinds: readonly string[]): string {
  const run = runOf(path);
  if (!run) return path;
  const { folder, part } = run;
  const alone =
    part === undefined && !isRun(folder)
      ? fileInFolder(
          folder,
          kinds.flatMap((kind) => builtIn.kinds.get(kind) ?? []),
        )
      : undefined;
  if (alone !== undefined) return alone;
  const outputs = outputsOf(folder, kinds);
  const fitting = kinds.length === 0 ? outputs : outputs.filter(({ holds = "" }) => kinds.includes(holds));
  if (fitting.length === 0) {
    const others = [...new Set(outputs.flatMap(({ holds = [] }) => holds))].join(", ");
    throw new Error(
      `${folder}: must be a run that wrote ${kinds.join(" or ")}, got one that wrote ${others || "reports alone"}`,
    );
  }
  const named = fitting.filter(({ branch, path }) => part === undefined || part === branch || part === path);
  const [value, ...others] = outputsByValue(named);
  if (value && others.length === 0) return join(folder, value[0]!.path);
  const choices = choicesAmong(outputsByValue(fitting)).map((choice) => `${folder}#${choice}`);
  const what = kinds.length === 0 ? "outputs" : kinds.join(" or ");
  throw new Error(`${path}: must name one of the run's ${what}: ${choices.join(", ")}`);
}

/** The folder of a run, whether it has ended or not. */
export const isRun = (folder: string): boolean =>
  [MANIFEST, CHECKPOINT, LOCK].some((name) => existsSync(join(folder, name)));

/** The file of a folder that holds a value of some kinds, by the name that a kind gives to it; the largest, beside which others belong. */
export function fileInFolder(folder: string, kinds: readonly DataKind[]): string | undefined {
  const names = kinds.flatMap(({ folderFile }) => folderFile ?? []);
  const files = names.map((name) => join(folder, name)).filter((file) => existsSync(file));
  return files.sort((a, b) => statSync(b).size - statSync(a).size)[0];
}

/** An output, or a snapshot of it, with what it holds. */
type HeldFile = Pick<OutputRecord, "path" | "holds" | "branch" | "madeBy">;

/** The outputs of a run; where it has not ended, those that are there, if one holds what is asked for. */
function outputsOf(folder: string, kinds: readonly string[]): readonly HeldFile[] {
  const soFar = existsSync(join(folder, MANIFEST)) ? [] : outputsSoFar(folder);
  const isThere = soFar.some(({ holds = "" }) => kinds.length === 0 || kinds.includes(holds));
  return isThere ? soFar : outputsIn(manifestOf(folder, kinds));
}

/** What a run that has not ended has written, whole or as a snapshot. */
export function outputsSoFar(folder: string): HeldFile[] {
  const config = identityIn(join(folder, CHECKPOINT))?.config ?? {};
  return [...heldByOutputs(config, builtIn.units)].flatMap(([path, held]) => {
    const file = [join(folder, path)].find(existsSync) ?? latestOf(join(folder, path));
    return file === undefined ? [] : [{ path: relative(folder, file), ...held }];
  });
}

/** The kinds of data that the run of a path holds; none for the path of a file. */
export function kindsInRun(path: string): Set<string> {
  const run = runOf(path);
  return new Set(run ? outputsIn(manifestOf(run.folder)).flatMap(({ holds = [] }) => holds) : []);
}

/**
 * The manifest of the finished run in a folder.
 * @param kinds of what a snapshot would do as well
 * @throws Error that says what else it is
 */
export function manifestOf(folder: string, kinds: readonly string[] = []): Manifest {
  if (existsSync(join(folder, MANIFEST))) return readManifestNow(folder, "run");
  const isUnfinished = [CHECKPOINT, LOCK].some((name) => existsSync(join(folder, name)));
  const orElse = kinds.length > 0 ? `, or have a snapshot of ${kinds.join(" or ")}` : "";
  throw new Error(
    isUnfinished
      ? `${folder}: must be a finished run${orElse}, got one that has not ended; lexstream run --resume goes on with it`
      : `${folder}: must be a file or the folder of a run, got a folder without ${MANIFEST}`,
  );
}

/** The outputs of a run with what they hold; manifests of earlier versions say it by their config alone. */
export function outputsIn({ outputs, config }: Manifest): OutputRecord[] {
  const held = heldByOutputs(config ?? {}, builtIn.units);
  return outputs.map((output) => ({ ...held.get(output.path), ...output }));
}

/** Outputs by the value that they hold, the one first that is read fastest. */
export function outputsByValue<Held extends HeldFile>(outputs: readonly Held[]): Held[][] {
  const values = new Map<string, Held[]>();
  for (const output of outputs) {
    const value = JSON.stringify([output.madeBy ?? output.path, output.holds]);
    values.set(value, [...(values.get(value) ?? []), output]);
  }
  return [...values.values()].map((same) => same.toSorted((a, b) => slownessOf(a) - slownessOf(b)));
}

/** Tables are exact and checked, binary files are exact, and the others are text. */
const FASTEST = [".arrow", ".feather", ".parquet", ".bin"];

function slownessOf({ path }: HeldFile): number {
  const place = FASTEST.indexOf(extname(path));
  return place < 0 ? FASTEST.length : place;
}

/** What tells each value from the others: its branch, if no other is of it, or else its file. */
function choicesAmong(values: readonly (readonly HeldFile[])[]): string[] {
  const branches = values.map(([first]) => first!.branch);
  return values.map(([first], k) => {
    const branch = branches[k];
    const isAlone = branches.indexOf(branch) === branches.lastIndexOf(branch);
    return branch !== undefined && isAlone ? branch : first!.path;
  });
}

/** Undefined also where it cannot be told; whoever reads the path says why. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

const withoutSlash = (path: string) => path.replace(/(?<=.)[/\\]+$/, "");
