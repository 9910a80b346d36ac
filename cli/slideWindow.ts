import { join } from "node:path";
import { gloveSchema } from "../models/index.js";
import { fitWindow, WindowTables } from "../pipelines/index.js";
import { checkOptions, type FinalCooccurrence, type StepStats } from "../schemas/index.js";
import { type CommandOption, type Io, type Parsed, UsageError } from "./command.js";

export const slideOptions: Readonly<Record<string, CommandOption>> = {
  into: { type: "string", value: "DIR", description: "slide: the folder of the window" },
  window: { type: "string", value: "TIME", description: "slide: how much time the window spans, such as 7d" },
  every: { type: "string", value: "TIME", description: "slide: how long a period is, such as 12h (default 1d)" },
  at: { type: "string", value: "DATE", description: "slide: a moment in the table's period (default: now)" },
  glove: {
    type: "string",
    value: "JSON",
    description: "slide: fit GloVe from the vectors of the window before, with these options: {} for the defaults",
  },
};

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
  const glove = gloveOf(parsed.text("glove"));
  const maxTerms = parsed.integer("terms", 1);
  const made = await windows.add(time, await open());
  const { length, vocabulary } = made.table;
  io.out(`wrote ${made.path}: ${length} cells of ${vocabulary.terms.length} terms, ${made.periods.length} periods\n`);
  if (!glove) return 0;
  const onEpoch = ({ epoch, loss, examples }: StepStats) =>
    io.out(`epoch ${epoch}: loss ${(loss / examples).toFixed(4)}\n`);
  const path = await fitWindow(made, { folder: join(folder, "vectors"), maxTerms, glove, onEpoch });
  io.out(`wrote ${path}\n`);
  return 0;
}

function timeOf(date: string | undefined): number {
  const time = date === undefined ? Date.now() : Date.parse(date);
  if (!Number.isNaN(time)) return time;
  throw new UsageError(`cooccurrence slide: --at must be a date such as 2026-11-23, got ${JSON.stringify(date)}`);
}

function gloveOf(text: string | undefined): object | undefined {
  if (text === undefined) return undefined;
  const options = asUsage((): unknown => JSON.parse(text));
  if (typeof options !== "object" || options === null || Array.isArray(options) || "initialVectors" in options)
    throw new UsageError(`cooccurrence slide: --glove must hold options besides initialVectors, as JSON, got ${text}`);
  const [problem] = checkOptions(gloveSchema, options as Record<string, unknown>);
  if (problem) throw new UsageError(`cooccurrence slide: --glove: ${problem.message}`);
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
