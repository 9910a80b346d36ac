import type { StageState } from "../../schemas/state.js";
import type { TokenBatch } from "../../schemas/tokens.js";

/** @param length its tokens, those without a text counted too */
type Visit = (tokens: readonly string[], labels: readonly string[], length: number) => void;

/**
 * Puts the tokens of whole documents together, whatever batches they come in, as texts. A token whose term the lexicon no longer knows has
 * none, and is left out, as one that nobody knows. State: the document that has begun; a text a term.
 */
export class TokenDocuments {
  #tokens: string[] | undefined;
  #length = 0;
  #labels: readonly string[] = [];
  readonly #terms: (string | undefined)[] = [];

  /** Calls `visit` with each document that ends in the batch. */
  add({ lexicon, ids, documentOffsets, documents }: TokenBatch, visit: Visit): void {
    let next = 0;
    const begin = (upTo: number) => {
      while (next < documentOffsets.length && documentOffsets[next]! <= upTo) {
        this.finish(visit);
        this.#tokens = [];
        this.#length = 0;
        this.#labels = documents?.labels?.[next] ?? [];
        next++;
      }
    };
    ids.forEach((id, place) => {
      begin(place);
      this.#terms[id] ??= lexicon.term(id);
      const term = this.#terms[id];
      this.#length++;
      if (term !== undefined) this.#tokens?.push(term);
    });
    begin(ids.length);
  }

  /** Ends the document that has begun, if one has. */
  finish(visit: Visit): void {
    if (this.#tokens) visit(this.#tokens, this.#labels, this.#length);
    this.#tokens = undefined;
  }

  save(): StageState {
    const [tokens, labels] = [JSON.stringify(this.#tokens ?? null), JSON.stringify(this.#labels)];
    return { facts: { tokens, labels, length: this.#length }, arrays: {} };
  }

  restore({ facts }: StageState): void {
    this.#tokens = (JSON.parse(facts.tokens as string) as string[] | null) ?? undefined;
    this.#labels = JSON.parse(facts.labels as string) as string[];
    this.#length = facts.length as number;
  }
}
