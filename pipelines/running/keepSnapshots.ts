import { type PipelineNode, readersOf } from "../graph/nodes.js";
import type { RunParts } from "./runParts.js";

/**
 * Keeps what a model has learned by an epoch, for those behind it that read that epoch before the result.
 * State: the parts that each reader needs, until it has read them.
 */
export async function keepSnapshots({ state, models }: RunParts, node: PipelineNode, epoch: number): Promise<void> {
  const model = models.of(node);
  const wanting = readersOf(node).flatMap((reader) => {
    const wanted = reader.unit.snapshots?.(reader.options as never);
    return wanted && isWanted(epoch, model.epochs, wanted.count) ? [{ reader, wanted }] : [];
  });
  const learned = wanting.length > 0 ? await model.snapshot?.() : undefined;
  if (learned === undefined) return;
  for (const { reader, wanted } of wanting)
    state.snapshots.set(reader, [...(state.snapshots.get(reader) ?? []), wanted.part(learned as never)]);
}

/** Of epochs that are spread evenly; the last one is the result. */
function isWanted(epoch: number, epochs: number, count: number): boolean {
  const wanted = Array.from({ length: count - 1 }, (_, k) => Math.round(((k + 1) * epochs) / count));
  return epoch < epochs && wanted.includes(epoch);
}
