import type { ContextBatch } from "../schemas/contexts.js";
import type { StepStats } from "../schemas/models.js";
import { cbowStep } from "./cbow.js";
import { forEachWindow } from "./contextWindow.js";
import { hierarchicalSoftmax } from "./huffman.js";
import { type LearningRate, learningRateAt, type Schedule } from "./learningRate.js";
import { negativeSampling } from "./negativeSampling.js";
import { makeOutputRows, type OutputLayer } from "./outputRows.js";
import { skipGramStep } from "./skipGram.js";
import { initialWeights, type Weights } from "./weights.js";

export interface Word2vecSettings {
  readonly architecture: "skipGram" | "cbow";
  readonly loss: "negativeSampling" | "hierarchicalSoftmax";
  readonly vectorSize: number;
  readonly negative: number;
  readonly exponent: number;
  readonly epochs: number;
  readonly learningRate: number;
  readonly minLearningRate: number;
  readonly schedule: Schedule;
  readonly cbowMean: boolean;
  readonly seed: number;
}

/** How many neighbouring centres share their noise words: CBOW has one row to train per centre, skip-gram a whole window. */
export const NOISE_SHARE = { skipGram: 1, cbow: 8 } as const;

export function outputLayerOf(settings: Word2vecSettings, counts: Float64Array): OutputLayer {
  const share = NOISE_SHARE[settings.architecture];
  return settings.loss === "negativeSampling"
    ? negativeSampling(counts, { ...settings, share })
    : hierarchicalSoftmax(counts);
}

/**
 * word2vec, centre after centre, in plain TypeScript: what faster kernels are tested against.
 * State: both matrices, 8 V D bytes, and the noise table (8 V) or the Huffman paths.
 */
export class Word2vecTrainer {
  readonly weights: Weights;
  readonly #settings: Word2vecSettings;
  readonly #outputs: OutputLayer;

  constructor(settings: Word2vecSettings, counts: Float64Array) {
    this.#settings = settings;
    this.#outputs = outputLayerOf(settings, counts);
    this.weights = initialWeights(counts.length, this.#outputs.size, settings.vectorSize, settings.seed);
  }

  /** Learns from every centre that has a context. An example is a pair for skip-gram and a centre for CBOW. */
  update(batch: ContextBatch): StepStats {
    const { architecture, epochs, cbowMean } = this.#settings;
    const { ids, epoch, expectedCentres } = batch;
    const rate: LearningRate = { ...this.#settings, centres: epochs * expectedCentres };
    const rows = makeOutputRows(this.#outputs.capacity);
    let loss = 0;
    let examples = 0;
    forEachWindow(batch, (centre, start, end) => {
      if (end - start < 2) return;
      const position = batch.position + centre - batch.firstCentre;
      const contexts = Uint32Array.from([...ids.subarray(start, centre), ...ids.subarray(centre + 1, end)]);
      this.#outputs.fill(rows, ids[centre]!, epoch, position);
      const step = learningRateAt(rate, epoch * expectedCentres + position);
      if (architecture === "skipGram") loss += skipGramStep(this.weights, contexts, rows, step);
      else loss += cbowStep(this.weights, contexts, rows, step, cbowMean);
      examples += architecture === "skipGram" ? contexts.length : 1;
    });
    return { examples, loss, epoch };
  }
}
