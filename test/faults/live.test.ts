import { expect, it } from "vitest";
import { natsServerCommand } from "../support/startNats.mjs";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { type Case, hangTime, isLong, longTime, reportFigures, supervise } from "./supervise.js";

interface Killed extends Case {
  readonly name: string;
  readonly kills: number;
  /** Kills after which the run went on in the middle of its source. */
  readonly inSource: number;
  readonly fault?: string;
}

const killed: string[] = [];

it(
  "loses nothing and counts nothing twice of a live source, wherever it is killed, and learns the same vectors",
  async () => {
    const count = natsServerCommand ? 3 : 2;
    const { cases, hangs } = await supervise<Killed>("liveKiller.mjs", await temporaryFolder(), count);
    expect(hangs).toEqual([]);
    expect(cases.filter(({ fault }) => fault !== undefined)).toEqual([]);
    expect(cases.filter(({ inSource }) => inSource === 0)).toEqual([]);
    killed.push(...cases.map(({ name }) => name));
    const kills = cases.reduce((total, one) => total + one.kills, 0);
    reportFigures("live", [
      `${kills} kills, ${hangs.length} hangs, documents, tokens and each term counted as often as they came, every file as in a run that was left alone:`,
      "",
      "| source | kills (SIGKILL) | of these, gone on with in the middle of the source | peak memory of the harness, MiB |",
      "| --- | --- | --- | --- |",
      ...cases.map(({ name, kills, inSource, peakMiB }) => `| ${name} | ${kills} | ${inSource} | ${peakMiB} |`),
    ]);
  },
  isLong ? longTime : hangTime,
);

it("was so killed over a NATS stream, too", ({ skip }) => {
  skip(natsServerCommand === undefined, "nats-server is not installed, which apt-get install nats-server does");
  expect(killed).toContain("NATS stream");
});
