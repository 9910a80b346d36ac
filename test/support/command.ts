import type { Io } from "../../dist/cli/command.js";
import { lexstream } from "../../dist/cli/lexstream.js";

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const never = new AbortController().signal;

/** Runs a command in this process, where nothing needs a process of its own; paths must be absolute. */
export async function command(...args: readonly string[]): Promise<Outcome> {
  return commandUntil(never, args);
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

/** The same, until the signal; `onOut` sees what it prints. */
export async function commandUntil(
  signal: AbortSignal,
  args: readonly string[],
  onOut: (text: string) => void = () => {},
): Promise<Outcome> {
  let [out, err] = ["", ""];
  const stderr = {
    write: (text: string) => {
      err += text;
    },
  };
  const io: Io = {
    out: (text) => {
      out += text;
      onOut(text);
    },
    stderr: stderr as unknown as NodeJS.WriteStream,
    env: {},
    signal,
    interrupted: never,
    terminated: never,
  };
  const code = await lexstream(args, io);
  return { code, out, err };
}
