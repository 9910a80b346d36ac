import type { Io } from "../../dist/cli/command.js";
import { lexstream } from "../../dist/cli/lexstream.js";

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A command that is under way. */
export interface StartedCommand {
  /** What it has printed so far. */
  readonly out: () => string;
  readonly err: () => string;
  /** Ends it as SIGINT does. */
  readonly interrupt: () => void;
  /** The exit code. */
  readonly ended: Promise<number>;
}

/** Starts a command in this process, where nothing needs a process of its own; paths must be absolute. */
export function startCommand(args: readonly string[], env: Io["env"] = {}): StartedCommand {
  let [out, err] = ["", ""];
  const stderr = {
    write: (text: string) => {
      err += text;
    },
  };
  const interrupt = new AbortController();
  const io: Io = {
    out: (text) => {
      out += text;
    },
    stderr: stderr as unknown as NodeJS.WriteStream,
    env,
    signal: interrupt.signal,
    interrupted: interrupt.signal,
    terminated: new AbortController().signal,
  };
  return { out: () => out, err: () => err, interrupt: () => interrupt.abort(), ended: lexstream(args, io) };
}

/** Runs a command in this process, to its end. */
export async function command(...args: readonly string[]): Promise<Outcome> {
  const { out, err, ended } = startCommand(args);
  const code = await ended;
  return { code, out: out(), err: err() };
}

/** The same in a folder, for what is told of relative paths; one at a time, as a process has one working directory. */
export async function commandIn(folder: string, ...args: readonly string[]): Promise<Outcome> {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return await command(...args);
  } finally {
    process.chdir(before);
  }
}
