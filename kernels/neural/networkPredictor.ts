import type { ClassifierHead, NetworkClassifier, Pooling } from "../../schemas/classifier.js";
import type { Explanation, Prediction, PredictOptions, TextPredictor } from "../../schemas/textPredictor.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { best, softmax } from "../linear/predictor.js";
import type { Engine, Parameters } from "./engine.js";
import { batchOfTexts, markPlaces } from "./markedTexts.js";
import type { Network } from "./network.js";
import { headOf, headParameters } from "./networkHead.js";
import { TextIds } from "./textIds.js";

/**
 * Predicts the labels of texts with a classifier over a language model, a text at a time. Words beyond the places that are read are left out.
 * In: the words of a text. Out: at most k labels, the most probable first, equal ones in the order of the labels; none for a text without a
 * word. State: the parameters on an engine, the text and pieces of each word.
 */
export class NetworkPredictor implements TextPredictor {
  readonly #classifier: NetworkClassifier;
  readonly #network: Network;
  readonly #engine: Engine;
  readonly #parameters: Parameters;
  readonly #texts: TextIds;
  readonly #pooling: Pooling;

  /**
   * @param network of the language model
   * @param engine one that reads at once, as compiled kernels do
   * @throws TypeError if it is no classifier of texts
   */
  constructor(classifier: NetworkClassifier, network: Network, vocabulary: Vocabulary, engine: Engine) {
    const { model, head } = classifier;
    this.#classifier = classifier;
    this.#pooling = textPooling(head);
    this.#texts = new TextIds(vocabulary, network, model);
    this.#engine = engine;
    this.#network = headOf(classifier, network, 1);
    this.#parameters = headParameters(classifier, this.#network, engine);
  }

  get wordForm() {
    return this.#texts.wordForm;
  }

  predict(words: readonly string[] | Int32Array, { k = 1, threshold = 0 }: PredictOptions = {}): Prediction[] {
    const scores = this.scores(words);
    if (!scores) return [];
    const { temperature, labels } = this.#classifier;
    const probabilities = this.probabilitiesAt(scores, temperature);
    return best(probabilities, k)
      .filter((id) => probabilities[id]! >= threshold)
      .map((id) => ({ label: labels[id]!, probability: probabilities[id]! }));
  }

  scores(words: readonly string[] | Int32Array): Float64Array | undefined {
    const { length } = this.#classifier.head;
    const text = this.#texts.of(this.#numbersOf(words), length);
    if (text.ids.length === 0) return undefined;
    const batch = { ...batchOfTexts([[markPlaces(text, this.#pooling)]]), firstRow: 0 };
    return this.#engine.scope(() => {
      const { logits } = this.#network.predict(this.#engine, this.#parameters, batch);
      return Float64Array.from(this.#engine.read(logits) as Float32Array);
    });
  }

  probabilitiesAt(scores: Float64Array, temperature: number): Float64Array {
    return softmax(scores.map((score) => score / temperature));
  }

  /** What a label rests on, before temperature: how much is lost where all places of a word are left out. Costs as many readings as there are words. */
  explain(words: readonly string[] | Int32Array, k = 10): Explanation | undefined {
    const { labels } = this.#classifier;
    const numbers = this.#numbersOf(words);
    const all = this.scores(numbers);
    if (!all || labels.length < 2) return undefined;
    const [first, second] = best(all, 2) as [number, number];
    const reasons = [...new Set(numbers)].map((word) => {
      const rest = this.scores(numbers.filter((each) => each !== word)) ?? new Float64Array(labels.length);
      const weight = all[first]! - all[second]! - (rest[first]! - rest[second]!);
      return { feature: this.wordForm.termOf(word), weight };
    });
    reasons.sort((x, y) => Math.abs(y.weight) - Math.abs(x.weight));
    return { label: labels[first]!, against: labels[second]!, reasons: reasons.slice(0, k) };
  }

  #numbersOf(words: readonly string[] | Int32Array): Int32Array {
    return words instanceof Int32Array ? words : Int32Array.from(words, this.wordForm.make);
  }
}

function textPooling({ pooling }: ClassifierHead): Pooling {
  if (pooling !== "target") return pooling;
  throw new TypeError(
    "classify: the classifier must be one of texts, got one of a word in two texts; eval --word-in-context asks it",
  );
}
