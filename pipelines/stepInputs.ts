import { isAbsolute, join } from "node:path";
import type { FileUse, VectorTable } from "../schemas/index.js";
import type { Pipeline } from "./compile.js";
import { nodesOf, type PipelineNode } from "./nodes.js";
import { loadVectors } from "./vectorFiles.js";

type Options = Readonly<Record<string, unknown>>;

const isRead = (use: FileUse | undefined) => use === "input" || use === "vectors";

/** A node's options with the paths of what it reads in place: those that are not absolute start from the config's folder. */
export function withInputs({ unit, options }: PipelineNode, configFolder: string): Options {
  const placed = (path: string) => (isAbsolute(path) || path === "-" ? path : join(configFolder, path));
  const place = (option: string, value: unknown): unknown => {
    const use = unit.schema.fields[option]?.file;
    if (value === undefined || !isRead(use)) return value;
    return Array.isArray(value) ? value.map(placed) : placed(value as string);
  };
  return Object.fromEntries(Object.entries(options).map(([option, value]) => [option, place(option, value)]));
}

/** What a step reads besides its stream: dictionaries, vectors. */
export function inputsOf(
  node: PipelineNode,
  configFolder: string,
): { readonly option: string; readonly path: string }[] {
  const { fields } = node.unit.schema;
  return Object.entries(withInputs(node, configFolder))
    .filter(([option, value]) => value !== undefined && isRead(fields[option]?.file))
    .flatMap(([option, value]) => [value].flat().map((path) => ({ option, path: path as string })));
}

/** What all steps but the source read so. */
export function stepInputs({ root }: Pipeline, configFolder: string): string[] {
  const steps = nodesOf(root).filter((node) => node !== root);
  return steps.flatMap((node) => inputsOf(node, configFolder).map(({ path }) => path));
}

/** The tables of vectors that steps begin with, by path. Memory: 4 V D bytes and the terms of each, for as long as the run goes. */
export async function readTables({ root }: Pipeline, configFolder: string): Promise<Map<string, VectorTable>> {
  const tables = new Map<string, VectorTable>();
  for (const node of nodesOf(root)) {
    for (const { option, path } of inputsOf(node, configFolder)) {
      const isTable = node.unit.schema.fields[option]!.file === "vectors";
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
  const { fields } = unit.schema;
  const table = (option: string, value: unknown) =>
    fields[option]?.file === "vectors" && value !== undefined ? tables.get(value as string) : value;
  return Object.fromEntries(Object.entries(options).map(([option, value]) => [option, table(option, value)]));
}
