/**
 * What whole processes take, ours and others' in turn: from their start to their end, everything that they read and write included, with
 * the processor seconds and the peak memory that the operating system counts. GNU time does the counting.
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  /** Files for the three streams. */
  readonly input?: string;
  readonly output?: string;
  readonly messages?: string;
}

export interface Contender {
  readonly name: string;
  /** Run one after the other. */
  readonly programs: readonly Program[];
  /** What it made, looked at after the last round: further columns of the table. */
  readonly facts: () => readonly string[] | Promise<readonly string[]>;
}

export interface Cost {
  readonly seconds: number;
  /** Of all threads, in the program and in the system on its behalf. */
  readonly processorSeconds: number;
  readonly peakMegabytes: number;
}

/** What `bench/all.ts` reads of each contender. */
export interface Row {
  readonly name: string;
  /** Medians of the rounds; without it the program is not there. */
  readonly cost?: Cost;
}

const clock = "/usr/bin/time";

/** Notes a contender in the file that `bench/all.ts` names. */
function note(row: Row): void {
  if (process.env.BENCH_ROWS) appendFileSync(process.env.BENCH_ROWS, `${JSON.stringify(row)}\n`);
}

/** Tells that a program is left out. */
export function noteAbsent(name: string): void {
  if (process.env.BENCH_ALONE) return;
  console.log(`${name}: not installed, left out`);
  note({ name: `${name}: not installed` });
}

/**
 * Runs every contender so many times, in turn, and prints a table in which each is compared with the first, round by round. Where BENCH_ALONE is
 * set, none but ours.
 */
export async function compareInTurn(
  all: readonly Contender[],
  rounds: number,
  factNames: readonly string[],
): Promise<void> {
  const contenders = process.env.BENCH_ALONE ? all.filter(({ name }) => name.startsWith("lexstream")) : all;
  const costs = contenders.map((): Cost[] => []);
  const before = loadavg()[0]!;
  for (let round = 0; round < rounds; round++)
    for (let turn = 0; turn < contenders.length; turn++) {
      const which = (round + turn) % contenders.length; // nobody always comes first
      costs[which]!.push(costOf(contenders[which]!.programs));
    }
  console.log(
    `${machine()}, load ${before.toFixed(1)} before and ${loadavg()[0]!.toFixed(1)} after; rounds: ${rounds}\n`,
  );
  const columns = ["program", "wall, s", "processor, s", "peak, MB", "wall, times", "processor, times", ...factNames];
  printRow(columns);
  printRow(columns.map(() => "---"));
  for (const [i, { name, facts }] of contenders.entries()) {
    const own = costs[i]!;
    const middle = (what: keyof Cost) => median(own.map((cost) => cost[what]));
    const [seconds, processorSeconds] = [middle("seconds"), middle("processorSeconds")];
    note({ name, cost: { seconds, processorSeconds, peakMegabytes: middle("peakMegabytes") } });
    const timesFirst = (what: "seconds" | "processorSeconds") =>
      i === 0
        ? ""
        : spread(
            own.map((cost, round) => cost[what] / costs[0]![round]![what]),
            2,
          );
    printRow([
      name,
      spread(
        own.map(({ seconds }) => seconds),
        1,
      ),
      spread(
        own.map(({ processorSeconds }) => processorSeconds),
        1,
      ),
      spread(
        own.map(({ peakMegabytes }) => peakMegabytes),
        0,
      ),
      timesFirst("seconds"),
      timesFirst("processorSeconds"),
      ...(await facts()),
    ]);
  }
  console.log("\nMedian (lowest to highest); times: of the first row, round by round.\n");
}

export const lexstreamProgram = fileURLToPath(new URL("../cli/main.js", import.meta.url));

