import type { StageState } from "../../schemas/index.js";
import type { FileRecord } from "../record/fileRecord.js";
import type { RejectedSoFar } from "../running/deadLetters.js";
import type { RunRecord } from "../running/runState.js";
import type { LogSize } from "../running/streamLog.js";
import type { SavedValue } from "./savedValues.js";

export interface SavedLog {
  readonly file: string;
  readonly size: LogSize;
  /** The id of the value that its batches share; a log without batches has none. */
  readonly shared: string | undefined;
}

/** A stage within the step under way: its state, once it had taken in so many inputs of that step. */
export interface SavedStage {
  readonly consumed: number;
  readonly facts: StageState["facts"];
  /** The file of each array. */
  readonly arrays: readonly (readonly [name: string, file: string])[];
}

/** What `state.json` says of the other files, and all that lies in none. */
export interface SavedState {
  /** What was written under its own name so far. */
  readonly outputs: readonly FileRecord[];
  /** Checkpoints so far: each has files of its own. */
  readonly serial: number;
  readonly run: RunRecord;
  readonly values: readonly (readonly [id: string, value: SavedValue])[];
  readonly logs: readonly (readonly [node: string, log: SavedLog])[];
  readonly stages: readonly (readonly [node: string, stage: SavedStage])[];
  /** Where a pass over a live source goes on; missing once that pass is over, or where it begins anew. */
  readonly place?: SourcePlace | undefined;
}

/** How far a pass over a live source has come. */
export interface SourcePlace {
  readonly cursor: string;
  /** What was written of the list of rejected documents. */
  readonly rejected?: RejectedSoFar | undefined;
}
