import type { StageState } from "../../schemas/state.js";
import { joinStates, splitState } from "../numbers/joinStates.js";
import { GrowingLabels, type LabelGrowth } from "../vocabulary/growingLabels.js";
import type { BagRecords } from "./bagRecords.js";
import { type LabelOutputs, labelOutputs } from "./labelOutputs.js";
import { type TaughtSettings, teach } from "./taughtLabels.js";

/** Noise is drawn by new counts once they have grown by this share. */
const NOISE_GROWTH = 1 / 16;

/** The labels of a stream and what its texts teach about them. State: as of `GrowingLabels`, and a count a label. */
export class LiveLabels {
  readonly #settings: TaughtSettings;
  readonly #labels: GrowingLabels;
  #outputs: LabelOutputs;
  /** By which noise is drawn; those of a document counted once for each of its labels. */
  #noiseCounts = new Float64Array(0);
  #noiseDocuments = 0;

  constructor(settings: TaughtSettings & LabelGrowth) {
    this.#settings = settings;
    this.#labels = new GrowingLabels(settings);
    this.#outputs = this.#makeOutputs();
  }

  get scoredBy(): LabelOutputs["scoredBy"] {
    return this.#outputs.scoredBy;
  }

  get grown(): GrowingLabels {
    return this.#labels;
  }

  /** Counts a document's labels, and gives the rows of those that have one. */
  rowsOf(names: readonly string[]): number[] {
    const rows = this.#labels.count(names);
    const { documents, counts } = this.#labels;
    const isNew = counts.length > this.#noiseCounts.length;
    if (isNew || documents >= this.#noiseDocuments * (1 + NOISE_GROWTH)) {
      this.#noiseCounts = Float64Array.from(counts);
      this.#noiseDocuments = documents;
      this.#outputs = this.#makeOutputs();
    }
    return rows;
  }

  write(records: BagRecords, own: readonly number[], weight: number, visit: number, document: number): void {
    teach(records, this.#outputs, { ...this.#settings, counted: this.#labels }, own, weight, visit, document);
  }

  save(): StageState {
    const facts = { noiseDocuments: this.#noiseDocuments };
    return joinStates({ labels: this.#labels.save(), noise: { facts, arrays: { counts: this.#noiseCounts } } });
  }

  restore(state: StageState): void {
    const { labels, noise } = splitState(state);
    this.#labels.restore(labels!);
    this.#noiseDocuments = noise!.facts.noiseDocuments as number;
    this.#noiseCounts = noise!.arrays.counts as Float64Array<ArrayBuffer>;
    this.#outputs = this.#makeOutputs();
  }

  #makeOutputs(): LabelOutputs {
    return labelOutputs(this.#settings.loss, this.#noiseCounts, this.#settings);
  }
}