/** `lexstream run` with a config that reads a file; what it writes lies in the folder that is returned. */
export function lexstreamRun(
  folder: string,
  corpus: string,
  steps: readonly unknown[],
  format: "lines" | "labelled" = "lines",
): [Program, out: string] {
  const own = mkdtempSync(join(folder, "lexstream-"));
  const [config, out] = [join(own, "config.json"), join(own, "out")];
  writeFileSync(config, JSON.stringify({ source: { files: { paths: corpus, format } }, steps }));
  const args = [lexstreamProgram, "run", config, "--out", out, "--force", "--progress", "none"];
  return [{ command: process.execPath, args, output: "/dev/null" }, out];
}

/** Those that are installed; the others are named. */
export function installed(contenders: readonly Contender[]): Contender[] {
  return contenders.filter(({ name, programs }) => {
    const isThere = programs.every(({ command }) => spawnSync("sh", ["-c", 'command -v "$0"', command]).status === 0);
    if (!isThere) noteAbsent(name);
    return isThere;
  });
}

/** A folder that is gone when the work is done. */
export async function inScratch(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "lexstream-bench-"));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of programs that run one after the other. */
export function costOf(programs: readonly Program[]): Cost {
  const costs = programs.map(costOfOne);
  const sum = (what: "seconds" | "processorSeconds") => costs.reduce((total, cost) => total + cost[what], 0);
  return {
    seconds: sum("seconds"),
    processorSeconds: sum("processorSeconds"),
    peakMegabytes: Math.max(...costs.map(({ peakMegabytes }) => peakMegabytes)),
  };
}

function costOfOne({ command, args, input = "/dev/null", output = "/dev/null", messages }: Program): Cost {
  const folder = mkdtempSync(join(tmpdir(), "lexstream-time-"));
  const counted = join(folder, "counted");
  const told = messages ?? join(folder, "messages");
  const streams = [openSync(input, "r"), openSync(output, "w"), openSync(told, "w")];
  const started = performance.now();
  const { status, error } = spawnSync(clock, ["-f", "%U %S %M", "-o", counted, command, ...args], { stdio: streams });
  const seconds = (performance.now() - started) / 1000;
  for (const stream of streams) closeSync(stream);
  if (error) throw new Error(`bench: GNU time must be installed as ${clock}: ${error.message}`);
  if (status !== 0)
    throw new Error(`bench: ${command} must end well: ${readFileSync(told, "utf8").trim().slice(-500)}`);
  const [user, system, peakKibibytes] = readFileSync(counted, "utf8").trim().split(" ").map(Number);
  rmSync(folder, { recursive: true });
  return { seconds, processorSeconds: user! + system!, peakMegabytes: (peakKibibytes! * 1024) / 1e6 };
}

export function machine(): string {
  const [date] = new Date().toISOString().split("T");
  const processors = cpus();
  return `${date}, ${processors.length} processors ${processors[0]?.model.trim()}, ${vectorWidth()}, Node ${process.versions.node}`;
}

/** The widest vectors of the processor, which C compiled with -march=native may use; WebAssembly has 128 bits everywhere. */
function vectorWidth(): string {
  const [flags = ""] = /^(?:flags|Features)\s*:.*$/m.exec(readFileSync("/proc/cpuinfo", "utf8")) ?? [];
  const widths = {
    avx512f: "512 bits (AVX-512)",
    avx2: "256 bits (AVX2)",
    avx: "256 bits (AVX)",
    sse2: "128 bits (SSE2)",
    asimd: "128 bits (NEON)",
  };
  const widest = Object.entries(widths).find(([flag]) => new RegExp(`\\b${flag}\\b`).test(flags));
  return `vectors of ${widest?.[1] ?? "unknown width"}`;
}

export const printRow = (cells: readonly string[]) => console.log(`| ${cells.join(" | ")} |`);

function spread(numbers: readonly number[], digits: number): string {
  const [low, high, at] = [Math.min(...numbers), Math.max(...numbers), median(numbers)].map((number) =>
    number.toFixed(digits),
  );
  return numbers.length === 1 ? at! : `${at} (${low} to ${high})`;
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
