import { isAbsolute, join } from "node:path";
import type { FileUse, VectorTable } from "../schemas/index.js";
import { nodesOf, type PipelineNode } from "./nodes.js";
import type { Pipeline } from "./pipeline.js";
import { pluginPath } from "./plugins.js";
import { loadVectors } from "./vectorFiles.js";

type Options = Readonly<Record<string, unknown>>;

/** Their bytes are a part of what a run was made from. */
const isRead = (use: FileUse | undefined) => use === "input" || use === "vectors";
/** They start from the config's folder. */
const isPlaced = (use: FileUse | undefined) => isRead(use) || use === "path";

/** A node's options with the paths of what it reads in place: those that are not absolute start from the config's folder. */
export function withInputs({ unit, options }: PipelineNode, configFolder: string): Options {
  const placed = (path: string) => (isAbsolute(path) || path === "-" ? path : join(configFolder, path));
  const place = (option: string, value: unknown): unknown => {
    const use = unit.fields[option]?.file;
    if (!isPlaced(use)) return value;
    if (Array.isArray(value)) return value.map(placed);
    return typeof value === "string" ? placed(value) : value; // in code, a table
  };
  return Object.fromEntries(Object.entries(options).map(([option, value]) => [option, place(option, value)]));
}

/** The files that a unit reads, as its options name them: corpora, dictionaries, vectors. */
export function inputsOf(
  node: PipelineNode,
  configFolder: string,
): { readonly option: string; readonly path: string }[] {
  const { fields } = node.unit;
  return Object.entries(withInputs(node, configFolder))
    .filter(([option]) => isRead(fields[option]?.file))
    .flatMap(([option, value]) => [value].flat().map((path) => ({ option, path })))
    .filter((input): input is { option: string; path: string } => typeof input.path === "string");
}

/** What all steps but the source read so, and the modules that some of them come from. */
export function stepInputs({ root, config }: Pipeline, configFolder: string): string[] {
  const steps = nodesOf(root).filter((node) => node !== root);
  const read = steps.flatMap((node) => inputsOf(node, configFolder).map(({ path }) => path));
  return [...read, ...config.plugins.map((path) => pluginPath(configFolder, path))];
}

/** The tables of vectors that steps begin with, by path. Memory: 4 V D bytes and the terms of each, for as long as the run goes. */
export async function readTables({ root }: Pipeline, configFolder: string): Promise<Map<string, VectorTable>> {
  const tables = new Map<string, VectorTable>();
  for (const node of nodesOf(root)) {
    for (const { option, path } of inputsOf(node, configFolder)) {
      const isTable = node.unit.fields[option]!.file === "vectors";
      if (isTable && !tables.has(path)) tables.set(path, await loadVectors(path));
    }
  }
  return tables;
}

/** Options with tables in the place of their paths. */
export function withTables(
  { unit }: PipelineNode,
  options: Options,
  tables: ReadonlyMap<string, VectorTable>,
): Options {
  const { fields } = unit;
  const table = (option: string, value: unknown) =>
    fields[option]?.file === "vectors" && typeof value === "string" ? tables.get(value) : value;
  return Object.fromEntries(Object.entries(options).map(([option, value]) => [option, table(option, value)]));
}
