import type { FlowGate } from "../../runtime/flow.js";
import type { Ledger } from "../../runtime/ledger.js";
import type { SourcePosition } from "../../schemas/index.js";
import type { PipelineNode } from "../graph/nodes.js";
import type { Conservation } from "./conservation.js";

/** How far a run has come, for people to watch. */
export interface Progress {
  /** The node that begins the step under way, as in `plannedSteps`. */
  readonly step: string;
  /** How much of the step is done, from 0 to 1; undefined where nobody knows how much there is. */
  readonly share: number | undefined;
  /** `reading`, `epoch 2 of 5`, `glove`. */
  readonly stage: string;
  readonly done: number;
  readonly total: number | undefined;
  readonly unit: "bytes" | "tokens" | "epochs";
  /** Of a source that may never end. */
  readonly live?: LiveProgress;
  /** Examples and summed loss since the stage began, by model; what lies between two reports is their difference. */
  readonly losses: ReadonlyMap<string, EpochLoss>;
  /** Mean loss of what is held out, behind the last pass that is over, by model; left out before the first. */
  readonly heldOut?: ReadonlyMap<string, number>;
  /** What else is told of it, by model and name. */
  readonly heldOutScores?: ReadonlyMap<string, HeldOutScores>;
}

/** What a run over a live source has come to. */
export interface LiveProgress {
  readonly documents: number;
  /** Distinct terms that a model learns; undefined before the first. */
  readonly vocabulary: number | undefined;
  /** What is known to wait behind what was read; undefined where the source cannot tell. */
  readonly waiting?: SourcePosition["waiting"];
  /** What was counted of `inputFaults`. */
  readonly faults: Readonly<Record<string, number>>;
}

/** What is done with what a model has learned so far, now and then, and when a run over a live source is stopped. */
export interface Chore {
  /** Milliseconds until it is done again, asked for each time. */
  readonly every: () => number;
  /** Of which models; all if left out. */
  readonly of?: (model: PipelineNode) => boolean;
  /** `take` makes a copy of what the model has learned so far; undefined if that is nothing. */
  readonly run: (model: PipelineNode, take: () => Promise<unknown>, ledger: Ledger) => Promise<void>;
}

export type HeldOutScores = Readonly<Record<string, number>>;

/** Examples and summed loss of one epoch; without a loss, of a model that has none. */
export interface EpochLoss {
  readonly examples: number;
  readonly loss?: number;
  /** Mean loss of what the model holds out, behind the epoch. */
  readonly heldOut?: number;
  /** What else the model tells of it, by name. */
  readonly heldOutScores?: HeldOutScores;
}

export function addLosses(before: EpochLoss | undefined, { examples, loss }: EpochLoss): EpochLoss {
  const all = (before?.examples ?? 0) + examples;
  return loss === undefined ? { examples: all } : { examples: all, loss: (before?.loss ?? 0) + loss };
}

export interface Execution {
  /** Losses of each model node, by epoch. */
  readonly losses: ReadonlyMap<PipelineNode, readonly EpochLoss[]>;
  /** What the result of each model node says of itself: model, options, arithmetic, corpus. */
  readonly origins: ReadonlyMap<PipelineNode, ReadonlyMap<string, string>>;
  /** Where the tokens went, by branch. */
  readonly conservation: readonly Conservation[];
}

/** What can be watched of a pass under way. */
export interface PassView {
  readonly gate: FlowGate;
  /** How many tokens each node has dealt with, by its id, of those that know tokens. */
  tokens(): ReadonlyMap<string, number>;
}
