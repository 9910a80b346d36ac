import type { StageState } from "../../schemas/state.js";
import type { TokenBatch } from "../../schemas/tokens.js";

/** @param length the document's tokens, those without a term counted too */
export type Visit<Tokens> = (tokens: Tokens, labels: readonly string[], length: number) => void;

/** Puts the tokens of whole documents together, whatever batches they come in. */
export interface Documents<Tokens> {
  /** Calls `visit` with each document that ends in the batch. */
  add(batch: TokenBatch, visit: Visit<Tokens>): void;
  /** Ends the document that has begun, if one has. */
  finish(visit: Visit<Tokens>): void;
  save(): StageState;
  restore(state: StageState): void;
}

/** The number that stands for a term; made once, however often it occurs. */
export interface WordForm {
  readonly make: (term: string) => number;
  readonly termOf: (word: number) => string;
}

/**
 * Documents whose tokens are numbers: a view that lasts until the next document. A token whose term the lexicon no longer knows is left out, as
 * one that nobody knows. State: 4 bytes a token of the document that has begun, and a term.
 */
export class WordDocuments implements Documents<Int32Array> {
  readonly #form: WordForm;
  /** One more than the number of each term, by its id; 0 while it has none. */
  #numbers = new Int32Array(1024);
  #tokens = new Int32Array(1024);
  #kept = 0;
  #length = 0;
  #labels: readonly string[] = [];
  #begun = false;

  constructor(form: WordForm) {
    this.#form = form;
  }

  add({ lexicon, ids, documentOffsets, documents }: TokenBatch, visit: Visit<Int32Array>): void {
    let from = 0;
    for (let next = 0; next < documentOffsets.length; next++) {
      this.#read(ids.subarray(from, documentOffsets[next]!), lexicon);
      from = documentOffsets[next]!;
      this.finish(visit);
      this.#begin(documents?.labels?.[next] ?? []);
    }
    this.#read(ids.subarray(from), lexicon);
  }

  finish(visit: Visit<Int32Array>): void {
    if (this.#begun) visit(this.#tokens.subarray(0, this.#kept), this.#labels, this.#length);
    this.#begun = false;
  }

  save(): StageState {
    const { termOf } = this.#form;
    const tokens = this.#begun ? Array.from(this.#tokens.subarray(0, this.#kept), termOf) : null;
    const labels = JSON.stringify(this.#labels);
    return { facts: { tokens: JSON.stringify(tokens), labels, length: this.#length }, arrays: {} };
  }

  restore({ facts }: StageState): void {
    const tokens = JSON.parse(facts.tokens as string) as string[] | null;
    this.#begin(JSON.parse(facts.labels as string) as string[]);
    this.#begun = tokens !== null;
    this.#makeRoom(tokens?.length ?? 0);
    for (const term of tokens ?? []) this.#tokens[this.#kept++] = this.#form.make(term);
    this.#length = facts.length as number;
  }

  #begin(labels: readonly string[]): void {
    this.#begun = true;
    this.#kept = 0;
    this.#length = 0;
    this.#labels = labels;
  }

  #read(ids: Uint32Array, lexicon: TokenBatch["lexicon"]): void {
    if (!this.#begun) return;
    this.#makeRoom(ids.length);
    const tokens = this.#tokens;
    let numbers = this.#numbers;
    let kept = this.#kept;
    for (let i = 0; i < ids.length; i++) {
      let number = numbers[ids[i]!];
      if (!number) {
        number = this.#numberOf(ids[i]!, lexicon);
        numbers = this.#numbers;
      }
      if (number > 0) tokens[kept++] = number - 1;
    }
    this.#kept = kept;
    this.#length += ids.length;
  }

  #makeRoom(tokens: number): void {
    if (this.#kept + tokens > this.#tokens.length) this.#tokens = enlarged(this.#tokens, 2 * (this.#kept + tokens));
  }

  #numberOf(id: number, lexicon: TokenBatch["lexicon"]): number {
    const term = lexicon.term(id);
    if (term === undefined) return 0;
    if (id >= this.#numbers.length) this.#numbers = enlarged(this.#numbers, 2 * id);
    this.#numbers[id] = this.#form.make(term) + 1;
    return this.#numbers[id]!;
  }
}

function enlarged(numbers: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const all = new Int32Array(length);
  all.set(numbers);
  return all;
}
