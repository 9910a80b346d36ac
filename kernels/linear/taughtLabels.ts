import type { ClassifierLoss } from "../../schemas/classifier.js";
import type { LabelSet } from "../../schemas/vocabulary.js";
import { drawBelow, randomStream } from "../numbers/random.js";
import { type KeptLabels, keepLabels, type LabelBounds } from "../vocabulary/keptLabels.js";
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
  readonly #teaching: Teaching;
  readonly #idOf: ReadonlyMap<string, number>;
  readonly #dropped: ReadonlySet<string>;
  readonly #set: LabelSet;
  readonly leftOut: KeptLabels["leftOut"];
  readonly outputs: LabelOutputs;
  /** A document with several labels counts as often. */
  readonly documents: number;

  /**
   * @param who the model, for messages
   * @throws RangeError if fewer than two labels are kept
   */
  constructor(who: string, set: LabelSet | undefined, settings: TaughtSettings & LabelBounds) {
    requireTwo(who, set?.names ?? []);
    const { kept, dropped, leftOut } = keepLabels(set!, settings);
    if (kept.names.length < 2)
      throw new RangeError(
        `${who}: two labels or more must have minLabelCount = ${settings.minLabelCount} texts, got ${kept.names.length} of ${set!.names.length}`,
      );
    this.#who = who;
    this.#set = kept;
    this.#dropped = dropped;
    this.leftOut = leftOut;
    this.#teaching = { ...settings, counted: this };
    this.#idOf = new Map(kept.names.map((name, id) => [name, id]));
    this.outputs = labelOutputs(settings.loss, kept.counts, settings);
    this.documents = kept.counts.reduce((sum, count) => sum + count, 0);
  }

  get names(): readonly string[] {
    return this.#set.names;
  }

  get counts(): Float64Array {
    return this.#set.counts;
  }

  /**
   * The numbers of those that are kept.
   * @throws RangeError if a label was not counted
   */
  idsOf(names: readonly string[], document: number): number[] {
    const ids: number[] = [];
    for (const name of names) {
      const id = this.#idOf.get(name);
      if (id !== undefined) ids.push(id);
      else if (!this.#dropped.has(name))
        throw new RangeError(
          `${this.#who}: labels must be those that the vocabulary was counted with, got ${JSON.stringify(name)} in document ${document}`,
        );
    }
    return ids;
  }

  /** Writes what a document with these labels teaches in an epoch. */
  write(records: BagRecords, own: readonly number[], weight: number, epoch: number, document: number): void {
    teach(records, this.outputs, this.#teaching, own, weight, epoch, document);
  }
}

interface Teaching extends TaughtSettings {
  /** Documents of each label, and all together. */
  readonly counted: { readonly counts: ArrayLike<number>; readonly documents: number };
}

/** Writes what a document with these labels teaches when it is visited: all of them for oneVsAll, otherwise one that is drawn. */
export function teach(
  records: BagRecords,
  outputs: LabelOutputs,
  { loss, seed, classWeights, counted }: Teaching,
  own: readonly number[],
  weight: number,
  visit: number,
  document: number,
): void {
  const taught =
    loss === "oneVsAll" || own.length === 1
      ? own
      : [own[drawBelow(randomStream(seed, "label", visit), document, own.length)]!];
  const share = classWeights === "none" ? 1 : balancedWeight(taught, counted);
  outputs.write(records, taught, weight * share, visit, document);
}

/** So that each label weighs the mean of all. */
function balancedWeight(own: readonly number[], { counts, documents }: Teaching["counted"]): number {
  return own.reduce((sum, id) => sum + documents / (counts.length * counts[id]!), 0) / own.length;
}

function requireTwo(who: string, names: readonly string[]): void {
  if (names.length >= 2) return;
  const found = names.length === 0 ? "none" : `${JSON.stringify(names[0])} alone`;
  throw new RangeError(
    `${who}: texts must have two labels or more, got ${found}; the source's option labels, or its format labelled, says where they are`,
  );
}
