import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Observable } from "rxjs";
import type { Vectors } from "../../kernels/embedding/vectors.js";
import { Ledger } from "../../runtime/ledger.js";
import { isPlainObject, type Kinds, type OptionsOf, parseOptions, show, type TextBatch } from "../../schemas/index.js";
import { checkpointSchema } from "../config/checkpointSchema.js";
import type { ConfigStep, LoadedConfig, PipelineConfig } from "../config/config.js";
import { ConfigError, type ConfigPath, type ConfigProblem } from "../config/configError.js";
import { type BuiltInUnit, builtIn, type Registry } from "../config/registry.js";
import { snapshotSchema } from "../config/snapshotSchema.js";
import { readValues, withValues } from "../config/stepInputs.js";
import { compile } from "../graph/compile.js";
import { isModel, nodesOf, type PipelineNode } from "../graph/nodes.js";
import type { Pipeline } from "../graph/pipeline.js";
import type { Conservation } from "./conservation.js";
import { execute } from "./execute.js";
import { placedOptions } from "./placedOptions.js";
import type { EpochLoss, Progress } from "./progress.js";

type UnitOf<Kind extends BuiltInUnit["kind"]> = Extract<BuiltInUnit, { readonly kind: Kind }>;
type NameOf<U extends BuiltInUnit> = U["name"];
type UnitNamed<Name extends string> = Extract<BuiltInUnit, { readonly name: Name }>;
type Written<U extends BuiltInUnit> = {
  [Name in U["name"]]: { readonly [N in Name]: OptionsOf<UnitNamed<Name>> };
}[U["name"]];

/** A unit as a config writes it: `"encode"`, or `{ buildVocab: { minCount: 5 } }`. */
export type FitSource = NameOf<UnitOf<"source">> | Written<UnitOf<"source">>;
export type FitStep = NameOf<Exclude<BuiltInUnit, UnitOf<"source">>> | Written<Exclude<BuiltInUnit, UnitOf<"source">>>;

type ModelName = NameOf<UnitOf<"model">>;

/** Models by name: the options of the model that is called so, or steps that end in one, and in whatever writes it. */
export type FitModels<Names extends string> = {
  readonly [Name in Names]: Name extends ModelName
    ? OptionsOf<UnitNamed<Name>> | readonly FitStep[]
    : readonly FitStep[];
};

/** What a fitted value is in code. */
interface Fitted extends Omit<Kinds, "vectors"> {
  vectors: Vectors;
}
type MadeBy<Name extends string> = Fitted[UnitNamed<Name>["makes"]];
type ModelsIn<Step> = Step extends ModelName ? Step : Extract<keyof Step, ModelName>;
type ResultOf<Name extends string, Spec> = Spec extends readonly (infer Step)[]
  ? MadeBy<ModelsIn<Step>>
  : Name extends ModelName
    ? MadeBy<Name>
    : never;

export interface FitOptions {
  /** Seed of every random draw, 1 if left out. */
  readonly seed?: number;
  /** Interrupts the fit: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Sees where the tokens of each branch went, and the losses of each model by epoch, once all is done. */
  readonly onDone?: (report: FitReport) => void;
  /** Units and kinds of data of one's own beside those that ship; see `withUnits`. */
  readonly registry?: Registry;
}

export interface FitReport {
  readonly conservation: readonly Conservation[];
  readonly losses: Readonly<Record<string, readonly EpochLoss[]>>;
}

/**
 * Learns models from a text, as a config would: the text is read and tokenised once, the tokens lie in a file for as long as they are
 * read again, and each model gets the passes that its `epochs` ask for. Paths start from the current folder.
 *
 * In:  a source, the steps that all models share, and the models by name. Out: what each has learned, by the same names.
 * Memory: as the stages state. Rejects with every fault of the options, told as for a config, or the first error of a stage.
 * @example
 *   const { word2vec } = await fit(
 *     { files: { paths: "corpus.txt" } },
 *     ["normalize", "tokenize", { buildVocab: { minCount: 5 } }, "encode", "windowContexts"],
 *     { word2vec: { vectorSize: 50, epochs: 5 } },
 *   );
 *   word2vec.mostSimilar("river");
 */
