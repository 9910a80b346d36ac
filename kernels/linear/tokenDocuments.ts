import type { StageState } from "../../schemas/state.js";
import type { TokenBatch } from "../../schemas/tokens.js";
import { type Documents, type Visit, WordDocuments } from "./wordDocuments.js";

/** Documents whose tokens are their terms. State: that of `WordDocuments`, and the text of each term. */
export class TokenDocuments implements Documents<string[]> {
  readonly #terms: string[] = [];
  readonly #documents = new WordDocuments({
    make: (term) => this.#terms.push(term) - 1,
    termOf: (word) => this.#terms[word]!,
  });

  add(batch: TokenBatch, visit: Visit<string[]>): void {
    this.#documents.add(batch, this.#withTerms(visit));
  }

  finish(visit: Visit<string[]>): void {
    this.#documents.finish(this.#withTerms(visit));
  }

  save(): StageState {
    return this.#documents.save();
  }

  restore(state: StageState): void {
    this.#documents.restore(state);
  }

  #withTerms(visit: Visit<string[]>): Visit<Int32Array> {
    return (words, ...rest) =>
      visit(
        Array.from(words, (word) => this.#terms[word]!),
        ...rest,
      );
  }
}
