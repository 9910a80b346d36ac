import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/temporaryFolder.js";

/** `npm run bounds` asks for the full size, and says where the figures go. */
const { LEXSTREAM_BOUNDS: keptIn } = process.env;

/** Node with this package loaded, its garbage included, whatever it reads. */
const BASE = 160;

/**
 * The memory that a case may take at full size, in MiB, and the part of that size which `npm test` takes. The budgets ascend: there, one process
 * does all cases, and must be within each one's when that is done.
 */
const cases = {
  fastSource: { what: "a source 100 times as fast as its sink", budget: BASE + 64, part: 0.05 },
  longToken: { what: "a word without an end", budget: BASE + 64, part: 0.05 },
  fewTerms: { what: "a few terms of a fastText model, D = 100", budget: BASE + 64, part: 0.05 },
  longLine: { what: "a line without an end, English and Chinese", budget: BASE + 128, part: 0.01 },
  longRecord: { what: "a JSON record without an end", budget: BASE + 128, part: 0.05 },
  tinyDocuments: { what: "documents of one word", budget: BASE + 128, part: 0.005 },
  largeDocumentTable: {
    what: "documents and terms, ten times as large as the table's memory, and their lsa",
    budget: BASE + 128,
    part: 0.025,
  },
  manyRuns: {
    what: "runs in one process, a tenth on threads, a fifth failing or interrupted",
    budget: BASE + 256,
    part: 0.008, // up to the first that fails, behind the first on threads and the first of those that is interrupted
  },
  // 200 bytes a term in the lexicon, 300 in the vocabulary, 2 x 4 x 50 in the model, 4 x 50 in its vectors, and the table's 64 MB
  manyTerms: { what: "distinct terms: vocabulary, vectors of 50, table in 64 MB", budget: BASE + 1100, part: 0.01 },
};
const names = Object.keys(cases) as (keyof typeof cases)[];

interface Outcome {
  readonly name: string;
  readonly size: string;
  readonly found: string;
  readonly peakMiB: number;
  readonly seconds: number;
  readonly grown?: Readonly<Record<"files" | "threads" | "handles" | "heapMiB", number>>;
}

/** What one process took for the cases, one after the other. */
async function outcomesOf(chosen: readonly (keyof typeof cases)[]): Promise<Outcome[]> {
  const script = fileURLToPath(new URL("bounded.mjs", import.meta.url));
  const scaled = chosen.map((name) => `${name}=${keptIn ? 1 : cases[name].part}`);
  const args = ["--expose-gc", script, await temporaryFolder(), ...scaled];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("resource bounds", () => {
  let together: Promise<Outcome[]> | undefined;

  it.each(names)(
    "%s stays within its budget",
    async (name) => {
      if (!keptIn) together ??= outcomesOf(names);
      const outcomes = await (together ?? outcomesOf([name]));
      const { what, budget } = cases[name];
      const { size, found, peakMiB, seconds, grown } = outcomes.find((one) => one.name === name)!;
      expect(peakMiB).toBeLessThanOrEqual(budget);
      if (grown) {
        expect(Math.max(grown.files, grown.threads, grown.handles)).toBeLessThanOrEqual(0);
        expect(grown.heapMiB).toBeLessThanOrEqual(8);
      }
      const row = `| ${what} | ${size} | ${budget} MiB | ${peakMiB} MiB | ${seconds.toFixed(0)} s | ${found} |`;
      if (keptIn) writeFileSync(join(keptIn, name), row);
    },
    keptIn ? 900_000 : 600_000,
  );

  afterAll(() => {
    if (!keptIn) return;
    const missing = names.filter((name) => !existsSync(join(keptIn, name)));
    const passed = names.filter((name) => !missing.includes(name));
    const rows = passed.map((name) => readFileSync(join(keptIn, name), "utf8"));
    const head = ["| what | size | budget | peak | time | found |", "| --- | --- | --- | --- | --- | --- |"];
    const table = `\n\n${[...head, ...rows].join("\n")}\n`;
    if (missing.length === 0) writeFileSync(join(keptIn, "bounds.md"), table);
    else writeFileSync(join(keptIn, "unfinished.md"), `${table}still to run: ${missing.join(", ")}\n`);
  });
});
