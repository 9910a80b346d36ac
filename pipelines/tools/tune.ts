import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  bestTrial,
  nextPoint,
  type SearchedParameter,
  type SearchPoint,
  type SearchTrial,
} from "../../kernels/numbers/parameterSearch.js";
import { Ledger } from "../../runtime/ledger.js";
import { type AnyUnit, didYouMean, type Field, type Measure, type Scorer, type Scores } from "../../schemas/index.js";
import { readValues, withValues } from "../config/stepInputs.js";
import { cutTo } from "../graph/compile.js";
import { isModel, nameOf, nodesOf, type PipelineNode } from "../graph/nodes.js";
import type { Pipeline } from "../graph/pipeline.js";
import { execute } from "../running/execute.js";
import { placedOptions } from "../running/placedOptions.js";
import { type OpenScoring, openScoring, type ScoredOn } from "./tuneScoring.js";

export interface TuneRequest {
  /** How many options are tried, those of the config among them. */
  readonly trials: number;
  /** The model, by its branch or unit, where the pipeline has several. */
  readonly model?: string | undefined;
  /** Options that stay as they are. */
  readonly fixed?: readonly string[];
  readonly scoredOn: ScoredOn;
  /** The measure whose best is sought; the first that there is if left out. */
  readonly measure?: string | undefined;
  readonly signal?: AbortSignal;
  /** Sees each trial once it is over, in order. */
  readonly onTrial?: (trial: TunedTrial, best: TunedTrial) => void;
}

export interface TunedTrial extends SearchTrial {
  /** From 1. */
  readonly trial: number;
  /** None where the trial failed. */
  readonly scores?: Scores;
  /** Why it failed. */
  readonly fault?: string;
}

export interface TuneResult {
  readonly model: PipelineNode;
  readonly measure: string;
  readonly better: Measure["better"];
  /** What all trials were scored on: so many texts, pairs, questions. */
  readonly scoredOn: { readonly items: number; readonly unit: string };
  /** Fewer than were asked for, where the space was searched through before. */
  readonly trials: readonly TunedTrial[];
  readonly best: TunedTrial;
}

/**
 * Searches the options of a pipeline's model: trains it with some, scores what it makes on data apart, and draws the next ones near the best.
 * Which options can be searched is said by their fields (`tune`), and how a result is scored by its kind (`scorings`). The first trial has the
 * options of the config; all draws follow from the config's seed, so that the same search ends in the same trials.
 *
 * Memory: that of one training, and the result that is scored; the tokens of a trial lie in a scratch folder, which is removed. A trial that
 * the model refuses with a RangeError, such as a loss that is not finite, has no score; where the first is refused, the search rejects.
 * @throws TypeError if there is no such model, nothing to search, or no such measure
 */
export async function tune(pipeline: Pipeline, request: TuneRequest): Promise<TuneResult> {
  const { trials, signal, onTrial } = request;
  const model = modelNamed(pipeline, request.model);
  const parameters = parametersOf(model.unit, request.fixed ?? []);
  const { measure, measures, scorer, learned } = await openScoring(pipeline, model, request);
  const { better } = measures[measure]!;
  const run = await trialRunner(pipeline, model, learned, signal);
  const tried: TunedTrial[] = [];
  let point: SearchPoint | undefined = Object.fromEntries(parameters.map(({ name }) => [name, model.options[name]]));
  while (point && tried.length < trials) {
    const outcome = await outcomeOf(run, scorer, point, tried.length > 0);
    const value = outcome.scores?.[measure] ?? Number.NaN;
    const score = Number.isNaN(value) ? undefined : better === "higher" ? value : -value;
    tried.push({ trial: tried.length + 1, point, ...outcome, score });
    onTrial?.(tried.at(-1)!, bestTrial(tried) ?? tried[0]!);
    point = nextPoint(parameters, tried, { seed: pipeline.config.seed, trials });
  }
  const best = bestTrial(tried);
  if (!best) throw new RangeError(`tune: one of the trials must have a score, got ${tried.length} without ${measure}`);
  const { items, unit } = scorer;
  return { model, measure, better, scoredOn: { items, unit }, trials: tried, best };
}

function modelNamed({ root }: Pipeline, name: string | undefined): PipelineNode {
  const models = nodesOf(root).filter(isModel);
  const names = models.map(nameOf);
  const wanted =
    name === undefined ? models : models.filter((node) => nameOf(node) === name || node.unit.name === name);
  const [model, ...others] = wanted;
  if (model && others.length === 0) return model;
  if (models.length === 0) throw new TypeError("tune: the config must have a step that is a model, got none");
  if (name === undefined) throw new TypeError(`tune: --model must say which model, one of ${names.join(", ")}`);
  throw new TypeError(`tune: --model must be one of ${names.join(", ")}, got ${name}${didYouMean(name, names)}`);
}

/** What can be searched, as the fields of a unit say. */
function parametersOf({ name: unit, fields }: AnyUnit, fixed: readonly string[]): SearchedParameter[] {
  const tunable = Object.entries(fields).filter(([, { tune }]) => tune);
  const names = tunable.map(([name]) => name);
  if (names.length === 0) throw new TypeError(`tune: ${unit} must have options that say how to search them, got none`);
  const unknown = fixed.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new TypeError(
      `tune: --fix must be an option that is searched, ${names.join(", ")}, got ${unknown}${didYouMean(unknown, names)}`,
    );
  const searched = tunable.filter(([name]) => !fixed.includes(name));
  if (searched.length === 0) throw new TypeError("tune: --fix must leave an option to search, got all of them");
  return searched.map(([name, field]) => parameterOf(name, field));
}

function parameterOf(name: string, { tune, jsonSchema }: Field): SearchedParameter {
  return "values" in tune! ? { name, ...tune } : { name, ...tune!, isInteger: jsonSchema.type === "integer" };
}

type Run = (options: SearchPoint) => Promise<unknown>;

/** Trains the model with some options, in a scratch folder that is removed. */
async function trialRunner(
  pipeline: Pipeline,
  model: PipelineNode,
  learned: OpenScoring["learned"],
  signal: AbortSignal | undefined,
): Promise<Run> {
  const cut = cutTo(pipeline, [model]);
  const folder = dirname(pipeline.file);
  const values = await readValues(cut, folder);
  return async (options) => {
    const scratch = await mkdtemp(join(tmpdir(), "lexstream-tune-"));
    const places = { inputs: folder, written: (path: string) => join(scratch, path), scratch };
    let made: unknown;
    try {
      await execute(cut, {
        source: learned,
        sourceBytes: undefined,
        logPath: (name) => join(scratch, name),
        ledger: new Ledger(),
        optionsOf: (node) => {
          const placed = withValues(node, placedOptions(node, places), values);
          return node.id === model.id ? { ...placed, ...options } : placed;
        },
        metadata: async () => new Map(),
        signal,
        seesBatches: false,
        onValue: (node, value) => {
          if (node.id === model.id) made = value;
        },
      });
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
    return made;
  };
}

async function outcomeOf(run: Run, scorer: Scorer<never>, point: SearchPoint, mayFail: boolean) {
  try {
    return { scores: await scorer.score((await run(point)) as never) };
  } catch (error) {
    if (!mayFail || !(error instanceof RangeError)) throw error;
    return { fault: error.message };
  }
}
