import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type OperatorFunction, of } from "rxjs";
import { run } from "../../runtime/run.js";
import { makeUnit } from "../config/makeUnit.js";
import { isModel, type PipelineNode } from "../graph/nodes.js";
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
  for (const node of model.children) await writeBehind(node, result, date, options);
}

/** Lets a node have what its parent made: sinks write it and pass it on, and other stages make something of it for those behind them. */
async function writeBehind(node: PipelineNode, value: unknown, date: string, options: SnapshotOptions): Promise<void> {
  const { unit, needs, children } = node;
  if (isModel(node) || needs.size > 0) return; // it waits for more than this value
  const settings = options.optionsOf(node);
  const paths = outputPaths(node).map(([option]) => [option, settings[option] as string] as const);
  const renamed = Object.fromEntries(paths.map(([option, path]) => [option, dated(path, date)]));
  const stage = makeUnit(unit, {}, { ...settings, ...renamed }, { epoch: 0 }) as OperatorFunction<unknown, unknown>;
  const made: unknown[] = [];
  await run(of(value).pipe(stage), { onEvent: (each) => void made.push(each) });
  for (const [, path] of paths) {
    pointTo(dated(path, "latest"), dated(path, date));
    removeOld(path, options.keep);
  }
  for (const child of children) for (const each of made) await writeBehind(child, each, date, options);
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

/** Where the newest snapshot of an output lies, if there is one. */
export function latestOf(path: string): string | undefined {
  const latest = dated(path, "latest");
  return existsSync(latest) ? latest : undefined;
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
