import { dirname } from "node:path";
import { fillOptions, type OptionsSchema } from "../../schemas/index.js";
import { checkpointSchema } from "../config/checkpointSchema.js";
import type { ConfigStep } from "../config/config.js";
import { inputsFrom } from "../config/optionPaths.js";
import { pluginPath } from "../config/plugins.js";
import { snapshotSchema } from "../config/snapshotSchema.js";
import { nodesOf } from "../graph/nodes.js";
import type { Pipeline } from "../graph/pipeline.js";
import { pathFrom } from "../record/seenFrom.js";

type Options = Readonly<Record<string, unknown>>;

/**
 * The config of a pipeline with other options of a step, as one that lies in a folder: what it says and no more, with its variables and
 * assignments filled in.
 */
export function tunedConfig(pipeline: Pipeline, id: string, options: Options, folder: string): Options {
  const { config, file, root } = pipeline;
  const nodes = new Map(nodesOf(root).map((node) => [node.id, node]));
  const written = (step: ConfigStep): unknown => {
    const node = nodes.get(step.path.join("/"))!;
    const placed = inputsFrom(node, dirname(file), folder);
    const own = Object.entries(step.options).map(([option, value]) => [option, placed[option] ?? value]);
    const all = { ...Object.fromEntries(own), ...(node.id === id ? options : {}) };
    return Object.keys(all).length > 0 ? { [step.unit]: all } : step.unit;
  };
  const { description, ...dataset } = config.about;
  const branches = [...config.branches].map(([name, steps]) => [name, steps.map(written)]);
  return withoutEmpty({
    name: config.name,
    description,
    dataset,
    seed: config.seed,
    maxRejected: config.maxRejected,
    checkpoint: otherThanDefault(checkpointSchema, config.checkpoint),
    snapshot: otherThanDefault(snapshotSchema, config.snapshot),
    plugins: config.plugins.map((path) => pathFrom(folder, pluginPath(dirname(file), path))),
    source: written(config.source),
    steps: config.steps.map(written),
    branches: Object.fromEntries(branches),
    tests: config.tests,
  });
}

function otherThanDefault(schema: OptionsSchema, settings: Options): Options {
  const defaults: Options = fillOptions(schema, {});
  return Object.fromEntries(Object.entries(settings).filter(([option, value]) => value !== defaults[option]));
}

function withoutEmpty(config: Options): Options {
  const isEmpty = (value: unknown) => typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined && !isEmpty(value)));
}
