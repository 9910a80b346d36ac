import { TOOK } from "../../runtime/flow.js";
import type { Ledger } from "../../runtime/ledger.js";
import { branchesEndingIn, endsPass, type PipelineNode, pathTo } from "../graph/nodes.js";
import { accountOf, addAccounts, assertConserved } from "./conservation.js";
import type { RunState } from "./runState.js";
import type { StageAccount } from "./stageAccount.js";

type Stages = ReadonlyMap<PipelineNode, StageAccount>;
type Accounts = Pick<RunState, "accounts" | "leftOut" | "ledger" | "logs">;

/**
 * Adds to the accounts of a run where the tokens went in a pass over them, for each branch that ends in it, and what was left out on the
 * way to the logs that the pass wrote; `stages` are the accounts of the nodes that took part.
 * @throws Error if tokens went missing
 */
export function accountPass(state: Accounts, head: PipelineNode, stages: Stages): void {
  const { accounts, leftOut, ledger, logs } = state;
  const before = head.parent && leftOut.get(head.parent);
  const leftOutIn = (path: readonly StageAccount[]) => totalsOf([...(before ?? []), ...path.flatMap(lossesIn)]);
  for (const [branch, end] of branchesEndingIn(head)) {
    const path = pathTo(end).filter((node) => stages.has(node));
    const last = path.at(-1);
    if (!last || !(last === end || endsPass(last))) continue; // its model needs no more passes
    const own = accountsOf(path, stages);
    if (own.length > 0 && own.every(({ tokens }) => tokens === undefined)) continue; // nothing in it knows tokens
    const account = accountOf(branch, readingOf(end, ledger), own, leftOutIn(own));
    assertConserved(account);
    const soFar = accounts.get(branch);
    accounts.set(branch, soFar ? addAccounts(soFar, account) : account);
  }
  for (const node of logs.keys())
    if (stages.has(node) && !leftOut.has(node)) leftOut.set(node, leftOutIn(accountsOf(pathTo(node), stages)));
}

/** Where it was counted how much text a branch read: in its own part, if it cuts the text itself. */
function readingOf({ branch }: PipelineNode, ledger: Ledger): Ledger {
  const own = branch === undefined ? ledger : ledger.child(branch);
  return own.get("read") > 0 ? own : ledger;
}

const accountsOf = (path: readonly PipelineNode[], stages: Stages) => path.flatMap((node) => stages.get(node) ?? []);

const lossesIn = ({ own }: StageAccount) => [...own.counts].filter(([counter]) => counter !== TOOK);

function totalsOf(counts: readonly (readonly [counter: string, amount: number])[]): ReadonlyMap<string, number> {
  const totals = new Map<string, number>();
  for (const [counter, amount] of counts) totals.set(counter, (totals.get(counter) ?? 0) + amount);
  return totals;
}
