import type { Ledger } from "../../runtime/ledger.js";
import { plural } from "../../schemas/plural.js";
import type { StageAccount } from "./stageAccount.js";

const LOSSES = ["belowMinCount", "truncated", "pruned", "subsampled", "rejected", "joined", "dropped"] as const;

/** Where every token that a branch read went: read = used + belowMinCount + truncated + pruned + subsampled + rejected + joined (to the token before) + dropped (by its term). */
export interface Conservation extends Readonly<Record<(typeof LOSSES)[number], number>> {
  /** A branch of the config, or "all" where there are none. */
  readonly branch: string;
  /** Passes over the tokens; every token is read once in each. */
  readonly epochs: number;
  readonly read: number;
  readonly used: number;
}

/**
 * The account of one pass of a branch, from the last of its stages that knows tokens and from what was left out in all of them, and before
 * that, on the way to the log that the pass reads. `source` counted the reading of the text.
 */
export function accountOf(
  branch: string,
  source: Ledger,
  stages: readonly StageAccount[],
  leftOut: ReadonlyMap<string, number>,
): Conservation {
  const left = (counter: string) => leftOut.get(counter) ?? 0;
  const read = source.get("read");
  const rejected = source.get("rejected");
  return {
    branch,
    epochs: 1,
    read,
    used: stages.findLast(({ tokens }) => tokens !== undefined)?.tokens ?? read - rejected,
    belowMinCount: left("belowMinCount"),
    truncated: left("truncated"),
    pruned: left("pruned"),
    subsampled: left("subsampled"),
    rejected,
    joined: left("joined"),
    dropped: left("dropped"),
  };
}

/** Two passes of the same branch together. */
export function addAccounts(a: Conservation, b: Conservation): Conservation {
  const sum = (key: keyof Omit<Conservation, "branch">) => a[key] + b[key];
  const losses = Object.fromEntries(LOSSES.map((key) => [key, sum(key)])) as Pick<
    Conservation,
    (typeof LOSSES)[number]
  >;
  return { branch: a.branch, epochs: sum("epochs"), read: sum("read"), used: sum("used"), ...losses };
}

/** @throws Error if tokens went missing, which is a fault of lexstream and not of the input */
export function assertConserved(account: Conservation): void {
  const accounted = account.used + LOSSES.reduce((total, key) => total + account[key], 0);
  if (accounted !== account.read)
    throw new Error(`conservation: ${formatConservation(account)} must add up, got ${accounted}`);
}

/** `glove: read 1,000 = used 800 + below minCount 200 + subsampled 0 + truncated 0 + pruned 0 + rejected 0` */
export function formatConservation({ branch, epochs, ...counts }: Conservation): string {
  const show = (count: number) => String(count).replace(/\B(?=(\d{3})+$)/g, ","); // to load Intl takes longer than most summaries
  const passes = epochs > 1 ? ` over ${plural(epochs, "epoch")}` : "";
  const { read, used, belowMinCount, subsampled, truncated, pruned, rejected } = counts;
  const rare = (["joined", "dropped"] as const)
    .filter((loss) => counts[loss] > 0)
    .map((loss) => ` + ${loss} ${show(counts[loss])}`);
  return (
    `${branch}: read ${show(read)}${passes} = used ${show(used)} + below minCount ${show(belowMinCount)} + ` +
    `subsampled ${show(subsampled)} + truncated ${show(truncated)} + pruned ${show(pruned)} + rejected ${show(rejected)}${rare.join("")}`
  );
}
