import { basename, join } from "node:path";
import type { Observable } from "rxjs";
import {
  type AnyUnit,
  type DataKind,
  didYouMean,
  fillOptions,
  type Measure,
  type Scorer,
  type Scoring,
  type TextBatch,
} from "../../schemas/index.js";
import { makeUnit } from "../config/makeUnit.js";
import type { Registry } from "../config/registry.js";
import { manifestOf, outputsByValue, outputsIn } from "../record/fileOfRun.js";
import type { OutputRecord } from "../record/fileRecord.js";
import { readEvaluationText } from "../tools/evaluationSets.js";
import { loadValue } from "../tools/loadValue.js";

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
  { kinds, units }: Registry,
  signal?: AbortSignal,
): Promise<OpenSet[]> {
  const scored = [...kinds.values()];
  const opened: OpenSet[] = [];
  for (const set of sets) {
    const able = scored.filter(({ scorings = {} }) => Object.hasOwn(scorings, set.scoring));
    const names = scored.flatMap(({ scorings = {} }) => Object.keys(scorings));
    if (able.length === 0)
      throw new RangeError(
        `compare: a set must be one of ${[...new Set(names)].join(", ")}, got ${set.scoring}${didYouMean(set.scoring, names)}`,
      );
    const scorers = new Map<string, Scorer<never>>();
    for (const { name, scorings } of able)
      scorers.set(
        name,
        await openScorer((scorings as Record<string, Scoring<never>>)[set.scoring]!, set, units, signal),
      );
    opened.push({ column: columnOf(set, able[0]!, [...scorers.values()][0]!), scorers });
  }
  return opened;
}

async function openScorer(
  scoring: Scoring<never>,
  { scoring: name, file, besides = {} }: ComparedSet,
  units: Registry["units"],
  signal: AbortSignal | undefined,
) {
  if (scoring.on === "file") return scoring.open(await readEvaluationText(file), file);
  if (scoring.on === "texts") return scoring.open(labelledTexts(units.get("files")!, file), signal);
  const missing = scoring.besides.find((each) => !(each in besides));
  if (missing === undefined) return scoring.open(file, besides);
  throw new RangeError(`compare: ${name} must come with ${missing}, got none`);
}

function labelledTexts(source: AnyUnit, file: string): Observable<TextBatch> {
  const options = fillOptions(source, { paths: [file], format: "labelled" });
  return makeUnit(source, {}, options, { epoch: 0 }) as Observable<TextBatch>;
}

function columnOf({ scoring, file, title }: ComparedSet, kind: DataKind, { items, unit }: Scorer<never>): ScoreColumn {
  const { measures } = (kind.scorings as Record<string, Scoring<never>>)[scoring]!;
  const [measure, told] = Object.entries(measures)[0]!;
  return { name: title ?? basename(file), scoring, measure, items, unit, ...told };
}

/**
 * Scores what the run in a folder has made, on each set by the first value that can be scored on it: what a model has made, then what was made
 * of that. State: one value at a time.
 * @returns a number for each set, NaN where there is none
 */
export async function scoreRun(folder: string, sets: readonly OpenSet[], registry: Registry): Promise<number[]> {
  const outputs = outputsByValue(outputsIn(manifestOf(folder))).map(([fastest]) => fastest!);
  const ranked = outputs
    .filter(({ holds }) => holds !== undefined)
    .sort((a, b) => rank(a, registry) - rank(b, registry));
  const scores = sets.map(() => Number.NaN);
  const scoredBy = sets.map(({ scorers }) => ranked.find(({ holds }) => scorers.has(holds!)));
  for (const output of ranked.filter((each) => scoredBy.includes(each))) {
    const kind = registry.kinds.get(output.holds!)!;
    const value = await loadValue(kind, join(folder, output.path));
    for (const [k, { column, scorers }] of sets.entries()) {
      if (scoredBy[k] !== output) continue;
      const found = await scorers.get(kind.name)!.score(value as never);
      scores[k] = found[column.measure] ?? Number.NaN;
    }
    kind.release?.(value as never);
  }
  return scores;
}

const rank = ({ madeBy = "" }: OutputRecord, { units }: Registry): number =>
  Number(units.get(madeBy.split("/").at(-1)!)?.kind !== "model");
