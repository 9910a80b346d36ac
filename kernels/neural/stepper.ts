import type { MaybePromise } from "../../schemas/maybePromise.js";
import type { Floats } from "./engine.js";
import type { NetworkBatch } from "./network.js";

/** A batch as the data has it: all of its rows. */
export type StepBatch = Omit<NetworkBatch, "firstRow" | "labelScale">;

export interface SgdOptions {
  readonly kind: "sgd";
}

export interface AdamWStepOptions {
  readonly kind: "adamW";
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly decay: number;
}

export interface StepOptions {
  readonly optimiser: SgdOptions | AdamWStepOptions;
  readonly rate: number;
  /** Longest gradient, of all parameters together; a longer one is made as long. 0 for none. */
  readonly clip: number;
}

export interface StepOutcome {
  /** In nats, summed over the places where something is predicted. */
  readonly loss: number;
  readonly predicted: number;
  /** Of the classes of rows, in nats, summed over those that have one; left out by networks that tell none apart. */
  readonly labelLoss?: number;
  /** Rows whose class has the highest score; told by `evaluate`, of networks that tell classes apart. */
  readonly labelRight?: number;
  /** Behind the last place of each row (rows x stateSize); left out by networks without state. */
  readonly state?: Float32Array;
}

export interface LearnOutcome extends StepOutcome {
  /** Of the mean loss, before it was clipped. */
  readonly gradientNorm: number;
}

/**
 * Learns step by step: the gradient of a batch's mean loss, in parts whose number does not depend on threads, summed in their order.
 * `batch.step` counts steps from 0. Calls are made one after the other.
 */
export interface Stepper {
  readonly engine: string;
  /** What bytes depend on besides the data and the options. */
  readonly arithmetic: string;
  learn(batch: StepBatch, options: StepOptions): Promise<LearnOutcome>;
  /** The same without learning; nothing is dropped. */
  evaluate(batch: StepBatch): Promise<StepOutcome>;
  /** All parameters in the order of the network's forms, or what the optimiser keeps of them. */
  read(which: "values" | "first" | "second"): MaybePromise<Floats>;
  write(which: "values" | "first" | "second", values: Floats): void;
  close(): MaybePromise<void>;
}
