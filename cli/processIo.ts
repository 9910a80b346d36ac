import { printable } from "../kernels/text/printable.js";
import type { Io } from "./command.js";

/**
 * Where this process reads and writes. A command goes on to its end, and keeps its exit code, also where nobody reads what it says:
 * a reader such as `head` that has seen enough is no error. What standard output could not take for another reason, such as a full
 * disk, is told on standard error, and the command has failed; what standard error could not take is told nowhere.
 */
export function processIo(): Io {
  process.stderr.on("error", () => {});
  process.stdout.once("error", (error: NodeJS.ErrnoException) => {
    process.stdout.on("error", () => {}); // each later write fails as well
    if (error.code !== "EPIPE") tellLostOutput(error);
  });
  return {
    out: (text) => void process.stdout.write(printable(text)), // terms, paths and metadata come from files of others
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    get signal() {
      return AbortSignal.any([caught("SIGINT"), caught("SIGTERM")]);
    },
    get interrupted() {
      return caught("SIGINT");
    },
    get terminated() {
      return caught("SIGTERM");
    },
  };
}

function tellLostOutput({ code, message }: NodeJS.ErrnoException): void {
  process.stderr.write(`standard output: must take all that is written to it, got ${code ?? message}\n`);
  process.once("exit", () => {
    process.exitCode ||= 1; // the command may have ended before or after the write was refused
  });
}

/** Signals are caught once a command asks for them; the others end by them as any program does. */
function caught(name: "SIGINT" | "SIGTERM"): AbortSignal {
  const known = abortSignals.get(name);
  if (known) return known;
  const abort = new AbortController();
  process.once(name, () => abort.abort());
  abortSignals.set(name, abort.signal);
  return abort.signal;
}

const abortSignals = new Map<string, AbortSignal>();
