import { expect } from "vitest";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { type Case, reportFigures, supervise } from "./supervise.js";

interface Killed extends Case {
  readonly name: string;
  readonly kills: number;
  readonly fault?: string;
}

/** Kills the runs of a script so often, and reports the figures. @returns the number of kills */
export async function requireSameBytes(figures: string, script: string, count: number): Promise<number> {
  const { cases, hangs } = await supervise<Killed>(script, await temporaryFolder(), count);
  expect(hangs).toEqual([]);
  expect(cases.filter(({ fault }) => fault !== undefined)).toEqual([]);
  const sum = (some: readonly Killed[]) => some.reduce((total, { kills }) => total + kills, 0);
  expect(cases.filter(({ kills }) => kills === 0)).toEqual([]);
  const rows = [...new Set(cases.map(({ name }) => name)), "all"].map((name) => {
    const own = cases.filter((one) => name === "all" || one.name === name);
    const most = Math.max(...own.map(({ kills }) => kills));
    return `| ${name} | ${sum(own)} | ${own.length} | ${most} | 0 |`;
  });
  reportFigures(figures, [
    `${sum(cases)} kills, ${hangs.length} hangs, every file of every run as in a run that was left alone:`,
    "",
    "| pipeline | kills (SIGKILL) | runs brought to their end | most kills of one run | runs that differ in any byte |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
  ]);
  return sum(cases);
}
