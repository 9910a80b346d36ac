import { concat, defer, filter, map, type OperatorFunction, of } from "rxjs";
import { DocumentRelay } from "../../kernels/documents/documentRelay.js";
import type { Documents } from "../../kernels/linear/wordDocuments.js";
import { joinStates, splitState } from "../../kernels/numbers/joinStates.js";
import { currentScope } from "../../runtime/flow.js";
import type { DocumentColumn } from "../../schemas/documents.js";
import type { StageState, StateKeeper } from "../../schemas/state.js";
import type { TokenBatch } from "../../schemas/tokens.js";

/** What documents were answered with, in compressed form (CSR): some answers a document. */
export interface AnsweredDocuments<Answer> {
  /** The number of each document, from 0 (N,). */
  readonly rowDocuments: Uint32Array;
  /** Tokens of each (N,). */
  readonly lengths: Uint32Array;
  /** Where the answers of each begin, and at last where they end (N + 1,). */
  readonly offsets: Uint32Array;
  readonly answers: readonly Answer[];
  readonly documents?: DocumentColumn;
}

/**
 * Answers each document, once it has ended: with the beginning of the next, or of the stream's end; any split of a text into batches gives the
 * same rows. Documents without an answer are counted by the name.
 * State: the document that has begun, what is known of it, and what stands for each term.
 */
export function answerDocuments<Tokens, Answer, Batch>(
  documents: () => Documents<Tokens>,
  answer: (tokens: Tokens) => readonly Answer[],
  without: string,
  batchOf: (rows: AnsweredDocuments<Answer>) => Batch,
): OperatorFunction<TokenBatch, Batch> {
  return (source) =>
    defer(() => {
      const scope = currentScope();
      const rows = new AnswerRows(documents(), answer);
      scope.keep(rows);
      const counted = (answered: AnsweredDocuments<Answer> | undefined) => {
        if (answered) scope.ledger.add(without, rows.takeUnanswered());
        return answered;
      };
      return concat(
        source.pipe(map((batch) => counted(rows.add(batch)))),
        defer(() => of(counted(rows.finish()))),
      ).pipe(
        filter((answered) => answered !== undefined),
        map(batchOf),
      );
    });
}

class AnswerRows<Tokens, Answer> implements StateKeeper {
  readonly #answer: (tokens: Tokens) => readonly Answer[];
  readonly #documents: Documents<Tokens>;
  readonly #relay = new DocumentRelay();
  /** Documents so far. */
  #count = 0;
  #unanswered = 0;
  #rows: { readonly length: number; readonly answers: readonly Answer[] }[] = [];

  constructor(documents: Documents<Tokens>, answer: (tokens: Tokens) => readonly Answer[]) {
    this.#documents = documents;
    this.#answer = answer;
  }

  /** The rows of the documents that end in the batch; undefined if none does. */
  add(batch: TokenBatch): AnsweredDocuments<Answer> | undefined {
    this.#relay.push(batch.documents);
    this.#documents.add(batch, this.#visit);
    return this.#take();
  }

  finish(): AnsweredDocuments<Answer> | undefined {
    this.#documents.finish(this.#visit);
    return this.#take();
  }

  takeUnanswered(): number {
    const count = this.#unanswered;
    this.#unanswered = 0;
    return count;
  }

  save(): StageState {
    const own = { facts: { count: this.#count }, arrays: {} };
    return joinStates({ own, text: this.#documents.save(), documents: this.#relay.save() });
  }

  restore(state: StageState): void {
    const { own, text, documents } = splitState(state);
    this.#count = own!.facts.count as number;
    this.#documents.restore(text!);
    this.#relay.restore(documents!);
  }

  readonly #visit = (tokens: Tokens, _: readonly string[], length: number): void => {
    const answers = this.#answer(tokens);
    if (answers.length === 0) this.#unanswered++;
    this.#rows.push({ length, answers });
  };

  #take(): AnsweredDocuments<Answer> | undefined {
    const rows = this.#rows;
    if (rows.length === 0) return undefined;
    this.#rows = [];
    const first = this.#count;
    this.#count += rows.length;
    const offsets = new Uint32Array(rows.length + 1);
    for (const [row, { answers }] of rows.entries()) offsets[row + 1] = offsets[row]! + answers.length;
    const documents = this.#relay.take(rows.length);
    return {
      rowDocuments: Uint32Array.from(rows, (_, row) => first + row),
      lengths: Uint32Array.from(rows, ({ length }) => length),
      offsets,
      answers: rows.flatMap(({ answers }) => answers),
      ...(documents ? { documents } : {}),
    };
  }
}
