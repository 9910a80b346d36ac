import type { UpdatedModel, Vocabulary } from "../../schemas/index.js";
import { requireAtMost } from "../../schemas/index.js";
import { type BatchSize, languageModelTrainer, type MadeNetwork } from "./languageModelTrainer.js";
import { makeStepper } from "./makeStepper.js";
import type { NetworkKind, TrainingSettings } from "./networkKind.js";
import { withFirstVectors } from "./withFirstVectors.js";

/** The model of a unit that learns a network over sequences: `languageModelTrainer` says what goes in and comes out. */
export function trainLanguageModel(
  who: string,
  kind: NetworkKind,
  training: TrainingSettings,
): UpdatedModel<"sequences", "languageModel"> {
  requireAtMost(who, training, ["minLearningRate", "learningRate"]);
  if (training.patience > 0 && training.holdout === 0)
    throw new RangeError(`${who}: patience must have documents kept aside to look at, got a holdout of 0`);
  const { optimizer, beta1, beta2, weightDecay, workers, initialVectors, ...others } = training;
  const options = JSON.stringify({ ...kind.settings, ...others, optimizer, beta1, beta2, weightDecay });
  const optimiser =
    optimizer === "sgd"
      ? ({ kind: "sgd" } as const)
      : ({ kind: "adamW", beta1, beta2, epsilon: 1e-8, decay: weightDecay } as const);

  async function make({ terms, counts }: Vocabulary, rows: BatchSize): Promise<MadeNetwork> {
    const network = withFirstVectors(who, kind.network(kind.settings, { terms, counts }), terms, initialVectors);
    const chosen = await makeStepper(who, kind, network, { terms, counts, ...rows }, training);
    return { network, settings: kind.settings, ...chosen };
  }

  return languageModelTrainer({ ...others, who, optimiser, options, initialVectors }, make);
}
