import { ADDED } from "../../runtime/flow.js";
import type { Ledger } from "../../runtime/ledger.js";
import { plural } from "../../schemas/plural.js";
import type { StageAccount } from "./stageAccount.js";

/** What is told only where there is some. */
const RARE = {
  belowMinDocuments: "below minDocuments",
  aboveMaxDocuments: "above maxDocuments",
  joined: "joined",
  dropped: "dropped",
  replaced: "replaced",
  onlyTargets: "only predicted",
  alone: "alone",
} as const;
const LOSSES = [
  ...(["belowMinCount", "truncated", "pruned", "subsampled", "rejected"] as const),
  ...(Object.keys(RARE) as readonly (keyof typeof RARE)[]),
] as const;

/**
 * Where every token that a branch read went: read + added (n-grams) = used + belowMinCount + truncated + pruned + subsampled + rejected +
 * belowMinDocuments + aboveMaxDocuments + joined (to the token before) + dropped (by its term) + replaced
 * (its term lost its row to another one before the document was whole) + onlyTargets (last of its text, so that nothing is predicted
 * from it) + alone (in its document, so that there is nothing to predict).
 */
export interface Conservation extends Readonly<Record<(typeof LOSSES)[number], number>> {
  /** A branch of the config, or "all" where there are none. */
  readonly branch: string;
  /** Passes over the tokens; every token is read once in each. */
  readonly epochs: number;
  readonly read: number;
  readonly used: number;
  /** Tokens that were made of others, in a pass; left out where there are none. */
  readonly added?: number;
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
    belowMinDocuments: left("belowMinDocuments"),
    aboveMaxDocuments: left("aboveMaxDocuments"),
    joined: left("joined"),
    dropped: left("dropped"),
    replaced: left("replaced"),
    onlyTargets: left("onlyTargets"),
    alone: left("alone"),
    ...(left(ADDED) > 0 ? { added: left(ADDED) } : {}),
  };
}

/** Two passes of the same branch together. */
export function addAccounts(a: Conservation, b: Conservation): Conservation {
  const sum = (key: keyof Omit<Conservation, "branch">) => (a[key] ?? 0) + (b[key] ?? 0);
  const losses = Object.fromEntries(LOSSES.map((key) => [key, sum(key)])) as Pick<
    Conservation,
    (typeof LOSSES)[number]
  >;
  const added = sum("added");
  const all = { branch: a.branch, epochs: sum("epochs"), read: sum("read"), used: sum("used"), ...losses };
  return added > 0 ? { ...all, added } : all;
}

/** @throws Error if tokens went missing, which is a fault of lexstream and not of the input */
export function assertConserved(account: Conservation): void {
  const accounted = account.used + LOSSES.reduce((total, key) => total + account[key], 0);
  if (accounted !== account.read + (account.added ?? 0))
    throw new Error(`conservation: ${formatConservation(account)} must add up, got ${accounted}`);
}

/** `glove: read 1,000 = used 800 + below minCount 200 + subsampled 0 + truncated 0 + pruned 0 + rejected 0` */
export function formatConservation({ branch, epochs, added = 0, ...counts }: Conservation): string {
  const show = (count: number) => String(count).replace(/\B(?=(\d{3})+$)/g, ","); // to load Intl takes longer than most summaries
  const passes = epochs > 1 ? ` over ${plural(epochs, "epoch")}` : "";
  const { read, used, belowMinCount, subsampled, truncated, pruned, rejected } = counts;
  const rare = Object.entries(RARE)
    .filter(([loss]) => counts[loss as keyof typeof RARE] > 0)
    .map(([loss, text]) => ` + ${text} ${show(counts[loss as keyof typeof RARE])}`);
  const made = added > 0 ? ` + added ${show(added)}` : "";
  return (
    `${branch}: read ${show(read)}${passes}${made} = used ${show(used)} + below minCount ${show(belowMinCount)} + ` +
    `subsampled ${show(subsampled)} + truncated ${show(truncated)} + pruned ${show(pruned)} + rejected ${show(rejected)}${rare.join("")}`
  );
}
