import type { Observable, OperatorFunction } from "rxjs";
import { TokenDocuments } from "../../kernels/linear/tokenDocuments.js";
import { run } from "../../runtime/run.js";
import {
  type AnyUnit,
  type DataKind,
  type Facts,
  fillOptions,
  isPlainObject,
  type NamedText,
  type ReadableTable,
  type Rows,
  TEXT_PARTS,
  TEXT_STEPS,
  type TextStep,
  type TokenBatch,
} from "../../schemas/index.js";
import { fromTexts } from "../../sources/fromTexts.js";
import { makeUnit } from "../config/makeUnit.js";

/** What units and kinds there are. */
export interface Known {
  readonly units: ReadonlyMap<string, AnyUnit>;
  readonly kinds: ReadonlyMap<string, DataKind>;
}

/** What belongs to a step besides its options as a config writes them. */
export interface TextStepParts {
  /** The texts of its files, by option. */
  readonly options?: Readonly<Record<string, NamedText | readonly NamedText[]>>;
  /** The values that it needs. */
  readonly needs?: Readonly<Record<string, PackedValue>>;
}

/** A whole value as plain data: the columns of its table. */
export interface PackedValue {
  readonly kind: string;
  readonly facts: Facts;
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
}

/** The steps that make tokens of texts, and what belongs to each. */
export interface TextSteps {
  readonly steps: readonly TextStep[];
  readonly parts: readonly TextStepParts[];
}

/**
 * fastText cuts texts at white space, and its files say nothing of any other step. A tokenizer of another program cuts what lies between white
 * space by itself.
 */
export const WHITESPACE_STEPS: TextSteps = {
  steps: [{ tokenize: { mode: "whitespace", maxTokenLength: 1_000_000 } }],
  parts: [],
};

/** What was made of texts and is asked with texts: a classifier, an index. */
interface MadeOfTexts {
  readonly metadata: ReadonlyMap<string, string>;
}

/** The steps that the metadata tell; undefined if they tell none. */
export function toldSteps({ metadata }: MadeOfTexts): TextSteps | undefined {
  const told = metadata.get(TEXT_STEPS);
  if (told === undefined) return undefined;
  return { steps: JSON.parse(told) as TextStep[], parts: JSON.parse(metadata.get(TEXT_PARTS) ?? "[]") };
}

/**
 * The operators that make tokens of texts as those were made that something was made of, by what its metadata tell, or as fastText does for one
 * of its files. State: the values that they need.
 * @throws TypeError if they tell nothing, or name a unit that is not there or lacks what it needs
 */
export async function textStepsOf(who: string, made: MadeOfTexts, known: Known) {
  const isFastText = made.metadata.get("format") === "fastText";
  const told = toldSteps(made) ?? (isFastText ? WHITESPACE_STEPS : undefined);
  if (told) return operatorsOf(who, told, known);
  throw new TypeError(`${who}: must tell the steps that made tokens of its texts, got none; a run writes them`);
}

/** @throws TypeError if a unit is not there or lacks what it needs */
export async function operatorsOf(
  who: string,
  { steps, parts }: TextSteps,
  known: Known,
): Promise<OperatorFunction<unknown, unknown>[]> {
  return Promise.all(steps.map((step, place) => operatorOf(who, step, parts[place] ?? {}, known)));
}

async function operatorOf(who: string, step: TextStep, parts: TextStepParts, { units, kinds }: Known) {
  const [name, options] = Object.entries(step)[0]!;
  const unit = units.get(name);
  if (!unit) throw new TypeError(`${who}: steps of texts must be of units that are there, got ${name}`);
  const needs: Record<string, unknown> = {};
  for (const [need, kind] of Object.entries(unit.needs ?? {})) {
    const packed = parts.needs?.[need];
    if (!packed) throw new TypeError(`${who}: must hold the ${kind} that its step ${name} needs, got none`);
    needs[need] = await unpackValue(who, kinds.get(kind)!, packed);
  }
  return makeUnit(unit, needs, fillOptions(unit, { ...options, ...parts.options }), { epoch: 0 }) as OperatorFunction<
    unknown,
    unknown
  >;
}

export function throughSteps(source: Observable<unknown>, steps: readonly OperatorFunction<unknown, unknown>[]) {
  return steps.reduce((stream, step) => stream.pipe(step), source) as Observable<TokenBatch>;
}

/** The tokens of each text. */
export async function tokensOfTexts(
  texts: readonly string[],
  steps: readonly OperatorFunction<unknown, unknown>[],
): Promise<(readonly string[])[]> {
  const documents = new TokenDocuments();
  const found: (readonly string[])[] = [];
  const visit = (tokens: readonly string[]) => found.push(tokens);
  await run(throughSteps(fromTexts(texts), steps), { onEvent: (batch) => documents.add(batch, visit) });
  documents.finish(visit);
  return found;
}

/**
 * A whole value as plain data, for where it belongs to something small that goes from machine to machine.
 * @throws TypeError if its kind has no table of numbers and texts
 */
export async function packValue({ name, table }: DataKind, value: unknown): Promise<PackedValue> {
  const types = table?.schema(value as never).columns ?? {};
  const isPlain = Object.values(types).every((type) => typeof type === "string") && !table?.needs?.(value as never);
  if (!table || !isPlain)
    throw new TypeError(`${name}: must have a table of texts and numbers to be kept with what asks by it, got another`);
  const names = Object.keys(types);
  const columns: unknown[][] = names.map(() => []);
  for await (const block of table.blocks(value as never))
    block.columns.forEach((column, place) => {
      for (const cell of column as Iterable<unknown>) columns[place]!.push(cell);
    });
  return {
    kind: name,
    facts: table.facts?.(value as never) ?? {},
    columns: Object.fromEntries(names.map((each, place) => [each, columns[place]!])),
  };
}

async function unpackValue(who: string, { name, table }: DataKind, { kind, facts, columns }: PackedValue) {
  if (kind !== name || !isPlainObject(columns))
    throw new TypeError(`${who}: must hold ${name} for its steps, got ${kind}`);
  const readable: ReadableTable = {
    path: who,
    columns: Object.keys(columns).map((each) => ({ name: each })),
    async *blocks(names) {
      yield { columns: names.map((each) => columns[each]!), rows: columns[names[0]!]!.length } as Rows as never;
    },
  };
  return table!.read(readable, facts, {});
}
