import { basename, join } from "node:path";
import { vectors } from "../../kinds/vectors.js";
import { type DataKind, didYouMean, type Measure, type Scorer, type Scoring } from "../../schemas/index.js";
import type { Registry } from "../config/registry.js";
import { manifestOf, outputsByValue, outputsIn } from "../record/fileOfRun.js";
import type { OutputRecord } from "../record/fileRecord.js";
import { readEvaluationText } from "../tools/evaluationSets.js";
import { labelledTexts } from "../tools/labelledTexts.js";
import { loadValue } from "../tools/loadValue.js";
import { stageAgain } from "./stageAgain.js";

/** A set that what models have made is scored on, as the scorings of kinds name it. */
export interface ComparedSet {
  readonly scoring: string;
  readonly file: string;
  /** What the column is called. */
  readonly title?: string;
  /** The files that belong to it, by what the scoring calls them. */
  readonly besides?: Readonly<Record<string, string>>;
}

/** A column of scores. */
export interface ScoreColumn extends Measure {
  readonly name: string;
  readonly scoring: string;
  readonly measure: string;
  readonly items: number;
  readonly unit: string;
}

/** A set that is ready: its column, and what scores values of each kind. */
export interface OpenSet {
  readonly column: ScoreColumn;
  readonly scorers: ReadonlyMap<string, Scorer<never>>;
}

/**
 * Makes ready the sets, for all kinds that can be scored on them.
 * @throws RangeError if nothing can be scored so, or a file that belongs to one is missing; what the scorings throw
 */
export async function openSets(
  sets: readonly ComparedSet[],
  registry: Registry,
  signal?: AbortSignal,
): Promise<OpenSet[]> {
  const kinds = [...registry.kinds.values()];
  const opened: OpenSet[] = [];
  for (const set of sets) {
    const able = kinds.filter((kind) => scoringOf(kind, set));
    const names = [...new Set(kinds.flatMap(({ scorings = {} }) => Object.keys(scorings)))];
    if (able.length === 0)
      throw new RangeError(
        `compare: a set must be one of ${names.join(", ")}, got ${set.scoring}${didYouMean(set.scoring, names)}`,
      );
    const scorers = new Map<string, Scorer<never>>();
    for (const kind of able) scorers.set(kind.name, await openScorer(scoringOf(kind, set)!, set, registry, signal));
    const ofVectors = scorers.get(vectors.name);
    const others = kinds.filter(({ name, vectors: vectorsIn }) => vectorsIn && !scorers.has(name));
    if (ofVectors) for (const kind of others) scorers.set(kind.name, byVectors(kind, ofVectors));
    opened.push({ column: columnOf(set, able[0]!, scorers.get(able[0]!.name)!), scorers });
  }
  return opened;
}

const scoringOf = ({ scorings = {} }: DataKind, { scoring }: Pick<ComparedSet, "scoring">) =>
  (scorings as Readonly<Record<string, Scoring<never>>>)[scoring];

/** What has word vectors in it is scored by them. */
const byVectors = (kind: DataKind, { score, ...items }: Scorer<never>): Scorer<never> => ({
  ...items,
  score: (value) => score(kind.vectors!(value) as never),
});

async function openScorer(
  scoring: Scoring<never>,
  { scoring: name, file, besides = {} }: ComparedSet,
  registry: Registry,
  signal: AbortSignal | undefined,
) {
  if (scoring.on === "file" || scoring.on === "stage") return scoring.open(await readEvaluationText(file), file);
  if (scoring.on === "texts") return scoring.open(labelledTexts(file, registry), signal);
  const missing = scoring.besides.find((each) => !(each in besides));
  if (missing === undefined) return scoring.open(file, besides);
  throw new RangeError(`compare: ${name} must come with ${missing}, got none`);
}

function columnOf(set: ComparedSet, kind: DataKind, { items, unit }: Scorer<never>): ScoreColumn {
  const { scoring, file, title } = set;
  const { measures } = scoringOf(kind, set)!;
  const [measure, told] = Object.entries(measures)[0]!;
  return { name: title ?? basename(file), scoring, measure, items, unit, ...told };
}

/**
 * Scores what the run in a folder has made, on each set by the first value that can be scored on it: what a model has made, then what was made
 * of that. What flows in batches is made again, of the texts of the set. State: one value at a time.
 * @returns a number for each set, NaN where there is none
 */
export async function scoreRun(folder: string, sets: readonly OpenSet[], registry: Registry): Promise<number[]> {
  const outputs = outputsByValue(outputsIn(manifestOf(folder))).map(([fastest]) => fastest!);
  const ranked = outputs
    .filter(({ holds }) => holds !== undefined)
    .sort((a, b) => rank(a, registry) - rank(b, registry));
  const scores = sets.map(() => Number.NaN);
  for (const output of ranked) {
    const kind = registry.kinds.get(output.holds!)!;
    const open = sets.filter(({ scorers }, k) => Number.isNaN(scores[k]) && scorers.has(kind.name));
    if (open.length === 0) continue;
    const isOfStage = ({ column }: OpenSet) => scoringOf(kind, column)?.on === "stage";
    const stage = open.some(isOfStage) ? await stageAgain(folder, output.madeBy!) : undefined;
    const value = open.every(isOfStage) ? undefined : await loadValue(kind, join(folder, output.path));
    for (const set of open) {
      const found = await set.scorers.get(kind.name)!.score((isOfStage(set) ? stage : value) as never);
      scores[sets.indexOf(set)] = found[set.column.measure] ?? Number.NaN;
    }
    if (value !== undefined) kind.release?.(value as never);
  }
  return scores;
}

const rank = ({ madeBy = "" }: OutputRecord, { units }: Registry): number =>
  Number(units.get(madeBy.split("/").at(-1)!)?.kind !== "model");
