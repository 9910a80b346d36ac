import type { NetworkClassifier } from "../../schemas/classifier.js";
import type { Engine, Parameters } from "./engine.js";
import { batchOfTexts, type MarkedText } from "./markedTexts.js";
import type { Network } from "./network.js";
import { headOf, headParameters } from "./networkHead.js";

/** Two texts, with the places of the word that is compared. */
export type MarkedPair = readonly [MarkedText, MarkedText];

/** Predicts the label of a word in two texts with a classifier over a language model, a pair at a time. State: the parameters on an engine. */
export class PairPredictor {
  readonly #labels: readonly string[];
  readonly #network: Network;
  readonly #engine: Engine;
  readonly #parameters: Parameters;

  /** @param network of the language model */
  constructor(classifier: NetworkClassifier, network: Network, engine: Engine) {
    this.#labels = classifier.labels;
    this.#engine = engine;
    this.#network = headOf(classifier, network, 2);
    this.#parameters = headParameters(classifier, this.#network, engine);
  }

  /** The most probable label; of equally probable ones the first. */
  async predict(pair: MarkedPair): Promise<string> {
    const batch = { ...batchOfTexts([pair]), firstRow: 0 };
    const scores = await this.#engine.scope(() =>
      this.#engine.read(this.#network.predict(this.#engine, this.#parameters, batch).logits),
    );
    return this.#labels[scores.indexOf(Math.max(...scores))]!;
  }

  close(): void {
    this.#parameters.close();
  }
}
