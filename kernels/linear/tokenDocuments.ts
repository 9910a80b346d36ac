import type { TokenBatch } from "../../schemas/tokens.js";

type Visit = (tokens: readonly string[], labels: readonly string[]) => void;

/** Puts the tokens of whole documents together, whatever batches they come in, as texts. State: the document that has begun; a text a term. */
export class TokenDocuments {
  #tokens: string[] | undefined;
  #labels: readonly string[] = [];
  readonly #terms: string[] = [];

  /** Calls `visit` with each document that ends in the batch. */
  add({ lexicon, ids, documentOffsets, documents }: TokenBatch, visit: Visit): void {
    let next = 0;
    const begin = (upTo: number) => {
      while (next < documentOffsets.length && documentOffsets[next]! <= upTo) {
        this.finish(visit);
        this.#tokens = [];
        this.#labels = documents?.labels?.[next] ?? [];
        next++;
      }
    };
    ids.forEach((id, place) => {
      begin(place);
      this.#terms[id] ??= lexicon.term(id)!;
      this.#tokens?.push(this.#terms[id]!);
    });
    begin(ids.length);
  }

  /** Ends the document that has begun, if one has. */
  finish(visit: Visit): void {
    if (this.#tokens) visit(this.#tokens, this.#labels);
    this.#tokens = undefined;
  }
}
