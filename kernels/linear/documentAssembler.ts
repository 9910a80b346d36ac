import type { StageState } from "../../schemas/state.js";
import type { IdBatch } from "../../schemas/tokens.js";

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
    const ids = joined(this.#pieces);
    this.#pieces = [];
    if (this.#begun) visit({ ids, labels: this.#labels, weight: this.#weight, number: this.#number });
    this.#begun = false;
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
      arrays: { ids: joined(this.#pieces) },
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

function joined(pieces: readonly Uint32Array[]): Uint32Array {
  if (pieces.length === 1) return pieces[0]!;
  const whole = new Uint32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
