import { isAbsolute, relative, resolve } from "node:path";
import { type AnyUnit, didYouMean, type TextStep } from "../../schemas/index.js";
import type { Registry } from "./registry.js";

type Options = Readonly<Record<string, unknown>>;

/** Standard input, where a file is expected. */
export const STDIN = "-";

export interface Training {
  /** The source, the steps and the model in order, with what writes the model's result last. */
  readonly units: readonly AnyUnit[];
  readonly model: AnyUnit;
  /** What writes the model's result. */
  readonly writer: AnyUnit;
}

/**
 * The standard pipeline of a model: its text comes from files or standard input, and each step makes what the next one reads or needs.
 * Which steps those are follows from what the units of the registry say of themselves.
 * @throws RangeError if there is no such model, no way from a text to what it reads, or nothing that writes what it makes
 */
export function trainingOf(name: string, source: "files" | "stdin", registry: Registry): Training {
  const model = registry.units.get(name);
  if (model?.kind !== "model") throw new RangeError(unknownModel(name, [...registry.units.values()]));
  return standardPipeline(model, [], source, registry);
}

/**
 * The standard pipeline of a unit, with others behind it that read what it makes.
 * @throws RangeError as `trainingOf`
 */
export function standardPipeline(
  model: AnyUnit,
  behind: readonly AnyUnit[],
  source: "files" | "stdin",
  { units }: Registry,
): Training {
  const { name } = model;
  const all = [...units.values()];
  const standard = all.filter((unit) => unit.standard || Object.hasOwn(model.upstream ?? {}, unit.name));
  const standardMaker = (kind: string) => standard.find((unit) => unit.makes === kind && unit.reads !== kind);
  const steps: AnyUnit[] = [];
  const add = (unit: AnyUnit): void => {
    if (steps.includes(unit)) return;
    make(unit.reads);
    for (const [need, kind] of Object.entries(unit.needs ?? {}))
      if (unit.needsInFiles?.[need] === undefined || standardMaker(kind)) make(kind);
    steps.push(unit);
    for (const next of standard.filter((other) => staysIn(other, unit.makes)).sort(byNeed)) add(next);
  };
  const make = (kind: string): void => {
    if (kind === "nothing" || steps.some(({ makes }) => makes === kind)) return;
    const maker = kind === "text" ? units.get(source) : standardMaker(kind);
    if (!maker)
      throw new RangeError(`train: there must be a standard way from text to ${kind}, which ${name} reads, got none`);
    add(maker);
  };
  for (const unit of [model, ...behind]) add(unit);
  const writer = steps.find(({ kind, reads, isReport }) => kind === "sink" && reads === model.makes && !isReport);
  if (!writer)
    throw new RangeError(`train: there must be a standard writer of ${model.makes}, which ${name} makes, got none`);
  return { units: steps, model, writer };
}

/** A step that belongs before another one comes first; otherwise they stay in their order. */
const byNeed = (a: AnyUnit, b: AnyUnit) =>
  Number(Object.hasOwn(b.before ?? {}, a.name)) - Number(Object.hasOwn(a.before ?? {}, b.name));

/** It reads and makes the same kind: a step that improves it, or a sink. */
const staysIn = ({ reads, makes }: AnyUnit, kind: string) => reads === kind && makes === kind;

function unknownModel(name: string, units: readonly AnyUnit[]): string {
  const models = units.filter(({ kind }) => kind === "model").map((unit) => unit.name);
  return `train: the model must be one of ${models.join(", ")}, got ${JSON.stringify(name)}${didYouMean(name, models)}`;
}

export interface TrainRequest extends Training {
  /** Files, globs and folders, from the current folder; none for standard input. */
  readonly files: readonly string[];
  /** Options by the unit's name. */
  readonly options: ReadonlyMap<string, Options>;
  readonly language: string | undefined;
  readonly seed: number | undefined;
  /** The steps that make tokens, in the place of the standard ones, as what the model begins with was made of its texts. */
  readonly textSteps?: readonly TextStep[] | undefined;
}

/** The config of a training as one that lies in a folder. */
export function trainConfig(request: TrainRequest, folder: string): Options {
  const { units, model, files, options, language, seed, textSteps } = request;
  const placed = (path: string) => (isAbsolute(path) ? path : relative(folder, resolve(path)));
  const told = textSteps?.map((step) => {
    const [[name, theirs]] = Object.entries(step) as [[string, Options]];
    return { [name]: { ...theirs, ...options.get(name) } };
  });
  const [source, ...others] = told ? units.filter((unit) => !makesTokens(unit)) : units;
  const step = (unit: AnyUnit) => {
    const paths = files.length > 0 && unit.kind === "source" ? { [inputOption(unit)!]: files.map(placed) } : {};
    const given = options.get(unit.name) ?? {};
    const all = { ...unit.standard, ...forLanguage(unit, language, given), ...paths, ...given };
    return Object.keys(all).length > 0 ? { [unit.name]: all } : unit.name;
  };
  const steps = [...(told ?? []), ...others.map(step)];
  return { name: model.name, ...(seed === undefined ? {} : { seed }), source: step(source!), steps };
}

const makesTokens = ({ kind, makes }: AnyUnit) => kind === "operator" && (makes === "text" || makes === "tokens");

/** The options that a unit has for texts in a language, beside some that are given. */
export function forLanguage({ languages = {} }: AnyUnit, language: string | undefined, given: Options = {}): Options {
  const options = language === undefined ? {} : (languages[language] ?? {});
  return typeof options === "function" ? options(given) : options;
}

/** The option of a source that names the files which it reads. */
export const inputOption = ({ fields }: AnyUnit): string | undefined =>
  Object.keys(fields).find((option) => fields[option]!.file === "input" && fields[option]!.presence === "required");

/** The languages that some units of a pipeline have options for. */
export const languagesOf = (units: readonly AnyUnit[]): string[] => [
  ...new Set(units.flatMap(({ languages = {} }) => Object.keys(languages))),
];
