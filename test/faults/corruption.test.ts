import { expect, it } from "vitest";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { type Case, hangTime, isLong, longTime, reportFigures, supervise, tally } from "./supervise.js";

interface Damage extends Case {
  readonly name: string;
  /** Of the reader alone, and of the command line, which looks into the manifest beside the file. */
  readonly outcomes: readonly { readonly outcome: string; readonly message?: string }[];
}

/** Files with a checksum. */
const CHECKED = /^checkpoint\.|^(?!foreign\.).*\.(arrow|parquet|gz|zst|mtx)$/;

it(
  "refuses damaged files of every format, or reads from them what was written",
  async () => {
    const count = isLong ? 37_000 : 222; // 37 kinds of files
    const { cases, hangs, peakMiB } = await supervise<Damage>("corruptor.mjs", await temporaryFolder(), count);
    expect(hangs).toEqual([]);
    expect(cases).toHaveLength(count);
    const unclear = cases.filter(({ outcomes }) => outcomes.some(({ outcome }) => outcome === "unclear"));
    expect(unclear).toEqual([]);
    const silent = cases.filter(({ name, outcomes }) => CHECKED.test(name) && outcomes[0]!.outcome === "changed");
    expect(silent).toEqual([]);
    const besideManifest = cases.filter(({ outcomes }) => outcomes.length > 1);
    expect(tally(besideManifest.map(({ outcomes }) => outcomes[1]!.outcome))).toEqual({
      refused: besideManifest.length,
    });
    expect(peakMiB).toBeLessThan(400);

    const isBare = ({ name }: Damage) => name.startsWith("foreign.");
    const bare = cases.filter(isBare);
    const rows = [...new Set(cases.map(({ name }) => name))].sort().map((name) => {
      const own = cases.filter((one) => one.name === name);
      const readers = tally(own.map(({ outcomes }) => outcomes[0]!.outcome));
      const asRun = own.some(({ outcomes }) => outcomes.length > 1) ? "all refused" : "";
      return `| \`${name}\` | ${own.length} | ${readers.refused ?? 0} | ${readers.equal ?? 0} | ${readers.changed ?? 0} | ${asRun} |`;
    });
    reportFigures("corruption", [
      `${cases.length - bare.length} corruptions of files that carry a checksum or lie beside a manifest, 0 of them accepted as something else; ${bare.length} of files of other programs without either. ${hangs.length} hangs, ${unclear.length} unclear errors, at most ${peakMiB} MiB of memory:`,
      "",
      "| file | damaged | refused by the reader alone | read as it was | read as something else | beside its manifest |",
      "| --- | --- | --- | --- | --- | --- |",
      ...rows,
    ]);
  },
  isLong ? longTime : hangTime,
);
