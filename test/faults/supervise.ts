import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** `npm run faults` asks for the long version; the tests run a short one. */
export const isLong = process.env.LEXSTREAM_FAULTS === "long";
export const longTime = 3_600_000;

const SILENCE = 120_000; // ms; a case takes some seconds at most

export interface Case {
  readonly n: number;
  readonly [key: string]: unknown;
}

export interface Report<C extends Case> {
  readonly cases: readonly C[];
  /** Cases in which nothing was heard any more: the process was ended and went on with the next one. */
  readonly hangs: readonly number[];
  readonly peakMiB: number;
  /** Files that were open when all cases were done. */
  readonly leftOpen: readonly string[];
}

/** What a script says when it is done. */
interface End {
  readonly done: true;
  readonly peakMiB: number;
  readonly leftOpen: readonly string[];
}

/**
 * Runs the cases of a script of this folder, `node script.mjs FOLDER FROM TO`, which prints a JSON line for each, in a process of its
 * own with a small heap; a process that hangs or crashes costs one case.
 */
export async function supervise<C extends Case>(script: string, folder: string, count: number): Promise<Report<C>> {
  const cases: C[] = [];
  const hangs: number[] = [];
  for (let from = 0; ; ) {
    const place = join(folder, String(from));
    const part = await runOnce<C>(script, [place, String(from), String(count)]);
    cases.push(...part.cases);
    if (part.end) return { cases, hangs, ...part.end };
    const stuck = (part.cases.at(-1)?.n ?? from - 1) + 1;
    if (part.cases.length === 0 && stuck === 0) throw new Error(`${script} does not start: ${part.errors}`);
    hangs.push(stuck);
    from = stuck + 1;
  }
}

async function runOnce<C extends Case>(script: string, args: readonly string[]) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ["--max-old-space-size=512", path, ...args], { detached: true });
  const kill = () => process.kill(-child.pid!, "SIGKILL"); // and what it has started
  let watch = setTimeout(kill, SILENCE);
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const cases: C[] = [];
  let end: End | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    clearTimeout(watch);
    watch = setTimeout(kill, SILENCE);
    const said = JSON.parse(line) as C | End;
    if ("done" in said) end = said as End;
    else cases.push(said);
  }
  clearTimeout(watch);
  return { cases, end, errors };
}

/** How often each thing was said. */
export function tally(names: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort());
}

/** Keeps the rows of a table of figures for `npm run faults`, which prints them and puts them into the docs. */
export function reportFigures(name: string, lines: readonly string[]): void {
  if (!isLong) return;
  mkdirSync(".vitest/faults", { recursive: true });
  writeFileSync(`.vitest/faults/${name}.md`, `${lines.join("\n")}\n`);
}
