import type { Ledger } from "../../runtime/ledger.js";
import type { DocumentSieve } from "./documentSieve.js";
import type { InputFault } from "./inputFault.js";

/** Where a document begins. */
export interface DocumentStart {
  readonly line?: number;
  readonly offset: number;
}

/** From where an input is read: its beginning, unless a run goes on with it. */
export interface InputStart {
  /** Bytes of the unpacked input before it. */
  readonly offset: number;
  /** The line that begins there, from 1. */
  readonly line: number;
  /** Documents before it, those that were rejected counted too. */
  readonly documents: number;
}

const BEGINNING: InputStart = { offset: 0, line: 1, documents: 0 };

/** One input as errors and the ledger name it: who reads, and what. */
export class InputReport {
  readonly #ledgers: readonly Ledger[];
  readonly #sieve: DocumentSieve | undefined;
  #documents: number;
  /** The message that is being read, if the input comes in messages. */
  within = "";
  /** By which its source knows that message. */
  messageId: string | null = null;

  constructor(
    readonly who: string,
    /** The file's path, or the name of the stream. */
    readonly name: string,
    ledger: Ledger,
    sieve?: DocumentSieve,
    readonly start: InputStart = BEGINNING,
  ) {
    this.#ledgers = [ledger, ledger.child(name)];
    this.#sieve = sieve;
    this.#documents = start.documents;
  }

  /** Documents that `next` went on to, and those before the start. */
  get documents(): number {
    return this.#documents;
  }

  /** Counts for the run and for this input. */
  add(counter: string, amount: number): void {
    if (amount > 0) for (const ledger of this.#ledgers) ledger.add(counter, amount);
  }

  get #place(): string {
    return this.within ? `${this.name} ${this.within}` : this.name;
  }

  /** A fault in the input's content. */
  fault(where: string, what: string, kind: typeof SyntaxError | typeof RangeError = SyntaxError): InputFault {
    const message = `${this.who}: ${[this.#place, where].filter(Boolean).join(" ")}: ${what}`;
    const fault = new kind(message);
    return Object.defineProperty(fault, "reason", { value: what }) as unknown as InputFault;
  }

  /** Whether a fault of one document ends the run. */
  get isStrict(): boolean {
    return this.#sieve?.isStrict ?? true;
  }

  /** Goes on to the next document; whether it is to be read. To be called for each one, in order. */
  next(): boolean {
    this.#documents++;
    return this.#sieve?.takes(this.name, this.#documents) ?? true;
  }

  /**
   * The document that `next` went on to; undefined if it has a fault and the run goes on without it.
   * @throws whatever `read` throws, if that is no fault of the document, or one too many
   */
  attempt<Read>(start: DocumentStart, read: () => Read): Read | undefined {
    try {
      return read();
    } catch (error) {
      if (!this.#sieve || !isInputFault(error)) throw error;
      const rejection = { source: this.#place, document: this.#documents, ...start, reason: error.reason };
      this.#sieve.reject(error, rejection, this.who);
      this.add("rejectedDocuments", 1);
      return undefined;
    }
  }

  /** @throws RangeError if a document is longer than it may be */
  checkLength(where: string, text: Uint8Array, maxLength: number | undefined): Uint8Array {
    if (maxLength === undefined || text.length <= maxLength) return text;
    throw this.fault(
      where,
      `a document must be at most ${maxLength} bytes (maxDocumentLength), got ${text.length}`,
      RangeError,
    );
  }
}

function isInputFault(error: unknown): error is InputFault {
  return error instanceof Error && "reason" in error;
}
