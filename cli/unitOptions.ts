import { type AnyUnit, type Field, suggest } from "../schemas/index.js";
import { type CommandOption, UsageError } from "./command.js";

/** An option of a unit, as the command line has it. */
export interface UnitOption {
  readonly unit: AnyUnit;
  readonly option: string;
  readonly field: Field;
}

/** Options by their names on the command line: `vector-size`; where a unit before has the same, `window-contexts.batch-size`. */
export type UnitOptions = ReadonlyMap<string, UnitOption>;

/**
 * The options of some units, those that come first by their bare names. `taken` are names that the command has itself: an option of such a
 * name goes by its first other one.
 */
export function unitOptions(units: readonly AnyUnit[], taken: readonly string[]): UnitOptions {
  const found = new Map<string, UnitOption>();
  for (const unit of units) {
    for (const [option, field] of Object.entries(unit.fields)) {
      if (field.file === "output" || field.file === "journal") continue; // the run's folder says where
      const name = [option, ...(field.aliases ?? [])].map(kebab).find((each) => !taken.includes(each));
      if (name !== undefined)
        found.set(found.has(name) ? `${kebab(unit.name)}.${name}` : name, { unit, option, field });
    }
  }
  return found;
}

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

export function commandOptions(
  options: UnitOptions,
  presetOf: (option: UnitOption) => unknown,
): Record<string, CommandOption> {
  return Object.fromEntries(
    [...options].map(([name, found]) => {
      const { unit, field } = found;
      const type = field.jsonSchema.type === "boolean" ? "boolean" : "string";
      const preset = presetOf(found);
      const otherwise = preset === true ? `, else --no-${name}` : "";
      const known = preset === undefined ? "" : ` (default ${JSON.stringify(preset)}${otherwise})`;
      const description = `${unit.name}: ${field.description}${known}`;
      return [name, { type, description, ...(takesMany(field) ? { multiple: true } : {}) }];
    }),
  );
}

/** A list of texts. */
const takesMany = ({ jsonSchema }: Field) =>
  [jsonSchema.anyOf].flat().some((form) => (form as { type?: unknown } | undefined)?.type === "array");

export interface SpelledOut {
  readonly argv: readonly string[];
  /** Names that were understood as others: `--dim is --vector-size`. */
  readonly notes: readonly string[];
}

/**
 * Arguments in which every option has its own name: `-minCount 5`, `--min_count=5` and `--dim 100` are understood as other programs
 * understand them.
 * @throws UsageError for an option that nobody has
 */
export function spellOut(
  argv: readonly string[],
  options: UnitOptions,
  own: Readonly<Record<string, CommandOption>>,
  units: Iterable<AnyUnit>,
): SpelledOut {
  const names = namesOf(options, own);
  const notes: string[] = [];
  const end = argv.indexOf("--");
  const rest = end < 0 ? [] : argv.slice(end);
  const spelled = argv.slice(0, end < 0 ? argv.length : end).map((argument) => {
    const [, written, value = ""] = /^--?([A-Za-z][\w.-]+)(=.*)?$/su.exec(argument) ?? [];
    if (written === undefined) return argument;
    const isNegated = /^no-/.test(written) && !names.has(squash(written));
    const bare = isNegated ? written.slice(3) : written;
    const name = names.get(squash(bare));
    if (name === undefined) throw new UsageError(unknownOption(bare, names, options, units));
    if (squash(bare) !== squash(name)) notes.push(`--${bare} is --${name}`);
    return `--${isNegated ? "no-" : ""}${name}${value}`;
  });
  return { argv: [...spelled, ...rest], notes };
}

/** `minCount`, `min-count` and `min_count` are one. */
const squash = (name: string) => name.replaceAll(/[-_]/g, "").toLowerCase();

function namesOf(options: UnitOptions, own: Readonly<Record<string, CommandOption>>): Map<string, string> {
  const names = new Map(Object.keys(own).map((name) => [squash(name), name]));
  for (const name of options.keys()) names.set(squash(name), name);
  const fields = [...options].map(([name, { field }]) => [name, field] as const);
  for (const [name, { aliases = [] }] of [...Object.entries(own), ...fields])
    for (const alias of aliases) if (!names.has(squash(alias))) names.set(squash(alias), name);
  return names;
}

function unknownOption(
  name: string,
  names: ReadonlyMap<string, string>,
  options: UnitOptions,
  units: Iterable<AnyUnit>,
): string {
  const owner = [...units].find(({ fields }) => Object.keys(fields).some((option) => squash(option) === squash(name)));
  if (owner) return `train: --${name} is an option of ${owner.name}, which is not a part of this; see --help`;
  for (const [option, { field }] of options) {
    const choice = choiceNamed(field, name);
    if (choice) return `train: unknown option --${name}; write --${option} ${choice} (${field.expects}); see --help`;
  }
  const near = suggest(squash(name), [...names.keys()]);
  return `train: unknown option --${name}${near ? `; did you mean --${names.get(near)}?` : ""}; see --help`;
}

/** The choice that a name stands for, whatever its case, or by the first letters of its words: `ns` for negativeSampling. */
function choiceNamed({ jsonSchema }: Field, name: string): string | undefined {
  const { enum: choices = [] } = jsonSchema as { readonly enum?: readonly string[] };
  const [choice, ...others] = choices.filter((each) => [squash(each), initials(each)].includes(squash(name)));
  return others.length === 0 ? choice : undefined;
}

/** `skipGram` -> `sg`; a single word is whole. */
const initials = (name: string) => (/[A-Z]/.test(name) ? name.replace(/(?<=.)[a-z]/g, "").toLowerCase() : name);

/** A value as the unit's option takes it: numbers where it takes some, a choice where it stands for one. */
export function optionValue(field: Field, value: unknown): unknown {
  const { jsonSchema } = field;
  if (jsonSchema.enum && typeof value === "string" && field.refusal(value)) return choiceNamed(field, value) ?? value;
  const types = [jsonSchema, ...([jsonSchema.anyOf ?? []].flat() as Field["jsonSchema"][])].map(({ type }) => type);
  const isNumeric = types.includes("integer") || types.includes("number");
  return isNumeric && typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value))
    ? Number(value)
    : value;
}
