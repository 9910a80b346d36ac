import type { MarkedPair } from "../../kernels/neural/pairPredictor.js";
import { softmaxTemperature } from "../../kernels/neural/softmaxTemperature.js";
import { drawUniform, randomStream } from "../../kernels/numbers/random.js";
import {
  defineOptions,
  type LanguageModel,
  type NetworkClassifier,
  type Networks,
  type OptionsOf,
  parseOptions,
} from "../../schemas/index.js";
import { fineTuneSchema } from "./fineTune.js";
import { headTraining, openBelowHead, requireUsableRates, withChoices } from "./headChoices.js";
import { HeadTrainer, type LabelledRow } from "./headTrainer.js";

const { model: _, pooling: __, textSteps: ___, ...fields } = fineTuneSchema.fields;

export const fineTunePairsOptions = defineOptions({ name: "fineTunePairs", fields });

export type FineTunePairsOptions = OptionsOf<typeof fineTunePairsOptions>;

/** A word in two texts, and the label of the pair. */
export interface LabelledPair {
  readonly texts: MarkedPair;
  readonly label: string;
}

export interface FineTunePairsRequest {
  /** Of the classifier, in their order. */
  readonly labels: readonly string[];
  /** By the names of the units that bring them. */
  readonly networks: Networks;
  readonly signal?: AbortSignal | undefined;
  /** Is told after each pass the mean loss in nats, and that of the pairs that were kept aside, if there are some. */
  readonly onPass?: ((epoch: number, loss: number, heldOutLoss: number | undefined) => void) | undefined;
}

/**
 * Learns to tell what a word is in two texts (Pilehvar and Camacho-Collados 2019, arXiv:1808.09121, section 4.2): a softmax layer reads u, v, |u - v| and u v, the
 * means of the word's places in the one and the other, and the language model learns with it, unless `freeze` keeps it.
 *
 * `holdout` of the pairs, drawn by their numbers, are not learned from: they tell the loss after each pass, by which `patience` ends, and the
 * temperature. The same bytes for any number of workers. State: as `fineTune`, of two texts a pair.
 * @throws TypeError, RangeError if an option is out of range, the network tells no layers, no pair is left to learn from, or the loss is not finite
 */
export async function fineTunePairs(
  model: LanguageModel,
  pairs: readonly LabelledPair[],
  options: FineTunePairsOptions,
  { labels, networks, signal, onPass }: FineTunePairsRequest,
): Promise<NetworkClassifier> {
  const who = fineTunePairsOptions.name;
  const { batchSize, freeze, dropout, length, layers, ...rates } = withChoices(
    parseOptions(fineTunePairsOptions, options),
  );
  requireUsableRates(who, rates);
  const made = openBelowHead(who, model, networks);
  const draws = randomStream(rates.seed, "fineTune.holdout");
  const [rows, held]: [LabelledRow[], LabelledRow[]] = [[], []];
  pairs.forEach(({ texts, label }, number) => {
    const isHeld = drawUniform(draws, number) < rates.holdout;
    (isHeld ? held : rows).push({ texts, labels: [labels.indexOf(label)] });
  });
  if (rows.length === 0)
    throw new RangeError(`${who}: there must be pairs to learn from, got ${held.length} that are kept aside`);
  const head = { classes: labels.length, layers, texts: 2, dropout, freeze } as const;
  const trainer = new HeadTrainer(made, head, headTraining(who, batchSize, rates));
  try {
    while (trainer.epochs < rates.epochs && !trainer.isOver) {
      signal?.throwIfAborted();
      const loss = await trainer.learn(rows);
      await trainer.judge(held);
      onPass?.(trainer.epochs, loss / rows.length, trainer.heldOutLosses.at(-1));
    }
    const values = await trainer.values();
    const scores = await trainer.scores(held, values);
    const { model: tensors, head: headTensors } = trainer.tensors(values);
    const { workers: _workers, ...told } = { batchSize, freeze, dropout, length, layers, ...rates };
    return {
      labels,
      labelCounts: Float64Array.from(labels, (name) => pairs.filter(({ label }) => label === name).length),
      loss: "softmax",
      temperature: softmaxTemperature(scores.map((each, row) => ({ scores: each, labels: held[row]!.labels }))),
      model: { ...model, tensors },
      head: { pooling: "target", layers, length, tensors: headTensors },
      metadata: new Map([
        ["model", who],
        ["options", JSON.stringify(told)],
        ["arithmetic", trainer.engine],
        ["documents", JSON.stringify({ held: held.length })],
        ["learned", JSON.stringify({ heldOutLosses: trainer.heldOutLosses, ...trainer.told })],
      ]),
    };
  } finally {
    await trainer.close();
  }
}
