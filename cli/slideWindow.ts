import { join } from "node:path";
import { builtIn, fitWindow, makeUnit, WindowTables, type WindowVectorsOptions } from "../pipelines/index.js";
import { type AnyUnit, checkOptions, type FinalCooccurrence, isPlainObject, type StepStats } from "../schemas/index.js";
import { plural } from "../schemas/plural.js";
import { type CommandOption, type Io, type Parsed, UsageError } from "./command.js";

/** The models that can be fitted to a window. */
const models = (): AnyUnit[] =>
  [...builtIn.units.values()].filter(
    ({ kind, reads, makes }) => kind === "model" && reads === "cooccurrence" && makes === "vectors",
  );

const modelOptions = (): Readonly<Record<string, CommandOption>> =>
  Object.fromEntries(
    models().map(({ name }) => [
      name,
      {
        type: "string",
        value: "JSON",
        description: `slide: fit ${name} from the vectors of the window before, with these options: {} for the defaults`,
      },
    ]),
  );

export const slideOptions = (): Readonly<Record<string, CommandOption>> => ({
  into: { type: "string", value: "DIR", description: "slide: the folder of the window" },
  window: { type: "string", value: "TIME", description: "slide: how much time the window spans, such as 7d" },
  every: { type: "string", value: "TIME", description: "slide: how long a period is, such as 12h (default 1d)" },
  at: { type: "string", value: "DATE", description: "slide: a moment in the table's period (default: now)" },
  ...modelOptions(),
});

/** Adds the table of a period to a window, takes away what has left it, and fits vectors if they are asked for. */
export async function slideWindow(
  open: () => Promise<FinalCooccurrence>,
  memory: { readonly memory?: string },
  parsed: Parsed,
  io: Io,
): Promise<number> {
  const [folder, window] = [required(parsed, "into"), required(parsed, "window")];
  const windows = asUsage(() => new WindowTables({ folder, window, every: parsed.text("every") ?? "1d", ...memory }));
  const time = timeOf(parsed.text("at"));
  const model = modelOf(parsed);
  const maxTerms = parsed.integer("terms", 1);
  const made = await windows.add(time, await open());
  const { length, vocabulary } = made.table;
  io.out(
    `wrote ${made.path}: ${plural(length, "cell")} of ${plural(vocabulary.terms.length, "term")}, ${plural(made.periods.length, "period")}\n`,
  );
  if (!model) return 0;
  const onEpoch = ({ epoch, loss, examples }: StepStats) =>
    io.out(`epoch ${epoch}: loss ${(loss / examples).toFixed(4)}\n`);
  const path = await fitWindow(made, { folder: join(folder, "vectors"), maxTerms, model, onEpoch });
  io.out(`wrote ${path}\n`);
  return 0;
}

function timeOf(date: string | undefined): number {
  const time = date === undefined ? Date.now() : Date.parse(date);
  if (!Number.isNaN(time)) return time;
  throw new UsageError(`cooccurrence slide: --at must be a date such as 2026-11-23, got ${JSON.stringify(date)}`);
}

/** The model that is asked for. Vectors that it may begin with are those of the window before. */
function modelOf(parsed: Parsed): WindowVectorsOptions["model"] | undefined {
  const unit = models().find(({ name }) => parsed.text(name) !== undefined);
  if (!unit) return undefined;
  const initial = Object.keys(unit.fields).find((option) => unit.fields[option]!.file === "value");
  const options = optionsOf(unit, initial, parsed.text(unit.name)!);
  return (before) => {
    const begun = initial === undefined || before === undefined ? {} : { [initial]: before };
    return makeUnit(unit, {}, { ...options, ...begun }, { epoch: 0 }) as ReturnType<WindowVectorsOptions["model"]>;
  };
}

function optionsOf(unit: AnyUnit, initial: string | undefined, text: string): Record<string, unknown> {
  const options = asUsage((): unknown => JSON.parse(text));
  const besides = initial === undefined ? "" : ` besides ${initial}`;
  if (!isPlainObject(options) || (initial !== undefined && initial in options))
    throw new UsageError(`cooccurrence slide: --${unit.name} must hold options${besides}, as JSON, got ${text}`);
  const [problem] = checkOptions(unit, options);
  if (problem) throw new UsageError(`cooccurrence slide: --${unit.name}: ${problem.message}`);
  return options;
}

function required(parsed: Parsed, option: string): string {
  const value = parsed.text(option);
  if (value !== undefined) return value;
  throw new UsageError(`cooccurrence slide: --${option} must be given, got nothing`);
}

function asUsage<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new UsageError(`cooccurrence slide: ${(error as Error).message}`);
  }
}
