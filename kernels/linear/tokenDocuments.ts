import type { StageState } from "../../schemas/state.js";
import type { TokenBatch } from "../../schemas/tokens.js";

/** @param length its tokens, those without a text counted too */
type Visit<Token> = (tokens: readonly Token[], labels: readonly string[], length: number) => void;

interface Term<Token> {
  readonly text: string;
  readonly made: Token;
}

/**
 * Puts the tokens of whole documents together, whatever batches they come in, each as what its term is made into, once. A token whose term the
 * lexicon no longer knows has none, and is left out, as one that nobody knows. State: the document that has begun; each term and what it was
 * made into.
 */
export class TokenDocuments<Token> {
  readonly #make: (text: string) => Token;
  #tokens: Term<Token>[] | undefined;
  #length = 0;
  #labels: readonly string[] = [];
  readonly #terms: (Term<Token> | undefined)[] = [];

  /** @param make what a term's text is made into */
  constructor(make: (text: string) => Token) {
    this.#make = make;
  }

  /** Calls `visit` with each document that ends in the batch. */
  add({ lexicon, ids, documentOffsets, documents }: TokenBatch, visit: Visit<Token>): void {
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
    for (let place = 0; place < ids.length; place++) {
      begin(place);
      const id = ids[place]!;
      this.#terms[id] ??= this.#termOf(lexicon.term(id));
      const term = this.#terms[id];
      this.#length++;
      if (term) this.#tokens?.push(term);
    }
    begin(ids.length);
  }

  /** Ends the document that has begun, if one has. */
  finish(visit: Visit<Token>): void {
    if (this.#tokens)
      visit(
        this.#tokens.map(({ made }) => made),
        this.#labels,
        this.#length,
      );
    this.#tokens = undefined;
  }

  save(): StageState {
    const texts = this.#tokens?.map(({ text }) => text) ?? null;
    return {
      facts: { tokens: JSON.stringify(texts), labels: JSON.stringify(this.#labels), length: this.#length },
      arrays: {},
    };
  }

  restore({ facts }: StageState): void {
    const texts = JSON.parse(facts.tokens as string) as string[] | null;
    this.#tokens = texts?.map((text) => this.#termOf(text)!);
    this.#labels = JSON.parse(facts.labels as string) as string[];
    this.#length = facts.length as number;
  }

  #termOf(text: string | undefined): Term<Token> | undefined {
    return text === undefined ? undefined : { text, made: this.#make(text) };
  }
}
