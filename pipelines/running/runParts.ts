import type { PipelineNode } from "../graph/nodes.js";
import type { ExecuteOptions } from "./executeOptions.js";
import type { KeptValues } from "./keptValues.js";
import type { ProgressReporter } from "./progressReporter.js";
import type { RunModels } from "./runModels.js";
import type { RunState } from "./runState.js";
import type { StepPauses } from "./stepPauses.js";

/** What the steps of one run share. */
export interface RunParts {
  readonly options: ExecuteOptions;
  readonly state: RunState;
  readonly values: KeptValues;
  readonly models: RunModels;
  readonly progress: ProgressReporter;
  readonly pauses: StepPauses;
  /** Makes the operator or the model of a node, for the pass of that number. */
  readonly create: (node: PipelineNode, epoch: number) => unknown;
}
