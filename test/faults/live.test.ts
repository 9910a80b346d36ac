import { expect, it } from "vitest";
import { natsServerCommand } from "../support/startNats.mjs";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { type Case, isLong, longTime, reportFigures, supervise } from "./supervise.js";

interface Killed extends Case {
  readonly name: string;
  readonly kills: number;
  /** Kills after which the run went on in the middle of its source. */
  readonly inSource: number;
  readonly fault?: string;
}

it(
  "loses nothing and counts nothing twice of a live source, whenever it is killed, and learns the same vectors",
  async () => {
    const { cases, hangs } = await supervise<Killed>(
      "liveKiller.mjs",
      await temporaryFolder(),
      natsServerCommand ? 3 : 2,
      isLong ? 1_800_000 : undefined, // a case kills many times
    );
    expect(hangs).toEqual([]);
    expect(cases.filter(({ fault }) => fault !== undefined)).toEqual([]);
    const sum = (of: "kills" | "inSource") => cases.reduce((total, one) => total + one[of], 0);
    expect(sum("inSource")).toBeGreaterThan(0);
    reportFigures("live", [
      `${sum("kills")} kills, ${hangs.length} hangs, documents, tokens and each term counted as often as they came, every file as in a run that was left alone:`,
      "",
      "| source | kills (SIGKILL) | of these, gone on with in the middle of the source | peak memory of the harness, MiB |",
      "| --- | --- | --- | --- |",
      ...cases.map(({ name, kills, inSource, peakMiB }) => `| ${name} | ${kills} | ${inSource} | ${peakMiB} |`),
    ]);
  },
  isLong ? longTime : 120_000,
);
