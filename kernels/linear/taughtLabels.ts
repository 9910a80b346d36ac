import type { ClassifierLoss } from "../../schemas/classifier.js";
import type { LabelSet } from "../../schemas/vocabulary.js";
import { drawBelow, randomStream } from "../numbers/random.js";
import type { BagRecords } from "./bagRecords.js";
import { type LabelOutputs, labelOutputs } from "./labelOutputs.js";

export interface TaughtSettings {
  readonly loss: ClassifierLoss;
  readonly negative: number;
  readonly classWeights: "none" | "balanced";
  readonly seed: number;
}

/** The labels of texts: their numbers, and what each text teaches about them. State: a number and a count a label. */
export class TaughtLabels {
  readonly #who: string;
  readonly #settings: TaughtSettings;
  readonly #idOf: ReadonlyMap<string, number>;
  readonly #set: LabelSet;
  readonly outputs: LabelOutputs;
  /** A document with several labels counts as often. */
  readonly documents: number;

  /**
   * @param who the model, for messages
   * @throws RangeError if there are fewer than two labels
   */
  constructor(who: string, set: LabelSet | undefined, settings: TaughtSettings) {
    requireTwo(who, set?.names ?? []);
    this.#who = who;
    this.#set = set!;
    this.#settings = settings;
    this.#idOf = new Map(set!.names.map((name, id) => [name, id]));
    this.outputs = labelOutputs(settings.loss, set!.counts, settings);
    this.documents = set!.counts.reduce((sum, count) => sum + count, 0);
  }

  get names(): readonly string[] {
    return this.#set.names;
  }

  get counts(): Float64Array {
    return this.#set.counts;
  }

  /** @throws RangeError if a label was not counted */
  idsOf(names: readonly string[], document: number): number[] {
    return names.map((name) => {
      const id = this.#idOf.get(name);
      if (id !== undefined) return id;
      throw new RangeError(
        `${this.#who}: labels must be those that the vocabulary was counted with, got ${JSON.stringify(name)} in document ${document}`,
      );
    });
  }

  /** Writes what a document with these labels teaches in an epoch: all of them for oneVsAll, otherwise one that is drawn. */
  write(records: BagRecords, own: readonly number[], weight: number, epoch: number, document: number): void {
    const taught = this.#taught(own, epoch, document);
    this.outputs.write(records, taught, weight * this.#classWeight(taught), epoch, document);
  }

  #taught(own: readonly number[], epoch: number, document: number): readonly number[] {
    const { loss, seed } = this.#settings;
    if (loss === "oneVsAll" || own.length === 1) return own;
    return [own[drawBelow(randomStream(seed, "label", epoch), document, own.length)]!];
  }

  /** So that each label weighs the mean of all. */
  #classWeight(own: readonly number[]): number {
    if (this.#settings.classWeights === "none") return 1;
    const { counts } = this;
    return own.reduce((sum, id) => sum + this.documents / (counts.length * counts[id]!), 0) / own.length;
  }
}

function requireTwo(who: string, names: readonly string[]): void {
  if (names.length >= 2) return;
  const found = names.length === 0 ? "none" : `${JSON.stringify(names[0])} alone`;
  throw new RangeError(
    `${who}: texts must have two labels or more, got ${found}; the source's option labels, or its format labelled, says where they are`,
  );
}
