import type { HeadOptions, Network } from "../../kernels/neural/index.js";
import type { LanguageModel, NetworkSettings, SettingsOf } from "../../schemas/index.js";
import type { languageModelFields, networkFields, termModelFields } from "./languageModelFields.js";

/** Of the terms that a network reads and predicts, what it is made by. */
export type NetworkTerms = Pick<LanguageModel, "terms" | "counts">;

export type NetworkMaker = (settings: NetworkSettings, terms: NetworkTerms) => Network;

/** A kind of network: how one is made, on this thread and on others. */
export interface NetworkKind {
  readonly settings: NetworkSettings;
  readonly network: NetworkMaker;
  /** What a thread runs that learns with it. */
  readonly script: URL;
  /** What stands behind it where it learns to tell texts apart. */
  readonly head?: HeadOptions;
}

/** How a network learns, whatever stands behind it. */
export type NetworkTraining = SettingsOf<{ readonly name: string; readonly fields: typeof networkFields }>;
export type TrainingSettings = SettingsOf<{ readonly name: string; readonly fields: typeof languageModelFields }> &
  Partial<Pick<SettingsOf<{ readonly name: string; readonly fields: typeof termModelFields }>, "initialVectors">>;
