import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const { LEXSTREAM_FAULTS: keptIn, LEXSTREAM_FAULTS_MINUTES: minutes = "600" } = process.env;
/** `npm run faults` asks for the long version, and says where cases are kept to go on with; the tests run a short one. */
export const isLong = keptIn !== undefined;
export const longTime = 36_000_000;
/** For a test, in ms: nothing but a hang takes as long, however busy the machine is. */
export const hangTime = 1_200_000;
const deadline = performance.now() + Number(minutes) * 60_000;

/** For a case, in ms, and for what is prepared before the first one; most take some seconds. */
const SILENCE = isLong ? 1_800_000 : 600_000;

export interface Case {
  readonly n: number;
  /** Files that are still open after it. */
  readonly leftOpen: readonly string[];
  /** The most memory that the process had until then. */
  readonly peakMiB: number;
  readonly [key: string]: unknown;
}

export interface Report<C extends Case> {
  readonly cases: readonly C[];
  /** Cases in which nothing was heard any more: the process was ended and went on with the next one. */
  readonly hangs: readonly number[];
  readonly peakMiB: number;
}

/** A case in which nothing was heard any more. */
interface Hang {
  readonly n: number;
  readonly hangs: true;
}

/**
 * Runs the cases of a script of this folder, `node script.mjs FOLDER FROM TO`, which prints a JSON line for each, in a process of its
 * own with a small heap; a process that hangs or crashes costs one case.
 */
export async function supervise<C extends Case>(script: string, folder: string, count: number): Promise<Report<C>> {
  const heard = kept(script) as (C | Hang)[];
  const hear = (said: C | Hang) => {
    heard.push(said);
    if (keptIn) appendFileSync(join(keptIn, script), `${JSON.stringify(said)}\n`);
  };
  const next = () => (heard.at(-1)?.n ?? -1) + 1;
  while (next() < count) {
    const from = String(next());
    const errors = await runOnce<C>(script, [join(folder, from), from, String(count)], hear);
    if (performance.now() > deadline) throw new Error(`${script}: time is up; the same command goes on`);
    if (heard.length === 0) throw new Error(`${script} does not start: ${errors}`);
    if (next() < count) hear({ n: next(), hangs: true });
  }
  const isHang = (said: C | Hang): said is Hang => "hangs" in said;
  const cases = heard.filter((said): said is C => !isHang(said));
  const peakMiB = Math.max(...cases.map((one) => one.peakMiB));
  return { cases, hangs: heard.filter(isHang).map(({ n }) => n), peakMiB };
}

/** What was heard before the time was up. */
function kept(script: string): unknown[] {
  if (!keptIn || !existsSync(join(keptIn, script))) return [];
  const lines = readFileSync(join(keptIn, script), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line));
}

/** Returns what was said on standard error. */
async function runOnce<C extends Case>(
  script: string,
  args: readonly string[],
  hear: (said: C) => void,
): Promise<string> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ["--max-old-space-size=512", path, ...args], { detached: true });
  const kill = () => process.kill(-child.pid!, "SIGKILL"); // and what it has started
  const timeUp = setTimeout(kill, Math.min(longTime, deadline - performance.now()));
  let watch = setTimeout(kill, SILENCE);
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    clearTimeout(watch);
    watch = setTimeout(kill, SILENCE);
    hear(JSON.parse(line));
  }
  clearTimeout(watch);
  clearTimeout(timeUp);
  return errors;
}

/** How often each thing was said. */
export function tally(names: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort());
}

/** Keeps the rows of a table of figures for `npm run faults`, which prints them and puts them into the docs. */
export function reportFigures(name: string, lines: readonly string[]): void {
  if (keptIn) writeFileSync(join(keptIn, `${name}.md`), `${lines.join("\n")}\n`);
}
