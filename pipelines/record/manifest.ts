import { dirname } from "node:path";
import { kindNames } from "../../kinds/kinds.js";
import type { Ledger } from "../../runtime/ledger.js";
import type { Kind } from "../../schemas/index.js";
import type { ConfigStep } from "../config/config.js";
import { inputsFrom } from "../config/optionPaths.js";
import { pluginPath } from "../config/plugins.js";
import { nameOf, nodesOf, type PipelineNode } from "../graph/nodes.js";
import type { Pipeline } from "../graph/pipeline.js";
import type { Conservation } from "../running/conservation.js";
import type { Execution } from "../running/progress.js";
import type { FileRecord, OutputRecord } from "./fileRecord.js";
import { heldByOutputs, type WrittenStep, type WrittenSteps } from "./heldByOutputs.js";
import { lexstreamVersion } from "./lexstreamVersion.js";
import { pathFrom } from "./seenFrom.js";

export const MANIFEST_FORMAT = 2;

/** What the results of models say of themselves, by model; their arithmetic tells on which machines the same bytes come out. */
type OriginsOfModels = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The same for each kind of data that says where it comes from. */
export type Origins = { readonly [K in Kind]?: OriginsOfModels };

/** What a run was made from and what it made. Written without a clock, so that equal runs have equal manifests. */
export interface Manifest extends Origins {
  /** Version of this form; `manifestJsonSchema` describes it. In version 1, relative paths started from the folder that the run was begun in. */
  readonly format: 1 | typeof MANIFEST_FORMAT;
  readonly lexstream: string;
  readonly node: string;
  readonly name: string;
  /** Where the config lay. */
  readonly configFile: string;
  /** What the config says of what it makes, for `croissant.json`. */
  readonly about: Readonly<Record<string, string>>;
  readonly seed: number;
  /** The config with every default filled in; what it reads lies relative to the run's folder. */
  readonly config: WrittenSteps & {
    /** Modules with units of one's own; left out where there are none. */
    readonly plugins?: readonly string[];
    readonly source: WrittenStep;
  };
  /** Their paths start from the run's folder, unless the config names them absolutely. */
  readonly inputs: readonly InputRecord[];
  readonly outputs: readonly OutputRecord[];
  /** What was counted over the whole run, in tokens unless the name says otherwise. */
  readonly counts: Readonly<Record<string, number>>;
  readonly conservation: readonly Conservation[];
  /** Mean loss per example, by model and epoch; without the models that have no loss. */
  readonly losses: Readonly<Record<string, readonly MeanLoss[]>>;
}

export interface InputRecord extends FileRecord {
  /** What was counted in it: documents, bytes of text, bytes that were not UTF-8. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface ManifestParts {
  /** The run's folder. */
  readonly folder: string;
  readonly inputs: readonly FileRecord[];
  readonly outputs: readonly FileRecord[];
  readonly execution: Execution;
  readonly ledger: Ledger;
}

interface MeanLoss {
  readonly examples: number;
  readonly meanLoss: number;
  /** Of what the model holds out, behind the epoch. */
  readonly heldOutLoss?: number;
  /** What else the model tells of it, by name. */
  readonly heldOutScores?: Readonly<Record<string, number>>;
}

export function makeManifest(
  pipeline: Pipeline,
  { folder, inputs, outputs, execution, ledger }: ManifestParts,
): Manifest {
  const { config } = pipeline;
  const resolved = resolvedConfig(pipeline, folder);
  const held = heldByOutputs(resolved, pipeline.registry.units);
  const losses = inOrder(pipeline, execution.losses).flatMap(([node, epochs]) => {
    const means = epochs.flatMap(({ examples, loss, heldOut, heldOutScores = {} }): MeanLoss[] => {
      if (loss === undefined) return [];
      const scores = Object.keys(heldOutScores).length > 0 ? { heldOutScores } : {};
      const held = heldOut === undefined ? {} : { heldOutLoss: heldOut, ...scores };
      return [{ examples, meanLoss: loss / examples, ...held }];
    });
    return means.length > 0 ? [[nameOf(node), means]] : [];
  });
  return {
    format: MANIFEST_FORMAT,
    lexstream: lexstreamVersion(),
    node: process.versions.node,
    name: config.name,
    configFile: pathFrom(folder, pipeline.file),
    about: config.about,
    seed: config.seed,
    config: resolved,
    inputs: inputs.map((input) => ({
      ...input,
      path: pathFrom(folder, input.path),
      counts: countsOf(ledger.child(input.path)),
    })),
    outputs: outputs.map((output) => ({ ...output, ...held.get(output.path) })),
    counts: countsOf(ledger),
    conservation: execution.conservation,
    ...originsByKind(pipeline, execution.origins),
    losses: Object.fromEntries(losses),
  };
}

/** What each model of a run says of its result. */
export function originsIn(manifest: Manifest): (readonly [model: string, origin: Readonly<Record<string, string>>])[] {
  return kindNames.flatMap((kind) => Object.entries(manifest[kind] ?? {}));
}

/** An entry for each kind of data that was made and said where it comes from. */
function originsByKind(pipeline: Pipeline, origins: Execution["origins"]): Origins {
  const told = inOrder(pipeline, origins).map(([node, origin]) => ({
    kind: node.makes.name,
    said: [nameOf(node), Object.fromEntries(origin)] as const,
  }));
  const kinds = [...pipeline.registry.kinds.keys()].filter((name) => told.some(({ kind }) => kind === name));
  const saidOf = (name: string) => told.filter(({ kind }) => kind === name).map(({ said }) => said);
  return Object.fromEntries(kinds.map((name) => [name, Object.fromEntries(saidOf(name))]));
}

/** In the order of the config: threads end in any order. */
function inOrder<Said>({ root }: Pipeline, said: ReadonlyMap<PipelineNode, Said>): [PipelineNode, Said][] {
  return nodesOf(root)
    .filter((node) => said.has(node))
    .map((node) => [node, said.get(node)!]);
}

/** The config with every default filled in, as one that lies in a run's folder. */
export function resolvedConfig({ config, file, root }: Pipeline, folder: string): Manifest["config"] {
  const withNeeds = (node: PipelineNode) => {
    const options = inputsFrom(node, dirname(file), folder);
    return Object.keys(node.namedNeeds).length > 0 ? { ...options, needs: node.namedNeeds } : options;
  };
  const plugins = config.plugins.map((path) => pathFrom(folder, pluginPath(dirname(file), path)));
  const resolved = new Map(nodesOf(root).map((node) => [node.id, withNeeds(node)]));
  const written = (step: ConfigStep): WrittenStep => ({
    [step.unit]: resolved.get(step.path.join("/")) ?? step.options,
  });
  const branches = [...config.branches].map(([name, steps]) => [name, steps.map(written)]);
  return {
    ...(plugins.length > 0 ? { plugins } : {}),
    source: written(config.source),
    steps: config.steps.map(written),
    branches: Object.fromEntries(branches),
  };
}

function countsOf({ counts }: Ledger): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
