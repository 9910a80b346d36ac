import { existsSync } from "node:fs";
import { join } from "node:path";
import { printableLine } from "../kernels/text/printable.js";
import { CHECKPOINT, CHECKPOINT_STATE } from "../schemas/runFolder.js";
import type { Parsed } from "./command.js";

/** What to say behind the news that a run has ended early: the command that goes on with it, if there is something to go on with. */
export function wayOn(parsed: Parsed, out: string): string {
  if (!existsSync(join(out, CHECKPOINT, CHECKPOINT_STATE))) return " before the first checkpoint";
  const token = parsed.text("token");
  const given = parsed.argv
    .filter((argument) => argument !== "--force" && argument !== "-f")
    .map((argument) =>
      token !== undefined && argument.endsWith(token) ? `${argument.slice(0, -token.length)}TOKEN` : argument,
    );
  const goesOn = parsed.flag("resume") || parsed.flag("finish");
  return `; go on with: ${commandLine([...given, ...(goesOn ? [] : ["--resume"])])}`;
}

/** The command with some arguments, as a shell takes it. */
export function commandLine(argv: readonly string[]): string {
  return printableLine(["lexstream", ...argv].map(quoted).join(" "));
}

/** An argument as a shell takes it. */
function quoted(argument: string): string {
  return /^[\p{L}\p{N}\p{M}_./:=,@%+-]+$/u.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
