/**
 * What checkpoints cost: a config with and without them in turn, whole process, and how much one of them writes.
 *
 *     CORPUS=corpus.txt.gz npm run bench:checkpoints -- pipelines/configs/word2vec.yaml [--every 30s] [--rounds 5] [--first with] [--set PATH=VALUE]
 *
 * The ratios are taken within each round: of the time that passed, which tells of writing to the disk too, and of processor time, which
 * other work on the machine disturbs less. Bytes are those of the largest checkpoint that was seen.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

interface Timed {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Checkpoints that were taken, by the number that each one bears. */
  readonly checkpoints: number;
  readonly bytes: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    every: { type: "string", default: "30s" },
    rounds: { type: "string", default: "5" },
    first: { type: "string", default: "without" }, // or "with"; they take turns
    set: { type: "string", multiple: true, default: [] },
  },
});
const [config] = positionals;
if (config === undefined) throw new TypeError("bench/checkpoints: a config must be given");
const lexstream = fileURLToPath(new URL("../cli/main.js", import.meta.url));

/** Has the process tell at its end what it used, threads and all. */
const tellCpu = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from "node:fs";
  import { isMainThread } from "node:worker_threads";
  if (isMainThread) process.on("exit", () => {
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    writeSync(3, String(userCPUTime + systemCPUTime));
  });
`)}`;

const rounds: { readonly with: Timed; readonly without: Timed }[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const isFirst = (round % 2 === 0) === (values.first === "with"); // whoever comes second finds the caches warm
  const before = isFirst ? await runOnce(values.every) : undefined;
  const without = await runOnce("never");
  const found = { with: before ?? (await runOnce(values.every)), without };
  rounds.push(found);
  const { checkpoints, bytes } = found.with;
  console.log(
    `round ${round + 1}: ${told(without)} without, ${told(found.with)} with ${checkpoints} checkpoints of up to ${(bytes / 1e6).toFixed(1)} MB: ${ratios([found])}`,
  );
}
console.log(`median: ${ratios(rounds)}`);

function told({ seconds, cpuSeconds }: Timed): string {
  return `${seconds.toFixed(1)} s (processor ${cpuSeconds.toFixed(1)} s)`;
}

function ratios(some: readonly { readonly with: Timed; readonly without: Timed }[]): string {
  const of = (what: "seconds" | "cpuSeconds") => median(some.map((one) => one.with[what] / one.without[what]));
  return `ratio ${of("seconds").toFixed(3)} of time, ${of("cpuSeconds").toFixed(3)} of processor time`;
}

async function runOnce(every: string): Promise<Timed> {
  const folder = mkdtempSync(join(tmpdir(), "lexstream-checkpoints-"));
  const state = join(folder, "out/.checkpoint");
  const set = [`checkpoint.every=${every}`, ...values.set].flatMap((assignment) => ["--set", assignment]);
  const found = { checkpoints: 0, bytes: 0 };
  const watch = setInterval(() => look(state, found), 500);
  try {
    const started = performance.now();
    const child = spawn(
      process.execPath,
      ["--import", tellCpu, lexstream, "run", config!, "--out", join(folder, "out"), "--progress", "none", ...set],
      { stdio: ["ignore", "ignore", "inherit", "pipe"] },
    );
    let cpu = "";
    child.stdio[3]!.on("data", (chunk) => {
      cpu += chunk;
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    if (code !== 0) throw new Error(`bench/checkpoints: the run must end with 0, got ${code}`);
    return { seconds: (performance.now() - started) / 1000, cpuSeconds: Number(cpu) / 1e6, ...found };
  } finally {
    clearInterval(watch);
    rmSync(folder, { recursive: true });
  }
}

/** Files come and go while this looks; then it looks again a little later. */
function look(folder: string, found: { checkpoints: number; bytes: number }): void {
  try {
    if (!existsSync(join(folder, "state.json"))) return;
    const [, serial] = /"serial":(\d+)/.exec(readFileSync(join(folder, "state.json"), "utf8")) ?? [];
    found.checkpoints = Math.max(found.checkpoints, Number(serial ?? 0));
    const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    found.bytes = Math.max(found.bytes, bytes);
  } catch {
    return;
  }
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
