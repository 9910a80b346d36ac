import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type OperatorFunction, of } from "rxjs";
import { run } from "../../runtime/run.js";
import { makeUnit } from "../config/makeUnit.js";
import { nodesOf, type PipelineNode } from "../graph/nodes.js";
import { outputPaths } from "../graph/writtenPaths.js";
import { pointTo } from "./pointTo.js";

export interface SnapshotOptions {
  /** How many of each output stay, the newest; all if left out. */
  readonly keep: number | undefined;
  /** The time, for the names. */
  readonly clock: () => Date;
  /** The options of a node with its files resolved. */
  readonly optionsOf: (node: PipelineNode) => Readonly<Record<string, unknown>>;
}

/**
 * Writes what the sinks behind a model would write if it ended now: `vectors.arrow` as `vectors-20261123T091500Z.arrow` (UTC), whole
 * or not at all, and then lets the link `vectors-latest.arrow` lead there, in one step.
 */
export async function writeSnapshot(model: PipelineNode, result: unknown, options: SnapshotOptions): Promise<void> {
  const date = options
    .clock()
    .toISOString()
    .replace(/[-:]|\.\d+/g, "");
  const [, ...behind] = nodesOf(model);
  for (const node of behind) {
    const { unit } = node;
    if (unit.kind !== "sink") continue;
    const settings = options.optionsOf(node);
    const paths = outputPaths(node).map(([option]) => [option, settings[option] as string] as const);
    const renamed = Object.fromEntries(paths.map(([option, path]) => [option, dated(path, date)]));
    const write = makeUnit(unit, {}, { ...settings, ...renamed }, { epoch: 0 });
    await run(of(result).pipe(write as OperatorFunction<unknown, unknown>));
    for (const [, path] of paths) {
      pointTo(dated(path, "latest"), dated(path, date));
      removeOld(path, options.keep);
    }
  }
}

/** What snapshots of an output have left in its folder: the files with their dates, and the link. */
export function snapshotFiles(path: string): { readonly name: string; readonly date: string }[] {
  const [stem] = partsOf(path);
  const names = existsSync(dirname(path)) ? readdirSync(dirname(path)) : [];
  return names.flatMap((name) => {
    const behind = name.startsWith(`${stem}-`) ? name.slice(stem.length + 1) : "";
    const [date] = /^(\d{8}T\d{6}Z|latest)(?=\.|$)/.exec(behind) ?? [];
    return date === undefined ? [] : [{ name, date }];
  });
}

function dated(path: string, date: string): string {
  const [stem, ending] = partsOf(path);
  return join(dirname(path), `${stem}-${date}${ending}`);
}

/** `vectors` and `.txt.gz` of `out/vectors.txt.gz`. */
function partsOf(path: string): readonly [stem: string, ending: string] {
  const name = basename(path);
  const dot = name.indexOf(".", 1);
  return dot < 0 ? [name, ""] : [name.slice(0, dot), name.slice(dot)];
}

function removeOld(path: string, keep: number | undefined): void {
  if (keep === undefined) return;
  const files = snapshotFiles(path).filter(({ date }) => date !== "latest");
  const newest = new Set([...new Set(files.map(({ date }) => date))].sort().slice(-keep));
  for (const { name, date } of files) if (!newest.has(date)) rmSync(join(dirname(path), name), { force: true });
}
