import { writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import {
  formatConfig,
  loadPipeline,
  nodesOf,
  type Pipeline,
  type PipelineNode,
  type ScoredOn,
  tune as search,
  type TunedTrial,
  type TuneResult,
  tunedConfig,
} from "../../pipelines/index.js";
import { requirePlace } from "../../storage/files/placeFile.js";
import { duration } from "../amounts.js";
import {
  type Command,
  EndedEarly,
  forceOption,
  INTERRUPTED,
  type Io,
  jsonOption,
  type Parsed,
  pluginsOption,
  UsageError,
} from "../command.js";
import { textTable } from "../textTable.js";
import { commandLine } from "../wayOn.js";

/** Files to score on, each named as the scoring of a kind that reads it. */
const scoringFiles: Command["options"] = {
  labelled: {
    type: "string",
    value: "FILE",
    description: "Texts with labels to score a classifier on, in the form of the config's own",
  },
  similarity: {
    type: "string",
    value: "FILE",
    description: "Pairs with human scores to score vectors on: word TAB word TAB score",
  },
  analogies: {
    type: "string",
    value: "FILE",
    description: "Questions of four words a line to score vectors on, in sections `: name`",
  },
  "word-in-context": {
    type: "string",
    value: "FILE",
    description:
      "Pairs of sentences to score a language model or vectors on, with a word that has one sense in both, or not",
  },
};

const DEFAULT_HOLDOUT = "0.1";

export const tune: Command = {
  name: "tune",
  usage: "CONFIG [FILE...] --trials N [--holdout SHARE|--labelled FILE|--similarity FILE] [options]",
  positionals: [1, Number.POSITIVE_INFINITY],
  options: {
    trials: { type: "string", value: "N", description: "How many options to try; the first are those of the config" },
    measure: {
      type: "string",
      value: "NAME",
      description:
        "What is to be the best: p@1 (default), macroF1, microF1, loss, calibrationError; of vectors spearman, pearson, right",
    },
    holdout: {
      type: "string",
      value: "SHARE",
      description: `Share of the documents to score on, which nothing is learned from (default ${DEFAULT_HOLDOUT})`,
    },
    ...scoringFiles,
    model: { type: "string", value: "NAME", description: "Whose options, where the config has several models" },
    fix: { type: "string", multiple: true, value: "OPTION", description: "Leave an option as the config has it" },
    set: {
      type: "string",
      multiple: true,
      value: "PATH=VALUE",
      description: "Change an option of the config, as lexstream run does",
    },
    seed: {
      type: "string",
      value: "S",
      description: "Seed of every random draw: the texts kept apart, the trials, the models",
    },
    "save-config": { type: "string", value: "FILE", description: "Write the config with the best options" },
    force: forceOption,
    plugins: pluginsOption,
    json: jsonOption,
  },
  examples: [
    "lexstream tune questions.yaml --trials 20 --save-config tuned.yaml",
    "lexstream tune reviews.yaml --trials 30 --labelled valid.txt --measure macroF1 --fix epochs",
    "lexstream tune word2vec my.txt --trials 10 --similarity wordsim353.tsv",
  ],
  run: async (parsed, io) => {
    const trials = parsed.integer("trials", 1);
    if (trials === undefined) throw new UsageError("tune: --trials must say how many options to try, got nothing");
    const scoredOn = scoredOnOf(parsed);
    const saved = parsed.text("save-config");
    if (saved !== undefined) requirePlace(saved, parsed.flag("force"));
    const seed = parsed.integer("seed", 0);
    const [config, ...files] = parsed.positionals;
    const pipeline = await loadPipeline(config!, {
      ...{ env: io.env, files, plugins: parsed.flag("plugins") },
      set: [...parsed.texts("set"), ...(seed === undefined ? [] : [`seed=${seed}`])],
    });
    const found = await searched(pipeline, { trials, scoredOn }, parsed, io);
    if (saved !== undefined) writeFileSync(saved, configText(pipeline, found, saved));
    io.out(parsed.flag("json") ? `${JSON.stringify(asJson(pipeline, found))}\n` : plain(pipeline, found, parsed));
    return 0;
  },
};

/** @throws UsageError for two of what one is wanted of, or a share that is none */
function scoredOnOf(parsed: Parsed): ScoredOn {
  const names = [...Object.keys(scoringFiles), "holdout"].filter((name) => parsed.text(name) !== undefined);
  if (names.length > 1)
    throw new UsageError(
      `tune: results are scored on one thing, got ${names.map((name) => `--${name}`).join(" and ")}`,
    );
  const [scoring] = names;
  if (scoring !== undefined && scoring !== "holdout") return { scoring, file: parsed.text(scoring)! };
  const written = parsed.text("holdout") ?? DEFAULT_HOLDOUT;
  const holdout = Number(written);
  if (holdout > 0 && holdout < 1) return { holdout };
  throw new UsageError(`tune: --holdout must be a number above 0 and below 1, got ${JSON.stringify(written)}`);
}

interface Asked {
  readonly trials: number;
  readonly scoredOn: ScoredOn;
}

/** Searches, with a line for each trial on standard error. */
async function searched(pipeline: Pipeline, asked: Asked, parsed: Parsed, io: Io): Promise<TuneResult> {
  const started = performance.now();
  const { trials } = asked;
  let done = 0;
  const onTrial = (latest: TunedTrial, best: TunedTrial) => {
    done = latest.trial;
    const seconds = ((performance.now() - started) / 1000 / done) * (trials - done);
    const left = done < trials ? `; about ${duration(seconds)} left` : "";
    io.stderr.write(`trial ${done} of ${trials}: ${outcomeOf(latest)}; best so far is trial ${best.trial}${left}\n`);
  };
  const outcomeOf = ({ scores, fault }: TunedTrial) =>
    fault ??
    Object.entries(scores!)
      .map(([name, value]) => `${name} ${value.toFixed(4)}`)
      .join(", ");
  try {
    const measure = parsed.text("measure");
    return await search(pipeline, {
      ...asked,
      ...{ measure, model: parsed.text("model"), fixed: parsed.texts("fix") },
      ...{ signal: io.signal, onTrial },
    });
  } catch (error) {
    if ((error as Error).name === "AbortError")
      throw new EndedEarly(
        `tune: interrupted after ${done} of ${trials} trials; the same command repeats them exactly: ${commandLine(parsed.argv)}`,
        INTERRUPTED,
      );
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}

function plain(
  pipeline: Pipeline,
  { model, measure, better, scoredOn, trials, best }: TuneResult,
  parsed: Parsed,
): string {
  const [first] = trials;
  const four = ({ scores }: TunedTrial) => scores?.[measure]?.toFixed(4) ?? "none";
  const rows = trials.map((trial) => [
    trial === best ? "*" : "",
    String(trial.trial),
    four(trial),
    trial.fault ?? (trial === first ? "as the config has them" : changes(trial, first!)),
  ]);
  const step = stepName(pipeline, model);
  const found = Object.entries(changed(best, first!)).map(([option, value]) => `--set=${step}.${option}=${value}`);
  const saved = parsed.text("save-config");
  return [
    textTable([["", "trial", measure, `options of ${model.unit.name}`], ...rows], { right: [1, 2] }),
    "",
    `scored on ${scoredOn.items} ${scoredOn.unit}, ${better} is better: trial ${best.trial} has ${measure} ${four(best)}, the config's own options ${four(first!)}`,
    commandLine(["run", ...parsed.positionals, ...givenToRun(parsed), ...found]),
    ...(saved === undefined ? [] : [`wrote ${saved}`]),
    "",
  ].join("\n");
}

/** What `lexstream run` is told of the config in the same words. */
function givenToRun(parsed: Parsed): string[] {
  const seed = parsed.text("seed");
  return [
    ...parsed.texts("set").map((change) => `--set=${change}`),
    ...(seed === undefined ? [] : [`--seed=${seed}`]),
    ...(parsed.flag("plugins") ? ["--plugins"] : []),
  ];
}

/** The options that are not those of the first trial. */
function changed({ point }: TunedTrial, first: TunedTrial): Record<string, unknown> {
  return Object.fromEntries(Object.entries(point).filter(([option, value]) => value !== first.point[option]));
}

const changes = (trial: TunedTrial, first: TunedTrial) =>
  Object.entries(changed(trial, first))
    .map(([option, value]) => `${option} ${value}`)
    .join(", ");

/** A step as `--set` names it. */
function stepName({ root }: Pipeline, { unit, id }: PipelineNode): string {
  const isOnly = nodesOf(root).filter((node) => node.unit === unit).length === 1;
  return isOnly ? unit.name : id.replaceAll("/", ".");
}

function configText(pipeline: Pipeline, { model, best, trials }: TuneResult, path: string): string {
  return formatConfig(tunedConfig(pipeline, model.id, changed(best, trials[0]!), dirname(resolve(path))));
}

function asJson({ config }: Pipeline, { model, measure, better, scoredOn, trials, best }: TuneResult) {
  const told = ({ trial, point, scores, fault }: TunedTrial) => ({ trial, options: point, scores, fault });
  return {
    ...{ model: model.unit.name, step: model.id, seed: config.seed, measure, better, scoredOn },
    trials: trials.map(told),
    best: told(best),
  };
}
