import { expect, it } from "vitest";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { type Case, hangTime, isLong, longTime, reportFigures, supervise } from "./supervise.js";

interface Killed extends Case {
  readonly name: string;
  readonly kills: number;
  readonly fault?: string;
}

it(
  "ends in the same bytes after SIGKILL at random places behind a checkpoint",
  async () => {
    const { cases, hangs } = await supervise<Killed>("killer.mjs", await temporaryFolder(), isLong ? 110 : 11);
    expect(hangs).toEqual([]);
    expect(cases.filter(({ fault }) => fault !== undefined)).toEqual([]);
    const sum = (some: readonly Killed[]) => some.reduce((total, { kills }) => total + kills, 0);
    expect(cases.filter(({ kills }) => kills === 0)).toEqual([]);
    expect(sum(cases)).toBeGreaterThanOrEqual(isLong ? 200 : 10);

    const rows = [...new Set(cases.map(({ name }) => name)), "all"].map((name) => {
      const own = cases.filter((one) => name === "all" || one.name === name);
      const most = Math.max(...own.map(({ kills }) => kills));
      return `| ${name} | ${sum(own)} | ${own.length} | ${most} | 0 |`;
    });
    reportFigures("kills", [
      `${sum(cases)} kills, ${hangs.length} hangs, every file of every run as in a run that was left alone:`,
      "",
      "| pipeline | kills (SIGKILL) | runs brought to their end | most kills of one run | runs that differ in any byte |",
      "| --- | --- | --- | --- | --- |",
      ...rows,
    ]);
  },
  isLong ? longTime : hangTime,
);
