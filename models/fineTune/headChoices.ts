import type { LanguageModel, Networks } from "../../schemas/index.js";
import { requireAtMost } from "../../schemas/index.js";
import type { NetworkTraining } from "../neural/networkKind.js";
import { type MadeLanguageModel, openNetwork } from "../neural/openNetwork.js";
import type { HeadTraining } from "./headTrainer.js";

/** What is taken where nothing is said: of a model that learns with the head, and of one that stays as it is. */
const learning = { epochs: 4, learningRate: 0.0003, dropout: 0.1, layers: "last" } as const;
const frozen = { epochs: 30, learningRate: 0.01, dropout: 0, layers: "mix" } as const;

interface OpenChoices {
  readonly freeze: boolean;
  readonly epochs: number | undefined;
  readonly learningRate: number | undefined;
  readonly dropout: number | undefined;
  readonly layers: "last" | "mix" | undefined;
}

/** The options whose values depend on whether the language model learns, too. */
export function withChoices<C extends OpenChoices>(chosen: C) {
  const standard = chosen.freeze ? frozen : learning;
  return {
    ...chosen,
    epochs: chosen.epochs ?? standard.epochs,
    learningRate: chosen.learningRate ?? standard.learningRate,
    dropout: chosen.dropout ?? standard.dropout,
    layers: chosen.layers ?? standard.layers,
  };
}

/** @throws TypeError if the network is not known, or tells no layers; RangeError if the model has other tensors */
export function openBelowHead(who: string, model: LanguageModel, networks: Networks): MadeLanguageModel {
  const made = openNetwork(who, model, networks);
  if (made.network.hidden && made.script) return made;
  throw new TypeError(`${who}: the network must tell its layers, got ${model.architecture}, which does not`);
}

/** @throws RangeError if a bound of the step size is above it, or there is nothing to be patient by */
export function requireUsableRates(who: string, rates: NetworkTraining): void {
  requireAtMost(who, rates, ["minLearningRate", "learningRate"]);
  if (rates.patience > 0 && rates.holdout === 0)
    throw new RangeError(`${who}: patience must have texts kept aside to look at, got a holdout of 0`);
}

/** How a head is learned. */
export function headTraining(who: string, batchSize: number, rates: NetworkTraining): HeadTraining {
  const { optimizer, beta1, beta2, weightDecay, clip } = rates;
  const optimiser =
    optimizer === "sgd"
      ? ({ kind: "sgd" } as const)
      : ({ kind: "adamW", beta1, beta2, epsilon: 1e-8, decay: weightDecay } as const);
  return { ...rates, who, batchSize, clip, optimiser, training: rates };
}
