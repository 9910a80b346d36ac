import { nodesOf, type PipelineNode } from "../graph/nodes.js";
import type { Pipeline } from "../graph/pipeline.js";
import { loadValue } from "../tools/loadValue.js";
import { isRead } from "./optionPaths.js";
import { pluginPath } from "./plugins.js";
import { withInputs } from "./withInputs.js";

type Options = Readonly<Record<string, unknown>>;

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

/** A file that is read beside the text, and who asks for it. */
export interface StepInput {
  readonly path: string;
  /** `tokenize: userDictionaries` */
  readonly who: string;
}

/** What all steps but the source read so, and the modules that some of them come from. */
export function stepInputs({ root, config }: Pipeline, configFolder: string): StepInput[] {
  const steps = nodesOf(root).filter((node) => node !== root);
  const read = steps.flatMap((node) =>
    inputsOf(node, configFolder).map(({ option, path }) => ({ path, who: `${node.unit.name}: ${option}` })),
  );
  return [...read, ...config.plugins.map((path) => ({ path: pluginPath(configFolder, path), who: "run: plugins" }))];
}

/** The values of files that steps begin with, by path: vectors, say. Memory: they stay for as long as the run goes. */
export async function readValues({ root, registry }: Pipeline, configFolder: string): Promise<Map<string, unknown>> {
  const values = new Map<string, unknown>();
  for (const node of nodesOf(root)) {
    for (const { option, path } of inputsOf(node, configFolder)) {
      const { file, holds } = node.unit.fields[option]!;
      if (file === "value" && !values.has(path)) values.set(path, await loadValue(registry.kinds.get(holds!)!, path));
    }
  }
  return values;
}

/** Options with values in the place of their paths. */
export function withValues({ unit }: PipelineNode, options: Options, values: ReadonlyMap<string, unknown>): Options {
  const { fields } = unit;
  const value = (option: string, given: unknown) =>
    fields[option]?.file === "value" && typeof given === "string" ? values.get(given) : given;
  return Object.fromEntries(Object.entries(options).map(([option, given]) => [option, value(option, given)]));
}
