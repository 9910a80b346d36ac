import { filter, type OperatorFunction, pipe } from "rxjs";
import { feed } from "../operators/feed.js";
import type {
  ContextBatch,
  FinalCooccurrence,
  ModelSink,
  OnlineModel,
  StepStats,
  TableModel,
  Vocabulary,
} from "../schemas/index.js";
import type { Checkpointer, Stage, StageStart } from "./checkpointer.js";
import type { PipelineNode } from "./nodes.js";

export interface Learning {
  readonly checkpointer: Checkpointer | undefined;
  /** A run that goes on brings the batches of the step under way again. */
  readonly bringsAgain: boolean;
  /** Lets a model go on as soon as the vocabulary of its batches is known, though none has come yet. */
  readonly onVocabulary: (goOn: (vocabulary: Vocabulary) => void) => void;
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

/** The model passes over the batches that it knows, where they come again. */
function learnOnline(
  node: PipelineNode,
  model: OnlineModel<unknown>,
  { checkpointer, bringsAgain, onVocabulary }: Learning,
): OperatorFunction<ContextBatch, StepStats> {
  let arrived = 0;
  let start: StageStart | undefined;
  const stage: Stage = {
    get consumed() {
      const known = start?.consumed ?? 0;
      return bringsAgain ? Math.max(arrived, known) : known + arrived;
    },
    isTold: model.save !== undefined,
    save: () => (start && arrived === 0 ? start.state : model.save?.()),
  };
  start = checkpointer?.begin(node, stage);
  const known = bringsAgain ? (start?.consumed ?? 0) : 0;
  let goesOn = false;
  const goOn = (vocabulary: Vocabulary) => {
    if (start && !goesOn) model.restore!(start.state, vocabulary);
    goesOn = true;
  };
  if (start) onVocabulary(goOn);
  const isNew = (batch: ContextBatch) => {
    goOn(batch.vocabulary);
    return arrived++ >= known;
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
