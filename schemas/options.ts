import type { Field, TextFileOption } from "./fields.js";
import { didYouMean } from "./suggest.js";

export type Fields = Readonly<Record<string, Field>>;

/** The options of a function, in its own file: the only place where they are written. */
export interface OptionsSchema<F extends Fields = Fields> {
  /** The file, the export, the config key, the docs anchor. */
  readonly name: string;
  readonly fields: F;
}

export function defineOptions<const F extends Fields>(options: OptionsSchema<F>): OptionsSchema<F> {
  return options;
}

type ValueOf<F> = F extends Field<infer Value> ? Value : never;
type KeysWith<F, P> = {
  [K in keyof F]: F[K] extends Field<unknown, infer Has> ? (Has extends P ? K : never) : never;
}[keyof F];
type Flat<T> = { [K in keyof T]: T[K] } & {};

/** What a caller may write: fields with a default may be left out. */
export type OptionsOf<S extends OptionsSchema> = Flat<
  { readonly [K in KeysWith<S["fields"], "required">]: Input<ValueOf<S["fields"][K]>> } & {
    readonly [K in KeysWith<S["fields"], "default" | "optional">]?: Input<ValueOf<S["fields"][K]>> | undefined;
  }
>;

type Input<Value> = Value extends readonly string[]
  ? Value | string
  : Value extends readonly TextFileOption[]
    ? Value | TextFileOption
    : Value;

/** What the unit reads: every default filled in. */
export type SettingsOf<S extends OptionsSchema> = Flat<
  { readonly [K in KeysWith<S["fields"], "required" | "default">]: ValueOf<S["fields"][K]> } & {
    readonly [K in KeysWith<S["fields"], "optional">]: ValueOf<S["fields"][K]> | undefined;
  }
>;

export interface OptionProblem {
  /** The option at fault; undefined where the options as a whole are. */
  readonly option: string | undefined;
  /** What must hold and what was found, without the unit's name. */
  readonly message: string;
  readonly errorClass: typeof TypeError | typeof RangeError;
}

/** Every fault of a set of options, in the order in which they are written. */
export function checkOptions(schema: OptionsSchema, options: unknown): OptionProblem[] {
  if (!isPlainObject(options)) {
    return [{ option: undefined, message: `options must be an object, got ${show(options)}`, errorClass: TypeError }];
  }
  const problems = Object.entries(options).flatMap(([option, value]) => problemOf(schema, option, value));
  const missing = Object.entries(schema.fields)
    .filter(([option, field]) => field.presence === "required" && options[option] === undefined)
    .map(([option, field]) => ({
      option: undefined,
      message: `${option} is required and must be ${field.expects}`,
      errorClass: TypeError,
    }));
  return [...problems, ...missing];
}

/** Options in which a number that an option does not take is the text that was written for it, where the option takes that. */
export function numbersAsTexts(
  { fields }: OptionsSchema,
  options: Readonly<Record<string, unknown>>,
  written: unknown,
): Record<string, unknown> {
  const taken = Object.entries(options).map(([option, value]) => {
    const field = Object.hasOwn(fields, option) ? fields[option] : undefined;
    const text = (written as Readonly<Record<string, unknown>> | undefined)?.[option];
    return [option, field?.refusal(value) && !field.refusal(text) ? text : value];
  });
  return Object.fromEntries(taken);
}

function problemOf(schema: OptionsSchema, option: string, value: unknown): OptionProblem[] {
  const known = Object.keys(schema.fields);
  if (!Object.hasOwn(schema.fields, option)) {
    const hint = didYouMean(option, known);
    const list = known.length > 0 ? `known options are ${known.join(", ")}` : "it has no options";
    return [{ option, message: `unknown option "${option}"${hint}; ${list}`, errorClass: TypeError }];
  }
  const field = schema.fields[option]!;
  const errorClass = value === undefined ? undefined : field.refusal(value);
  return errorClass ? [{ option, message: `${option} must be ${field.expects}, got ${show(value)}`, errorClass }] : [];
}

/**
 * Checks the options of a unit, throws at the first fault, and fills in the defaults. To be called once, before any data flows.
 * Values of files must be there by now.
 */
export function parseOptions<S extends OptionsSchema>(schema: S, options: OptionsOf<S> | undefined): SettingsOf<S> {
  const given: Readonly<Record<string, unknown>> = options ?? {};
  const [problem] = checkOptions(schema, given);
  if (problem) throw new problem.errorClass(`${schema.name}: ${problem.message}`);
  for (const [option, { file, holds }] of Object.entries(schema.fields)) {
    const path = given[option];
    if (file === "value" && typeof path === "string")
      throw new TypeError(`${schema.name}: ${option} must be ${holds} and not the path of a file, got ${show(path)}`);
  }
  return fillOptions(schema, given);
}

/** Options that were checked, as the unit reads them: every default filled in. */
export function fillOptions<S extends OptionsSchema>(
  schema: S,
  given: Readonly<Record<string, unknown>>,
): SettingsOf<S> {
  const settings = Object.entries(schema.fields).map(([option, field]) => {
    const value = given[option];
    return [option, value === undefined ? field.default : field.parse(value)];
  });
  return Object.fromEntries(settings) as SettingsOf<S>;
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** A value as an error shows it: short, on one line. */
export function show(value: unknown): string {
  const text = asJson(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function asJson(value: unknown): string | undefined {
  if (typeof value !== "string" && typeof value !== "object") return undefined;
  try {
    return JSON.stringify(value);
  } catch {
    return undefined; // it holds itself, or a bigint
  }
}
