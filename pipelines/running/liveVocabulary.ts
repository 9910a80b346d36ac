import { vocabularyOf } from "../../kernels/vocabulary/vocabulary.js";
import type { Vocabulary } from "../../schemas/index.js";
import { duringPass, type PipelineNode } from "../graph/nodes.js";

/** The vocabulary that grows in a pass over a live source. State: its size, and the models that wait for it to go on with. */
export class LiveVocabulary {
  readonly #waiting = new Map<PipelineNode, (vocabulary: Vocabulary) => void>();
  #size: number | undefined;

  /** Distinct terms; undefined before the first. */
  get size(): number | undefined {
    return this.#size;
  }

  /** Calls `goOn` once the vocabulary is known of which a model reads. */
  whenKnown(model: PipelineNode, goOn: (vocabulary: Vocabulary) => void): void {
    this.#waiting.set(model, goOn);
  }

  /** Looks at a value that a node has made. */
  see(node: PipelineNode, value: unknown): void {
    const vocabulary = vocabularyOf(value);
    if (!vocabulary) return;
    this.#size = vocabulary.terms.length;
    if (this.#waiting.size === 0) return;
    for (const behind of duringPass(node)) {
      this.#waiting.get(behind)?.(vocabulary);
      this.#waiting.delete(behind);
    }
  }
}
