import type { Observable } from "rxjs";
import type { Ledger } from "../../runtime/ledger.js";
import type { Rejection, TextBatch } from "../../schemas/index.js";
import type { Checkpointer } from "../checkpoint/checkpointer.js";
import type { SavedState } from "../checkpoint/savedState.js";
import type { PipelineNode } from "../graph/nodes.js";
import type { RejectedSoFar } from "./deadLetters.js";
import type { Chore, PassView, Progress } from "./progress.js";

export interface ExecuteOptions {
  /** The text, from its beginning, or for a live source from a cursor. */
  readonly source: (from?: string) => Observable<TextBatch>;
  /** Size of the whole input in bytes as they are read, if known. */
  readonly sourceBytes: number | undefined;
  /** Where the log of a stream goes; its owner removes it. */
  readonly logPath: (name: string) => string;
  /** Writes down how far the run has come. */
  readonly checkpointer?: Checkpointer | undefined;
  /** Where an earlier run stopped, to go on from. */
  readonly from?: SavedState | undefined;
  /** Ends the run well between two batches of a live source, after a checkpoint. */
  readonly stop?: AbortSignal | undefined;
  /** Done now and then between two batches that models learn from. */
  readonly chores?: readonly Chore[];
  readonly ledger: Ledger;
  /** The options of a node with its files resolved. */
  readonly optionsOf: (node: PipelineNode) => Readonly<Record<string, unknown>>;
  /** What the result of a model is told of its origin. */
  readonly metadata?: (model: PipelineNode) => Promise<ReadonlyMap<string, string>>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Sees each pass when it begins. */
  readonly onPass?: ((pass: PassView) => void) | undefined;
  /** Hears one line of each model that says how it computes. */
  readonly onNotice?: ((notice: string) => void) | undefined;
  /** Sees every document that the source rejects. */
  readonly onRejected?: ((rejection: Rejection) => void) | undefined;
  /** The source was read; it will not be read again. */
  readonly onSourceRead?: (() => void) | undefined;
  /** Awaited before each step and each epoch over kept tokens: rejects where the inputs are not as they were. */
  readonly requireInputs?: (() => Promise<void>) | undefined;
  /** Makes sure that the list of rejected documents outlives the process. */
  readonly settleRejected?: (() => RejectedSoFar | undefined) | undefined;
  /** Sees every value that a node makes; batches are made whole for it, whoever reads them. */
  readonly onValue?: ((node: PipelineNode, value: unknown) => void) | undefined;
  /** False where `onValue` does not look into batches: they are made as those who read them need them. */
  readonly seesBatches?: boolean;
}
