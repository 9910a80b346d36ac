import { filter, type OperatorFunction, pipe } from "rxjs";
import { feed } from "../operators/feed.js";
import type {
  ContextBatch,
  FinalCooccurrence,
  ModelSink,
  OnlineModel,
  StepStats,
  TableModel,
} from "../schemas/index.js";
import type { Checkpointer, Stage, StageStart } from "./checkpointer.js";
import type { PipelineNode } from "./nodes.js";

export interface Learning {
  readonly checkpointer: Checkpointer | undefined;
  /** Awaited between two epochs of a table. */
  readonly pause: () => Promise<void>;
}

/** Feeds a model, which goes on where an interrupted run had left it. */
export function learn(
  node: PipelineNode,
  model: ModelSink<unknown>,
  learning: Learning,
): OperatorFunction<ContextBatch, StepStats> | OperatorFunction<FinalCooccurrence, StepStats> {
  return model.consumes === "contexts" ? learnOnline(node, model, learning) : learnTable(node, model, learning);
}

/** The model passes over the batches that it knows. */
function learnOnline(
  node: PipelineNode,
  model: OnlineModel<unknown>,
  { checkpointer }: Learning,
): OperatorFunction<ContextBatch, StepStats> {
  let arrived = 0;
  let start: StageStart | undefined;
  const stage: Stage = {
    get consumed() {
      return Math.max(arrived, start?.consumed ?? 0);
    },
    isTold: model.save !== undefined,
    save: () => (start && arrived === 0 ? start.state : model.save?.()),
  };
  start = checkpointer?.begin(node, stage);
  const isNew = (batch: ContextBatch) => {
    if (start && arrived === 0) model.restore!(start.state, batch.vocabulary);
    return arrived++ >= (start?.consumed ?? 0);
  };
  return pipe(filter(isNew), feed(model));
}

function learnTable(
  node: PipelineNode,
  model: TableModel<unknown>,
  { checkpointer, pause }: Learning,
): OperatorFunction<FinalCooccurrence, StepStats> {
  let epochs = 0;
  let start: StageStart | undefined;
  const stage: Stage = {
    get consumed() {
      return (start?.consumed ?? 0) + epochs;
    },
    isTold: model.save !== undefined,
    save: () => (start && epochs === 0 ? start.state : model.save?.()),
  };
  start = checkpointer?.begin(node, stage);
  async function* fit(table: FinalCooccurrence): AsyncGenerator<StepStats> {
    if (start) model.restore!(start.state);
    for await (const stats of model.fit(table)) {
      yield stats;
      epochs++;
      checkpointer?.count(stats.examples);
      await pause();
    }
  }
  return feed({ ...model, fit });
}
