import type { SourcePosition, TextBatch } from "../../schemas/index.js";
import type { PipelineNode } from "../graph/nodes.js";
import { faultsIn } from "./inputFaults.js";
import { LivePauses } from "./livePauses.js";
import { LiveVocabulary } from "./liveVocabulary.js";
import { Pass } from "./pass.js";
import { afterEach } from "./passOperators.js";
import type { PassPlan } from "./planner.js";
import type { RunParts } from "./runParts.js";

/** The pass over a live source, from the place where an earlier run stopped, with pauses between its batches. */
export async function followLive(parts: RunParts, root: PipelineNode, plan: PassPlan): Promise<Pass> {
  const { source, from, checkpointer, ledger } = parts.options;
  const live = new LiveVocabulary();
  const pass = new Pass(parts, plan, { ledger, live });
  const pauses = pausesOf(parts, plan);
  const report = (last?: SourcePosition) => reportLive(parts, live, last);
  let counted = ledger.get("read");
  const watch = afterEach(({ position }: TextBatch) => {
    const read = ledger.get("read");
    checkpointer?.count(read - counted);
    counted = read;
    report(position);
  });
  if (checkpointer) checkpointer.onDue = pauses.look;
  checkpointer?.mark(parts.state, false);
  parts.progress.enter("live", root);
  report();
  parts.pauses.willCome = true;
  try {
    await pass.run(source(from?.place?.cursor).pipe(pauses.operator, watch), root.children);
  } finally {
    pauses.close();
    parts.pauses.willCome = false;
  }
  return pass;
}

/** Checkpoints with the place in the source, and the chores. */
function pausesOf({ options, state, models }: RunParts, plan: PassPlan): LivePauses {
  const { signal, stop, checkpointer, settleRejected, chores = [] } = options;
  return new LivePauses({
    checkpoint: checkpointer && {
      isDue: () => checkpointer.isDue,
      take: (cursor) => checkpointer.takeInSource(state, { cursor, rejected: settleRejected?.() }),
    },
    repeated: chores.map((chore) => ({ every: chore.every, run: () => models.snapshots(chore, plan.models) })),
    signal,
    stop,
  });
}

function reportLive({ progress, options }: RunParts, { size }: LiveVocabulary, last?: SourcePosition): void {
  const { ledger } = options;
  const counted = { documents: ledger.get("documents"), vocabulary: size, faults: faultsIn(ledger.counts) };
  const live = { ...counted, ...(last?.waiting ? { waiting: last.waiting } : {}) };
  progress.report({ done: ledger.get("read"), total: undefined, unit: "tokens", live });
}
