import type { ContextBatch } from "../../schemas/contexts.js";
import type { StepStats } from "../../schemas/models.js";
import type { VocabularyChange } from "../vocabulary/vocabularyChange.js";
import { applyCbow, scoreCbow } from "./cbow.js";
import { forEachWindow } from "./contextWindow.js";
import { hierarchicalSoftmax } from "./huffman.js";
import { type LearningRate, learningRateAt, type Schedule } from "./learningRate.js";
import { negativeSampling } from "./negativeSampling.js";
import { makeOutputRows, type OutputLayer, type OutputRows } from "./outputRows.js";
import { applySkipGram, scoreSkipGram } from "./skipGram.js";
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
  /** Centres after which `inverse` has halved the rate. */
  readonly decayCentres: number;
  readonly cbowMean: boolean;
  readonly seed: number;
}

/** How many neighbouring centres draw their noise words from the same blocks, so that they find each other's rows in the cache. */
export const NOISE_SHARE = 4;

/**
 * How many neighbouring centres are scored before the first of them is applied, so that threads that share the work seldom wait for
 * each other. Four cost skip-gram no quality; CBOW, whose steps are larger, loses some with two, and with eight it diverges.
 */
export const GROUP_SIZE = { skipGram: 4, cbow: 1 } as const;

/** Both matrices, as they lie in memory: changes come through. */
export type Word2vecWeights = Readonly<Record<"input" | "output", Float32Array | Float64Array>>;

/**
 * How many contexts of skip-gram make their steps from the same rows. Steps of a whole window cost analogies where output rows are paths in a
 * Huffman tree: word2vec.c, changed to do only that, answers 5.6 % in the place of 6.5 %. With noise words they cost none, and agree better
 * with people.
 */
export const CONTEXTS_AT_ONCE = { negativeSampling: Number.POSITIVE_INFINITY, hierarchicalSoftmax: 2 } as const;

/** What trains: this reference, or threads with compiled kernels. */
export interface Word2vecEngine {
  /**
   * Learns from every centre that has a context, after a change of the vocabulary, if there is one; a group ends there. An example is a
   * pair for skip-gram and a centre for CBOW.
   */
  update(batch: ContextBatch, change?: VocabularyChange): StepStats | Promise<StepStats>;
  /** All that was learned, while no update is under way and no group is open; may be written to before the first. */
  readonly weights: Word2vecWeights;
  /** A copy of the input rows (V, D) as they are now, while no update is under way. */
  rows(): Float32Array;
  /** The input rows (V, D), after the last batch; they may take the place of the weights. */
  finish(): Float32Array | Promise<Float32Array>;
  close(): void | Promise<void>;
}

/** What windows are scored by: noise words, or paths in a Huffman tree. */
export function outputLayer(settings: Word2vecSettings, counts: Float64Array): OutputLayer {
  if (settings.loss === "hierarchicalSoftmax") return hierarchicalSoftmax(counts);
  return negativeSampling(counts, { ...settings, share: NOISE_SHARE });
}

/**
 * word2vec in plain TypeScript: what faster kernels are tested against. Centres are learned in groups of `GROUP_SIZE`, counted from
 * the start of the epoch: the scores of a group come from the weights as they were at its start.
 * State: both matrices, 8 V D bytes, the noise table (8 V) or the Huffman paths, and a group.
 */
export class Word2vecTrainer implements Word2vecEngine {
  readonly #settings: Word2vecSettings;
  #outputs: OutputLayer;
  readonly #weights: Weights;
  #scored: (() => void)[] = [];

  constructor(settings: Word2vecSettings, counts: Float64Array) {
    this.#settings = settings;
    this.#outputs = outputLayer(settings, counts);
    this.#weights = initialWeights(counts.length, this.#outputs.size, settings.vectorSize, settings.seed);
  }

  update(batch: ContextBatch, change?: VocabularyChange): StepStats {
    if (change) this.#change(change);
    const { architecture, epochs, decayCentres } = this.#settings;
    const { ids, epoch, expectedCentres } = batch;
    const centres = this.#settings.schedule === "inverse" ? decayCentres : epochs * expectedCentres;
    const schedule: LearningRate = { ...this.#settings, centres };
    let loss = 0;
    let examples = 0;
    let taken = 0;
    if (batch.position === 0) this.#applyScored(); // a group ends with its epoch
    forEachWindow(batch, (centre, start, end) => {
      const position = batch.position + centre - batch.firstCentre;
      taken++;
      const contexts = Uint32Array.from([...ids.subarray(start, centre), ...ids.subarray(centre + 1, end)]);
      if (contexts.length > 0) {
        const rows = makeOutputRows(this.#outputs.capacity);
        this.#outputs.fill(rows, ids[centre]!, epoch, position);
        loss += this.#score(contexts, rows, learningRateAt(schedule, epoch * expectedCentres + position));
        examples += architecture === "skipGram" ? contexts.length : 1;
      }
      if ((position + 1) % GROUP_SIZE[architecture] === 0) this.#applyScored();
    });
    return { taken, examples, loss, epoch };
  }

  get weights(): Word2vecWeights {
    const { input, output } = this.#weights;
    return { input, output };
  }

  rows(): Float32Array {
    return this.#weights.input.slice();
  }

  finish(): Float32Array {
    this.#applyScored();
    return this.rows();
  }

  close(): void {}

  #change({ counts, rows, values }: VocabularyChange): void {
    this.#applyScored();
    const { input, output, vectorSize } = this.#weights;
    rows.forEach((row, i) => {
      input.set(values.subarray(i * vectorSize, (i + 1) * vectorSize), row * vectorSize);
      output.fill(0, row * vectorSize, (row + 1) * vectorSize);
    });
    this.#outputs = outputLayer(this.#settings, counts);
  }

  #score(contexts: Uint32Array, rows: OutputRows, rate: number): number {
    const { architecture, loss } = this.#settings;
    if (architecture === "skipGram") {
      const scores = scoreSkipGram(this.#weights, contexts, rows, rate);
      this.#scored.push(() => applySkipGram(this.#weights, contexts, rows, scores, CONTEXTS_AT_ONCE[loss]));
      return scores.loss;
    }
    const scores = scoreCbow(this.#weights, contexts, rows, rate, this.#settings.cbowMean);
    this.#scored.push(() => applyCbow(this.#weights, contexts, rows, scores));
    return scores.loss;
  }

  #applyScored(): void {
    for (const apply of this.#scored) apply();
    this.#scored = [];
  }
}
