// Changes one line of the built code at a time and runs the tests that are about it: a mutation that they pass is a fault that nobody
// would notice. npm run mutations -- [--first N] [--last N]; the list is mutations.mjs. Whatever happens, the code is put back.
import { spawn } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { mutations } from "./mutations.mjs";

const SOURCES = "kernels/assembly/";
const MODULES = ".cache/modules"; // what tsc made, before it is bundled
const MUTANT = ".cache/mutant/"; // assembly sources with a mutation
const RESULTS = ".vitest/mutations.json";
const LONGEST = 300_000; // milliseconds that the tests of one mutation may take

const { values } = parseArgs({
  options: { first: { type: "string", default: "1" }, last: { type: "string", default: String(mutations.length) } },
});
const chosen = mutations
  .map(([file, find, replacement, tests], k) => ({ number: k + 1, file, find, replacement, tests: tests.split(" ") }))
  .slice(Number(values.first) - 1, Number(values.last));

let child;
let isStopped = false;
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    isStopped = true;
    end(child);
  });
}

const placeOf = (file) => (file.startsWith(SOURCES) ? file : join(MODULES, file));
const faults = chosen.flatMap(({ number, file, find }) => {
  const times = readFileSync(placeOf(file), "utf8").split(find).length - 1;
  return times === 1 ? [] : [`${number} ${file}: ${find} must occur once, got ${times} times`];
});
if (faults.length > 0) stop(faults.join("\n"));
const failed = await failedTest(chosen.flatMap(({ tests }) => tests));
if (isStopped) stop("stopped");
if (failed) stop(`the tests must pass before anything is mutated, got a failure of ${failed}`);

const survived = [];
for (const mutation of chosen) {
  const { number, file, find, replacement, tests } = mutation;
  const killer = await mutated(mutation, () => failedTest(tests));
  if (isStopped) stop("stopped");
  if (killer === undefined) survived.push(number);
  console.log(
    `${number} ${killer ? "killed" : "SURVIVED"} ${file}: ${find} -> ${replacement || "nothing"}${killer ? `; ${killer}` : ""}`,
  );
}
console.log(
  `${chosen.length - survived.length} of ${chosen.length} killed${survived.length > 0 ? `; survived: ${survived.join(", ")}` : ""}`,
);
process.exitCode = survived.length > 0 ? 1 : 0;

/** Does something while the code is mutated. */
async function mutated({ file, find, replacement }, action) {
  const text = readFileSync(placeOf(file), "utf8");
  const changed = text.replace(find, () => replacement);
  const isSource = file.startsWith(SOURCES);
  try {
    if (isSource) {
      cpSync(SOURCES, MUTANT, { recursive: true });
      writeFileSync(join(MUTANT, file.slice(SOURCES.length)), changed);
      await run("scripts/buildKernels.mjs", [MUTANT]);
    } else await rewrite(file, changed);
    return await action();
  } finally {
    if (isSource) await run("scripts/buildKernels.mjs", []);
    else await rewrite(file, text);
    rmSync(MUTANT, { recursive: true, force: true });
  }
}

async function rewrite(file, text) {
  writeFileSync(placeOf(file), text);
  await run("scripts/bundle.mjs", []);
}

/** The first test that fails; undefined if all pass. */
async function failedTest(names) {
  const files = [...new Set(names)].map((name) => (name === "sinks" ? "test/sinks" : `test/${name}.test.ts`));
  rmSync(RESULTS, { force: true });
  const code = await run("node_modules/vitest/vitest.mjs", [
    "run",
    ...files,
    "--bail=1",
    "--reporter=json",
    `--outputFile=${RESULTS}`,
  ]);
  if (code === 0) return undefined;
  const { testResults } = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, "utf8")) : { testResults: [] };
  const [failed] = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === "failed");
  return failed?.fullName ?? "an error outside a test";
}

/** Resolves with the exit code; a program that does not end in time is ended with all that it started. */
function run(script, args) {
  return new Promise((resolve) => {
    child = spawn(process.execPath, [script, ...args], { stdio: "ignore", detached: true });
    const tooLong = setTimeout(end, LONGEST, child);
    child.once("close", (code) => {
      clearTimeout(tooLong);
      resolve(code ?? 1);
    });
  });
}

/** Also a thread that loops forever. */
function end(program) {
  if (program?.exitCode === null) process.kill(-program.pid, "SIGKILL");
}

function stop(message) {
  console.error(message);
  process.exit(2);
}
