// Fuzzes for so many seconds, or up to so many cases of each target: npm run fuzz -- [--seconds 60] [--cases 1000000] [--seed 1]
// [target ...]. A case that fails is made small, printed, and kept in test/fixtures/fuzz, where `npm test` tries it again.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: "string", default: "60" },
    cases: { type: "string", default: "1000000000" },
    seed: { type: "string", default: "1" },
  },
});
const all = [
  ...readFileSync("test/fuzz/targets/index.ts", "utf8")
    .match(/targets = \[([^\]]*)\]/)[1]
    .matchAll(/\w+/g),
].map(([name]) => name);
const names = positionals.length > 0 ? positionals : all;
const unknown = names.filter((name) => !all.includes(name));
if (unknown.length > 0) throw new Error(`fuzz: targets are ${all.join(", ")}, got ${unknown.join(", ")}`);

const underWay = ".vitest/fuzz";
rmSync(underWay, { recursive: true, force: true });
const seconds = Number(values.seconds) / names.length;
const child = spawn("npx", ["vitest", "run", "test/fuzz", "--disable-console-intercept"], {
  stdio: "inherit",
  detached: true,
  env: {
    ...process.env,
    LEXSTREAM_FUZZ: names.join(","),
    LEXSTREAM_FUZZ_SECONDS: String(seconds),
    LEXSTREAM_FUZZ_CASES: values.cases,
    LEXSTREAM_FUZZ_SEED: values.seed,
  },
});
/** A case that never gives the thread back cannot be ended from inside. */
const watch = setTimeout(
  () => {
    process.kill(-child.pid, "SIGKILL");
    for (const file of readdirSync(underWay))
      console.error(`under way: ${file} ${readFileSync(`${underWay}/${file}`, "utf8").split("\n")[0]}`);
  },
  (Number(values.seconds) + 60 * names.length) * 1000,
);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.kill(-child.pid, signal));
child.once("close", (code) => {
  clearTimeout(watch);
  process.exitCode = code ?? 1;
});
