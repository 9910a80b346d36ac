import { bagWeightBytes } from "../../kernels/linear/bagMemory.js";
import { type BagEngine, type BagSettings, BagTrainer } from "../../kernels/linear/bagTrainer.js";
import { workersBeside } from "../trainingKernel.js";
import { BagThreads } from "./bagThreads.js";

export interface BagEngineOptions {
  readonly workers: number | undefined;
  readonly deterministic: boolean;
  readonly kernel: "auto" | "plain" | "reference";
}

const MAX_BYTES = 3.9 * 2 ** 30;

/**
 * What trains a linear model over bags of features, as its options say.
 * @param who the model, for messages
 * @throws RangeError if its weights could exceed what a 32-bit memory holds
 */
export function bagEngine(who: string, settings: BagSettings, options: BagEngineOptions): BagEngine {
  requireRoom(who, settings);
  const { deterministic, kernel } = options;
  if (kernel === "reference") return new BagTrainer(settings);
  const workers = options.workers ?? workersBeside(deterministic);
  return new BagThreads(settings, { who, workers, deterministic, fused: kernel === "auto" });
}

function requireRoom(who: string, { inputRows, outputRows, vectorSize }: BagSettings): void {
  const bytes = bagWeightBytes(inputRows + outputRows, vectorSize);
  if (bytes <= MAX_BYTES) return;
  const found = `${inputRows + outputRows} rows x ${vectorSize} = ${(bytes / 2 ** 30).toFixed(1)} GiB`;
  throw new RangeError(
    `${who}: weights must fit into 3.9 GiB, got ${found}; lower buckets or vectorSize, or raise minCount`,
  );
}
