import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("observedRun.mjs", import.meta.url));

/**
 * Runs observedRun.mjs with these arguments, and kills it once `isMoment` says so of a sign of progress, so that it depends on what the run
 * has done, and not on the clock, when that is. How many signs there were, undefined if it was killed; rejects if it ended otherwise than
 * well.
 */
export async function observe(args, isMoment = () => false, input = undefined) {
  const child = spawn(process.execPath, [script, ...args], { stdio: "pipe" });
  const ended = new Promise((resolve) => child.once("close", (code, signal) => resolve({ code, signal })));
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  child.stdin.on("error", () => {}); // who was killed reads no more
  const brought = input && createReadStream(input);
  if (brought) brought.pipe(child.stdin);
  else child.stdin.end();
  let signs = 0;
  for await (const documents of createInterface({ input: child.stdout })) {
    if (!child.killed && isMoment({ sign: signs, documents: Number(documents) })) child.kill("SIGKILL");
    signs++;
  }
  const { code, signal } = await ended;
  brought?.destroy();
  if (code === 0) return signs;
  if (signal === "SIGKILL") return undefined;
  throw new Error(`a run must end well or be killed, got exit code ${code}: ${errors}`);
}

/** The moment which lies at a share of what is left, of `total`, once a checkpoint has been written that `isThere` looks for. */
export function momentBehind(isThere, total, share, countOf) {
  let at;
  return (seen) => {
    const count = countOf(seen);
    if (at === undefined && isThere()) at = count + share * Math.max(0, 0.9 * total - count);
    return count >= at;
  };
}
