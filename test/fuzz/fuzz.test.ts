import { createHash } from "node:crypto";
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { targets } from "./targets/index.js";

/** `npm run fuzz` says what is fuzzed and for how long; the tests take a few cases of each target. */
const names = process.env.LEXSTREAM_FUZZ?.split(",") ?? targets.map(({ name }) => name);
const seconds = Number(process.env.LEXSTREAM_FUZZ_SECONDS ?? 0);
const most = Number(process.env.LEXSTREAM_FUZZ_CASES ?? 1e9);
const seed = Number(process.env.LEXSTREAM_FUZZ_SEED ?? 1);
const found = join(import.meta.dirname, "../fixtures/fuzz");
/** Where the case under way stands, for those that never end. */
const underWay = ".vitest/fuzz";
/** In ms, for a case: the tests only end what hangs, on however busy a machine. */
const limit = seconds > 0 ? 20_000 : 120_000;

const foundCases = (name: string): unknown[] =>
  existsSync(found)
    ? readdirSync(found)
        .filter((file) => file.startsWith(`${name}-`))
        .map((file) => JSON.parse(readFileSync(join(found, file), "utf8")))
    : [];

function keep(name: string, one: unknown): string {
  const text = `${JSON.stringify(one)}\n`;
  const path = join(found, `${name}-${createHash("sha256").update(text).digest("hex").slice(0, 8)}.json`);
  writeFileSync(path, text);
  return path;
}

describe.each(targets.filter(({ name }) => names.includes(name)))("fuzzing $name", ({ name, prepare }) => {
  it("finds nothing in new cases, nor in those that were found once", {
    timeout: seconds * 1000 + 180_000,
  }, async () => {
    const { cases, check } = await prepare(await temporaryFolder());
    for (const one of foundCases(name)) await check(one);
    if (seconds > 0) mkdirSync(underWay, { recursive: true });
    const file = seconds > 0 ? openSync(join(underWay, `${name}.json`), "w") : undefined;
    let checked = Promise.resolve();
    const property = fc.asyncProperty(cases, (one) => {
      if (file !== undefined) writeSync(file, `${JSON.stringify(one)}\n`, 0); // over the last one, which is quicker than a new file
      checked = (async () => check(one))();
      return checked;
    });
    const length = seconds > 0 ? { numRuns: most, interruptAfterTimeLimit: seconds * 1000 } : { numRuns: 25 };
    const begun = performance.now();
    const result = await fc.check(property, { seed, timeout: limit, ...length });
    await checked.catch(() => {}); // when the time was up it went on
    if (seconds > 0)
      console.log(
        `${name}: ${result.numRuns} cases in ${Math.round((performance.now() - begun) / 1000)} s, seed ${seed}`,
      );
    if (!result.failed) return;
    const [one] = result.counterexample ?? [];
    const place = seconds > 0 ? `kept as ${keep(name, one)}` : "npm run fuzz keeps it";
    throw new Error(`${place}: ${JSON.stringify(one)}`, { cause: result.errorInstance });
  });
});

it("has a target for every case that was found", () => {
  const kept = existsSync(found) ? readdirSync(found).map((file) => file.split("-")[0]) : [];
  expect(kept.filter((name) => !targets.some((target) => target.name === name))).toEqual([]);
});
