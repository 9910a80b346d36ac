import type { ParseArgsConfig } from "node:util";

export interface CommandOption {
  readonly type: "string" | "boolean";
  readonly short?: string;
  readonly multiple?: true;
  readonly description: string;
  /** What it is called elsewhere: `topn`, `n`. Whoever writes that is told the name here. */
  readonly aliases?: readonly string[];
  /** How the value is called in the help: `DIR`. */
  readonly value?: string;
  /** What the option means without a value: where nothing follows it but another option. */
  readonly bare?: string;
}

export interface Parsed {
  /** The command line as it was given: the command's name, and all that follows it. */
  readonly argv: readonly string[];
  readonly positionals: readonly string[];
  readonly flag: (name: string) => boolean;
  readonly text: (name: string) => string | undefined;
  readonly texts: (name: string) => readonly string[];
  /** Whatever was given for an option; undefined if nothing was. */
  readonly value: (name: string) => string | boolean | readonly string[] | undefined;
  /** @throws UsageError if the value is not an integer of at least `min` */
  readonly integer: (name: string, min: number) => number | undefined;
}

export interface Command {
  readonly name: string;
  /** One line, no full stop, where it is not the one by which all commands are listed. */
  readonly summary?: string;
  /** What follows the command's name: `CONFIG [options]`. */
  readonly usage: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  /** How many arguments besides the options: at least, at most. */
  readonly positionals: readonly [min: number, max: number];
  /** From which argument on they are terms, which may be anything, and no paths or names. */
  readonly termsFrom?: number;
  readonly examples?: readonly string[];
  /** Of a command whose options depend on its arguments: the command with all of them, and the arguments as it reads them. */
  readonly prepare?: (argv: readonly string[], io: Io) => Promise<Prepared>;
  /** Returns the exit code. */
  readonly run: (parsed: Parsed, io: Io) => Promise<number>;
}

export interface Prepared {
  readonly command: Command;
  readonly argv: readonly string[];
}

/** Where a command reads and writes; tests bring their own. */
export interface Io {
  readonly out: (text: string) => void;
  readonly stderr: NodeJS.WriteStream;
  /** Standard input, to know whether somebody sits before it. */
  readonly stdin?: Pick<NodeJS.ReadStream, "isTTY">;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts when the user interrupts, or somebody ends the process. */
  readonly signal: AbortSignal;
  /** The first alone: SIGINT. */
  readonly interrupted: AbortSignal;
  /** The second alone: SIGTERM. */
  readonly terminated: AbortSignal;
}

/** The exit code of a command that the user has interrupted. */
export const INTERRUPTED = 130;

/** What a command was to do was stopped from outside, well or not, as its exit code says. */
export class EndedEarly extends Error {
  override readonly name = "EndedEarly";

  constructor(
    message: string,
    readonly code: number,
  ) {
    super(message);
  }
}

/** The command line is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Options that every command has. */
export const commonOptions: Readonly<Record<string, CommandOption>> = {
  help: { type: "boolean", short: "h", description: "Show this help" },
  debug: { type: "boolean", description: "Show the stack of an error" },
};

export const jsonOption: CommandOption = { type: "boolean", description: "Print JSON for other programs" };

/** How many answers are wanted, by the names of other programs. */
export const countNames = ["n", "topn", "top", "limit"] as const;

/** For commands that write files where the user says. */
export const forceOption: CommandOption = { type: "boolean", short: "f", description: "Replace a file that is there" };

/** For commands that read a config or a manifest: its `plugins` are code, and run only when somebody says so. */
export const pluginsOption: CommandOption = {
  type: "boolean",
  description: "Load the modules that a config names as plugins: they are code, with all that this command may do",
};

/** For commands that read no config. */
export const pluginOption: CommandOption = {
  type: "string",
  multiple: true,
  value: "MODULE",
  description: "Load a module with units and kinds of data of one's own: it is code, with all that this command may do",
};

export function argsConfig({ options }: Command): ParseArgsConfig {
  const all = Object.entries({ ...options, ...commonOptions });
  return {
    allowPositionals: true,
    allowNegative: true,
    options: Object.fromEntries(
      all.map(([name, { type, short, multiple }]) => [
        name,
        { type, ...(short ? { short } : {}), ...(multiple ? { multiple } : {}) },
      ]),
    ),
  };
}

/** `--serve` -> `--serve=127.0.0.1:7411`, where the value was left out. */
export function withBareValues({ options }: Command, argv: readonly string[]): string[] {
  return argv.map((argument, k) => {
    const bare = argument.startsWith("--") ? options[argument.slice(2)]?.bare : undefined;
    return bare !== undefined && (argv[k + 1] ?? "-").startsWith("-") ? `${argument}=${bare}` : argument;
  });
}
