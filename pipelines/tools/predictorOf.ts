import { Predictor } from "../../kernels/linear/predictor.js";
import { NetworkPredictor } from "../../kernels/neural/networkPredictor.js";
import { openEngine } from "../../models/neural/openEngine.js";
import { openNetwork } from "../../models/neural/openNetwork.js";
import { type AnyClassifier, isNetworkClassifier, type TextPredictor } from "../../schemas/index.js";
import { networksOf } from "./networksOf.js";
import type { Known } from "./textSteps.js";

/** Makes a classifier ready to be asked. @throws TypeError if it asks a language model whose network no unit knows */
export function predictorOf(classifier: AnyClassifier, known: Known): TextPredictor {
  if (!isNetworkClassifier(classifier)) return new Predictor(classifier);
  const { network, vocabulary } = openNetwork("classify", classifier.model, networksOf(known));
  return new NetworkPredictor(classifier, network, vocabulary, openEngine());
}
