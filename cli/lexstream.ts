import { parseArgs } from "node:util";
import { printable } from "../kernels/text/printable.js";
import { ConfigError } from "../pipelines/config/configError.js";
import { lexstreamVersion } from "../pipelines/record/lexstreamVersion.js";
import { didYouMean, plural, suggest } from "../schemas/index.js";
import {
  argsConfig,
  type Command,
  commonOptions,
  EndedEarly,
  INTERRUPTED,
  type Io,
  type Parsed,
  type Prepared,
  UsageError,
  withBareValues,
} from "./command.js";
import { commands } from "./commands.js";
import { commandHelp, generalHelp } from "./help.js";

/** The whole command: takes the arguments behind its name, tells every error on standard error, returns the exit code. */
export async function lexstream(argv: readonly string[], io: Io): Promise<number> {
  return answer(argv, io).catch((error: unknown) => report(error, argv.includes("--debug"), io));
}

async function answer(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = argv;
  if (name === "--version" || name === "-V") return say(io, `${lexstreamVersion()}\n`);
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    const asked = listed(rest[0]);
    return say(io, asked ? commandHelp(await asked.load(), asked.summary) : generalHelp(commands, lexstreamVersion()));
  }
  const { summary, load } = listed(name) ?? (await refuse(name));
  const command = await load();
  const prepared = (await command.prepare?.(rest, io)) ?? { command, argv: rest };
  const parsed = parse(prepared, argv);
  return parsed.flag("help") ? say(io, commandHelp(prepared.command, summary)) : prepared.command.run(parsed, io);
}

function listed(name = "") {
  return Object.hasOwn(commands, name) ? commands[name] : undefined;
}

async function refuse(name: string): Promise<never> {
  const names = Object.keys(commands);
  const { isModel } = await import("./isModel.js");
  const way = isModel(name) ? `; lexstream train ${name} FILE learns one` : didYouMean(name, names);
  throw new UsageError(`unknown command "${name}"${way}; known commands are ${names.join(", ")}`);
}

function say(io: Io, text: string): number {
  io.out(text);
  return 0;
}

function parse({ command, argv }: Prepared, given: readonly string[]): Parsed {
  const { values, positionals } = parseStrictly(command, argv);
  const [min, max] = command.positionals;
  if (!values.help && (positionals.length < min || positionals.length > max)) {
    throw new UsageError(
      `usage: lexstream ${command.name} ${command.usage}; got ${plural(positionals.length, "argument")}`,
    );
  }
  requireFilled(command, positionals, values);
  const text = (name: string) => values[name] as string | undefined;
  return {
    argv: given,
    positionals,
    text,
    flag: (name) => values[name] === true,
    value: (name) => values[name] as ReturnType<Parsed["value"]>,
    texts: (name) => (values[name] as string[] | undefined) ?? [],
    integer: (name, least) => {
      const value = text(name);
      if (value === undefined) return undefined;
      const parsed = Number(value);
      if (Number.isSafeInteger(parsed) && parsed >= least) return parsed;
      throw new UsageError(`${command.name}: --${name} must be an integer >= ${least}, got ${JSON.stringify(value)}`);
    },
  };
}

interface Arguments {
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
}

function parseStrictly(command: Command, argv: readonly string[]): Arguments {
  try {
    return parseArgs({ ...argsConfig(command), args: withBareValues(command, argv) });
  } catch (error) {
    throw new UsageError(
      `${command.name}: ${reasonOf(error as Error, command, argv)}; see lexstream ${command.name} --help`,
    );
  }
}

/** Node's own reason without its advice, and ours where an argument looks like an option. */
function reasonOf({ message }: Error, { options }: Command, argv: readonly string[]): string {
  const [reason = ""] = message.split(/\.?\n|\. To specify/);
  const [, unknown] = /^Unknown option '(-[^']+)'/u.exec(reason) ?? [];
  const argument = unknown && argv.find((each) => each.startsWith(unknown));
  if (argument) return `${reason}${hintAt(argument, options)}`;
  return reason.endsWith("is ambiguous")
    ? `${reason}; a value that begins with "-" goes behind "=", as in --k=-1`
    : reason;
}

/** Whoever looks for an option of a step is told how to change it. */
function hintAt(argument: string, options: Command["options"]): string {
  const [, dashes, unknown = ""] = /^(--?)([^=]*)/u.exec(argument) ?? [];
  const called = Object.keys(options).find((name) => options[name]!.aliases?.includes(unknown.replaceAll("-", "")));
  if (called !== undefined) return `; did you mean ${called.length === 1 ? "-" : "--"}${called}?`;
  if (dashes === "-") return `; an argument that begins with "-" goes behind "--", as in -- ${argument}`;
  const near = suggest(unknown, Object.keys({ ...options, ...commonOptions }));
  if (near !== undefined) return `; did you mean --${near}?`;
  return options.set ? `; what a step takes is changed by --set ${unknown}=VALUE` : "";
}

/** A blank path would stand for the folder that a command is called in, and a blank number for 0. */
function requireFilled(command: Command, positionals: readonly string[], values: Arguments["values"]): void {
  const isBlank = (value: unknown) => typeof value === "string" && value.trim() === "";
  const paths = positionals.slice(0, command.termsFrom);
  const blank = paths.find(isBlank);
  if (blank !== undefined)
    throw new UsageError(`${command.name}: an argument must not be empty, got ${JSON.stringify(blank)}`);
  for (const [name, given] of Object.entries(values)) {
    const value = [given].flat().find(isBlank);
    if (value !== undefined)
      throw new UsageError(`${command.name}: --${name} must not be empty, got ${JSON.stringify(value)}`);
  }
}

/** One line for people; the stack only on request. */
function report(error: unknown, withStack: boolean, { stderr }: Io): number {
  const interrupted = error instanceof Error && error.name === "AbortError";
  const message = error instanceof Error ? error.message : String(error);
  const shown = withStack && error instanceof Error ? error.stack : message;
  stderr.write(interrupted ? "interrupted\n" : `${printable(`${shown}`)}\n`);
  if (interrupted) return INTERRUPTED;
  if (error instanceof EndedEarly) return error.code;
  return error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
}
