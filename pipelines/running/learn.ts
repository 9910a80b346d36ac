import { defer, filter, type OperatorFunction } from "rxjs";
import { vocabularyOf } from "../../kernels/vocabulary/vocabulary.js";
import { feed } from "../../operators/feed.js";
import { currentScope } from "../../runtime/flow.js";
import type { Kind, Kinds, MaybePromise, Model, ModelContext, StepStats, Vocabulary } from "../../schemas/index.js";
import type { Checkpointer, Stage, StageStart } from "../checkpoint/checkpointer.js";
import type { PipelineNode } from "../graph/nodes.js";
import { ownAmountIn } from "./stageAccount.js";

export interface Learning {
  readonly checkpointer: Checkpointer | undefined;
  /** A run that goes on brings the batches of the step under way again. */
  readonly bringsAgain: boolean;
  /** Lets a model go on as soon as the vocabulary of its batches is known, though none has come yet. */
  readonly onVocabulary: (goOn: (vocabulary: Vocabulary) => void) => void;
  /** Awaited between two epochs of a fit, with how many are done. */
  readonly pause: (epochs: number) => Promise<void>;
}

/** Feeds a model, which goes on where an interrupted run had left it. */
export function learn(node: PipelineNode, model: Model, learning: Learning): OperatorFunction<Kinds[Kind], StepStats> {
  return model.fit ? learnWhole(node, model, model.fit, learning) : learnStream(node, model, learning);
}

/** Begins a model, or lets it go on from a state; once. */
function beginner(model: Model, start: StageStart | undefined) {
  let begun: { readonly done: MaybePromise<void> } | undefined;
  return (context: ModelContext): MaybePromise<void> => {
    begun ??= { done: start ? model.restore!(start.state, context) : model.begin?.(context) };
    return begun.done;
  };
}

/** The model passes over the batches that it knows, where they come again. */
function learnStream(
  node: PipelineNode,
  model: Model,
  { checkpointer, bringsAgain, onVocabulary }: Learning,
): OperatorFunction<Kinds[Kind], StepStats> {
  let arrived = 0;
  let start: StageStart | undefined;
  let restored: MaybePromise<void>;
  const stage: Stage = {
    get consumed() {
      const known = start?.consumed ?? 0;
      return bringsAgain ? Math.max(arrived, known) : known + arrived;
    },
    isTold: model.save !== undefined,
    save: () => (start && arrived === 0 ? start.state : model.save?.()),
  };
  start = checkpointer?.begin(node, stage);
  const begin = beginner(model, start);
  const known = bringsAgain ? (start?.consumed ?? 0) : 0;
  const goOn = (vocabulary: Vocabulary | undefined) => {
    if (start) restored = begin({ vocabulary }); // feed awaits it before the first update
  };
  onVocabulary(goOn);
  const { endStream } = model;
  const ending = endStream ? { endStream: async () => Promise.resolve(restored).then(endStream) } : {};
  const learnFrom = feed({ ...model, begin, ...ending }, node.parent!.makes);
  return (batches) =>
    defer(() => {
      const scope = currentScope();
      const isNew = (batch: Kinds[Kind]) => {
        goOn(vocabularyOf(batch));
        if (arrived++ >= known) return true;
        scope.took(ownAmountIn(node.parent!.makes, batch)); // in an earlier run
        return false;
      };
      return batches.pipe(filter(isNew), learnFrom);
    });
}

function learnWhole(
  node: PipelineNode,
  model: Model,
  learnFrom: NonNullable<Model["fit"]>,
  { checkpointer, pause }: Learning,
): OperatorFunction<Kinds[Kind], StepStats> {
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
  async function* fitAndPause(whole: Kinds[Kind], signal?: AbortSignal): AsyncGenerator<StepStats> {
    for await (const stats of learnFrom(whole, signal)) {
      yield stats;
      epochs++;
      checkpointer?.count(stats.examples);
      await pause(stats.epoch + 1);
    }
  }
  return feed({ ...model, begin: beginner(model, start), fit: fitAndPause }, node.parent!.makes);
}
