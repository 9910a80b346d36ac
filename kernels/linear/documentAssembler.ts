import type { StageState } from "../../schemas/state.js";
import type { IdBatch } from "../../schemas/tokens.js";
import { joinIds } from "../numbers/joinIds.js";

export interface LabelledDocument {
  readonly ids: Uint32Array;
  readonly labels: readonly string[];
  readonly weight: number;
  /** Counted from 0 over the pass. */
  readonly number: number;
}

/** Puts whole documents together, whatever batches they come in. State: the document that has begun. */
export class DocumentAssembler {
  #pieces: Uint32Array[] = [];
  #labels: readonly string[] = [];
  #weight = 1;
  #number = -1;
  #begun = false;

  /** Calls `visit` with each document that ends in the batch. */
  add({ ids, documentOffsets, documents }: IdBatch, visit: (document: LabelledDocument) => void): void {
    let from = 0;
    documentOffsets.forEach((start, k) => {
      if (from < start) this.#pieces.push(ids.subarray(from, start));
      this.finish(visit);
      this.#labels = documents?.labels?.[k] ?? [];
      this.#weight = documents?.weights?.[k] ?? 1;
      this.#number++;
      this.#begun = true;
      from = start;
    });
    if (from < ids.length) this.#pieces.push(ids.slice(from));
  }

  /** Ends the document that has begun, if one has. */
  finish(visit: (document: LabelledDocument) => void): void {
    const ids = joinIds(this.#pieces);
    this.#pieces = [];
    if (this.#begun) visit({ ids, labels: this.#labels, weight: this.#weight, number: this.#number });
    this.#begun = false;
  }

  /** Leaves out ids of the document that has begun, and tells how many. */
  leaveOut(isGone: (id: number) => boolean): number {
    const begun = joinIds(this.#pieces);
    const left = begun.filter((id) => !isGone(id));
    this.#pieces = [left];
    return begun.length - left.length;
  }

  /** The pass is over: the next document is number 0. */
  restart(): void {
    this.#number = -1;
  }

  save(): StageState {
    return {
      facts: {
        labels: JSON.stringify(this.#labels),
        weight: this.#weight,
        number: this.#number,
        begun: this.#begun,
      },
      arrays: { ids: joinIds(this.#pieces) },
    };
  }

  restore({ facts, arrays }: StageState): void {
    this.#labels = JSON.parse(facts.labels as string) as string[];
    [this.#weight, this.#number, this.#begun] = [
      facts.weight as number,
      facts.number as number,
      facts.begun as boolean,
    ];
    this.#pieces = [arrays.ids as Uint32Array];
  }
}
