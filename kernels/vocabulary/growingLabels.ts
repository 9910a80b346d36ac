import type { StageState } from "../../schemas/state.js";
import { joinStates, splitState } from "../numbers/joinStates.js";
import { joinTexts, splitTexts } from "../text/textColumn.js";
import { SpaceSaving } from "./spaceSaving.js";

export interface LabelGrowth {
  /** The most labels that have a row. */
  readonly maxLabels: number;
  /** Documents after which a label has one. */
  readonly minLabelCount: number;
}

/** How many labels without a row are counted at a time, for each that may have one. */
const CANDIDATES = 4;

/**
 * The labels of a stream of documents, numbered as they come. A label has a row from the document on that is its `minLabelCount`th, and keeps
 * it: a row that changed its label would give answers another meaning. Once `maxLabels` have one, further labels are left out.
 * State: `maxLabels` labels and their counts, and four times as many that are counted until they have a row (`SpaceSaving`).
 */
export class GrowingLabels {
  readonly #growth: LabelGrowth;
  readonly #rowOf = new Map<string, number>();
  readonly #candidates: SpaceSaving;
  readonly names: string[] = [];
  /** Documents of each row, those before it had one among them. */
  readonly counts: number[] = [];
  /** The sum of `counts`: a document counts once for each of its labels. */
  documents = 0;
  /** Labels of documents that were left out, by reason. */
  readonly leftOut = { belowMinLabelCount: 0, beyondMaxLabels: 0 };

  constructor(growth: LabelGrowth) {
    this.#growth = growth;
    this.#candidates = new SpaceSaving(CANDIDATES * growth.maxLabels);
  }

  /** Counts the labels of a document, and gives the rows of those that have one. */
  count(labels: readonly string[]): number[] {
    return labels.flatMap((label) => this.#count(label) ?? []);
  }

  /** Rows by count descending, then as they came. */
  byCount(): number[] {
    return Array.from(this.names.keys()).sort((a, b) => this.counts[b]! - this.counts[a]! || a - b);
  }

  save(): StageState {
    const arrays = { ...joinTexts(this.names), counts: Float64Array.from(this.counts) };
    return joinStates({
      own: { facts: { documents: this.documents, ...this.leftOut }, arrays },
      candidates: this.#candidates.save(),
    });
  }

  /** Goes on from a state; nothing was counted yet. */
  restore(state: StageState): void {
    const { own, candidates } = splitState(state);
    const { facts, arrays } = own!;
    const { documents, ...leftOut } = facts;
    this.documents = documents as number;
    Object.assign(this.leftOut, leftOut);
    splitTexts(arrays).forEach((name, row) => {
      this.#giveRow(name, arrays.counts![row]!);
    });
    this.#candidates.restore(candidates!);
  }

  #count(label: string): number | undefined {
    const known = this.#rowOf.get(label);
    if (known !== undefined) {
      this.counts[known]!++;
      this.documents++;
      return known;
    }
    if (this.names.length === this.#growth.maxLabels) {
      this.leftOut.beyondMaxLabels++;
      return undefined;
    }
    const count = this.#growth.minLabelCount === 1 ? 1 : this.#countCandidate(label);
    if (count < this.#growth.minLabelCount) {
      this.leftOut.belowMinLabelCount++;
      return undefined;
    }
    this.documents += count;
    return this.#giveRow(label, count);
  }

  /** How often it surely occurred. */
  #countCandidate(label: string): number {
    const known = this.#candidates.slotOf(label);
    if (known !== undefined) this.#candidates.counts[known]!++;
    return this.#candidates.guaranteed(known ?? this.#candidates.admit(label));
  }

  #giveRow(label: string, count: number): number {
    const row = this.names.push(label) - 1;
    this.counts.push(count);
    this.#rowOf.set(label, row);
    return row;
  }
}
