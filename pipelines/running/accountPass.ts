import { branchesEndingIn, endsPass, type PipelineNode, pathTo } from "../graph/nodes.js";
import { accountOf, addAccounts, assertConserved } from "./conservation.js";
import type { RunState } from "./runState.js";
import type { StageAccount } from "./stageAccount.js";

/**
 * Adds to the accounts of a run where the tokens went in a pass over them, for each branch that ends in it; `stages` are the accounts of
 * the nodes that took part.
 * @throws Error if tokens went missing
 */
export function accountPass(
  { accounts, ledger }: Pick<RunState, "accounts" | "ledger">,
  head: PipelineNode,
  stages: ReadonlyMap<PipelineNode, StageAccount>,
): void {
  for (const [branch, end] of branchesEndingIn(head)) {
    const path = pathTo(end).filter((node) => stages.has(node));
    const last = path.at(-1);
    if (!last || !(last === end || endsPass(last))) continue; // its model needs no more passes
    const account = accountOf(
      branch,
      ledger,
      path.map((node) => stages.get(node)!),
    );
    assertConserved(account);
    const before = accounts.get(branch);
    accounts.set(branch, before ? addAccounts(before, account) : account);
  }
}
