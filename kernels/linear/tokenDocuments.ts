import type { StageState } from "../../schemas/state.js";
import type { TokenBatch } from "../../schemas/tokens.js";

/** @param length the document's tokens, those without a term counted too */
type Visit<Token> = (tokens: readonly Token[], labels: readonly string[], length: number) => void;

/** What stands for a token; made of its term once, however often it occurs. */
export interface TokenForm<Token> {
  readonly make: (term: string) => Token;
  readonly termOf: (token: Token) => string;
}

export const asTexts: TokenForm<string> = { make: (term) => term, termOf: (term) => term };

/**
 * Puts the tokens of whole documents together, whatever batches they come in. A token whose term the lexicon no longer knows is left out, as one
 * that nobody knows. State: the document that has begun; what was made, a term.
 */
export class TokenDocuments<Token> {
  readonly #form: TokenForm<Token>;
  readonly #made: (Token | undefined)[] = [];
  #tokens: Token[] | undefined;
  #length = 0;
  #labels: readonly string[] = [];

  static ofTexts(): TokenDocuments<string> {
    return new TokenDocuments(asTexts);
  }

  constructor(form: TokenForm<Token>) {
    this.#form = form;
  }

  /** Calls `visit` with each document that ends in the batch. */
  add({ lexicon, ids, documentOffsets, documents }: TokenBatch, visit: Visit<Token>): void {
    let place = 0;
    const readTo = (end: number) => {
      this.#length += end - place;
      for (; place < end; place++) {
        const token = this.#tokenOf(ids[place]!, lexicon);
        if (token !== undefined) this.#tokens?.push(token);
      }
    };
    for (let next = 0; next < documentOffsets.length; next++) {
      readTo(documentOffsets[next]!);
      this.finish(visit);
      this.#tokens = [];
      this.#length = 0;
      this.#labels = documents?.labels?.[next] ?? [];
    }
    readTo(ids.length);
  }

  #tokenOf(id: number, lexicon: TokenBatch["lexicon"]): Token | undefined {
    const known = this.#made[id];
    if (known !== undefined) return known;
    const term = lexicon.term(id);
    if (term === undefined) return undefined;
    this.#made[id] = this.#form.make(term);
    return this.#made[id];
  }

  /** Ends the document that has begun, if one has. */
  finish(visit: Visit<Token>): void {
    if (this.#tokens) visit(this.#tokens, this.#labels, this.#length);
    this.#tokens = undefined;
  }

  save(): StageState {
    const tokens = JSON.stringify(this.#tokens?.map(this.#form.termOf) ?? null);
    return { facts: { tokens, labels: JSON.stringify(this.#labels), length: this.#length }, arrays: {} };
  }

  restore({ facts }: StageState): void {
    this.#tokens = (JSON.parse(facts.tokens as string) as string[] | null)?.map(this.#form.make);
    this.#labels = JSON.parse(facts.labels as string) as string[];
    this.#length = facts.length as number;
  }
}