export async function fit<const Models extends FitModels<Extract<keyof Models, string>>>(
  source: FitSource,
  steps: readonly FitStep[],
  models: Models,
  options: FitOptions = {},
): Promise<{ readonly [Name in keyof Models & string]: ResultOf<Name, Models[Name]> }> {
  const { seed = 1, signal, onProgress, onDone, registry = builtIn } = options;
  const folder = process.cwd();
  const config = configOf(source, steps, models, seed);
  const loaded = {
    file: join(folder, "fit"),
    config,
    written: () => undefined,
    locate: (problem: ConfigProblem) => problem,
    isFromOutside: () => false,
    defaulted: new Map<string, string>(),
  };
  const pipeline = compiled(loaded, registry);
  for (const name of config.branches.keys()) requireModel(name, pipeline.root);
  const scratch = await mkdtemp(join(tmpdir(), "lexstream-fit-"));
  const results = new Map<string, unknown>();
  const ledger = new Ledger();
  try {
    const values = await readValues(pipeline, folder);
    const places = { inputs: folder, written: (path: string) => join(folder, path), scratch };
    const optionsOf = (node: PipelineNode) => withValues(node, placedOptions(node, places), values);
    const { root } = pipeline;
    const execution = await execute(pipeline, {
      source: () => root.unit.create({} as never, optionsOf(root) as never, { epoch: 0 }) as Observable<TextBatch>,
      sourceBytes: undefined,
      logPath: (name) => join(scratch, name),
      ledger,
      optionsOf,
      signal,
      onProgress,
      seesBatches: false,
      onValue: (node, value) => {
        if (isModel(node)) results.set(node.branch!, value);
      },
    });
    onDone?.({ conservation: execution.conservation, losses: lossesByName(execution.losses) });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return Object.fromEntries(results) as never;
}

function compiled(loaded: LoadedConfig, registry: Registry): Pipeline {
  try {
    return compile(loaded, { registry });
  } catch (error) {
    throw error instanceof ConfigError ? new ConfigError("fit", error.problems) : error;
  }
}

function configOf(source: unknown, steps: readonly unknown[], models: object, seed: number): PipelineConfig {
  const branches = Object.entries(models).map(([name, spec]) => {
    const written: readonly unknown[] = Array.isArray(spec) ? spec : [{ [name]: spec }];
    return [name, written.map((step, index) => stepOf(step, ["branches", name, index]))] as const;
  });
  return {
    ...{ name: "fit", about: {}, seed, maxRejected: undefined, plugins: [], tests: [] },
    checkpoint: parseOptions(checkpointSchema, { every: "never" }),
    snapshot: parseOptions(snapshotSchema, {}),
    source: stepOf(source, ["source"]),
    steps: steps.map((step, index) => stepOf(step, ["steps", index])),
    branches: new Map(branches),
  };
}

function requireModel(name: string, root: PipelineNode): void {
  if (!nodesOf(root).some((node) => node.branch === name && isModel(node)))
    throw new TypeError(`fit: each of the models must have a step that is a model, got none in ${name}`);
}

function stepOf(step: unknown, path: ConfigPath): ConfigStep {
  if (typeof step === "string") return { unit: step, options: {}, path };
  const [entry, ...others] = isPlainObject(step) ? Object.entries(step) : [];
  if (!entry || others.length > 0)
    throw new TypeError(
      `fit: ${path.join("/")} must be a unit's name, or an object with one key, the name, got ${show(step)}`,
    );
  const [unit, options] = entry;
  return { unit, options: (options ?? {}) as ConfigStep["options"], path: [...path, unit] };
}

function lossesByName(losses: ReadonlyMap<PipelineNode, readonly EpochLoss[]>): FitReport["losses"] {
  return Object.fromEntries([...losses].map(([{ branch, unit }, epochs]) => [branch ?? unit.name, epochs]));
}
