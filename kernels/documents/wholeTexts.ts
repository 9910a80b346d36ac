import type { StageState } from "../../schemas/state.js";
import type { TextBatch } from "../../schemas/text.js";

export interface WholeText {
  /** Counted from 0 over the pass. */
  readonly number: number;
  /** What its record calls it; empty where it is not called anything. */
  readonly id: string;
  /** UTF-8. */
  readonly bytes: Uint8Array;
  /** Offsets into `bytes` at which sentences begin, if the stream says so. */
  readonly sentenceOffsets: Uint32Array | undefined;
}

type Visit = (text: WholeText) => void;

/** Puts the texts of whole documents together, whatever batches they come in. State: the document that has begun. */
export class WholeTexts {
  #pieces: Uint8Array[] = [];
  #length = 0;
  #sentences: number[] = [];
  #hasSentences = false;
  #id = "";
  #number = -1;
  #begun = false;

  /** Calls `visit` with each document that ends in the batch. */
  add(batch: TextBatch, visit: Visit): void {
    const { bytes, documentOffsets, documents } = batch;
    let from = 0;
    documentOffsets.forEach((start, k) => {
      this.#take(batch, from, start, false);
      this.finish(visit);
      this.#id = documents?.ids?.[k] ?? "";
      this.#number++;
      this.#begun = true;
      from = start;
    });
    this.#take(batch, from, bytes.length, true);
  }

  /** Ends the document that has begun, if one has. */
  finish(visit: Visit): void {
    const text = {
      number: this.#number,
      id: this.#id,
      bytes: this.#joined(),
      sentenceOffsets: this.#hasSentences ? Uint32Array.from(this.#sentences) : undefined,
    };
    if (this.#begun) visit(text);
    this.#pieces = [];
    this.#length = 0;
    this.#sentences = [];
    this.#begun = false;
  }

  save(): StageState {
    const [id, number, begun, hasSentences] = [this.#id, this.#number, this.#begun, this.#hasSentences];
    return {
      facts: { id, number, begun, hasSentences },
      arrays: { bytes: this.#joined(), sentences: Uint32Array.from(this.#sentences) },
    };
  }

  restore({ facts, arrays }: StageState): void {
    [this.#id, this.#number] = [facts.id as string, facts.number as number];
    [this.#begun, this.#hasSentences] = [facts.begun as boolean, facts.hasSentences as boolean];
    this.#pieces = [arrays.bytes as Uint8Array];
    this.#length = arrays.bytes!.length;
    this.#sentences = [...arrays.sentences!];
  }

  /** Takes in `bytes[from, to)`; what begins at `to` belongs to the next document, if there is one. */
  #take({ bytes, sentenceOffsets }: TextBatch, from: number, to: number, isLast: boolean): void {
    for (const start of sentenceOffsets ?? [])
      if (start >= from && (start < to || (isLast && start === to))) this.#sentences.push(this.#length + start - from);
    this.#hasSentences ||= sentenceOffsets !== undefined;
    if (from === to) return;
    this.#pieces.push(isLast ? bytes.slice(from, to) : bytes.subarray(from, to));
    this.#length += to - from;
  }

  #joined(): Uint8Array {
    if (this.#pieces.length === 1) return this.#pieces[0]!;
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}
