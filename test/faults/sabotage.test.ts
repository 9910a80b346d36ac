import { expect, it } from "vitest";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { type Case, hangTime, isLong, longTime, reportFigures, supervise, tally } from "./supervise.js";

interface Sabotage extends Case {
  readonly kind: string;
  /** Something went wrong before the run was over. */
  readonly happened?: boolean;
  readonly outcome?: string;
  /** What is wrong with how the run ended. */
  readonly fault?: string;
}

it(
  "ends a run with a clear error whatever fails beneath it, and goes on to the same bytes",
  async () => {
    const count = isLong ? 1200 : 11;
    const { cases, hangs, peakMiB } = await supervise<Sabotage>("saboteur.mjs", await temporaryFolder(), count);
    expect(hangs).toEqual([]);
    expect(cases.filter(({ fault }) => fault !== undefined)).toEqual([]);
    expect(cases).toHaveLength(count);
    expect(cases.filter(({ leftOpen }) => leftOpen.length > 0)).toEqual([]);
    expect(cases.filter(({ happened }) => !happened)).toEqual([]);

    const rows = Object.entries(tally(cases.map(({ kind, outcome }) => `${kind} | ${outcome}`)));
    reportFigures("sabotage", [
      `${cases.length} failures over 3 pipelines, 0 corrupt results, ${hangs.length} hangs, 0 unclear errors, 0 files left open, at most ${peakMiB} MiB of memory:`,
      "",
      "| what fails | the run | times |",
      "| --- | --- | --- |",
      ...rows.map(([what, times]) => `| ${what} | ${times} |`),
    ]);
  },
  isLong ? longTime : hangTime,
);
