import type { NetworkClassifier } from "../../schemas/classifier.js";
import { joinFloats } from "../numbers/joinFloats.js";
import type { Engine, Parameters } from "./engine.js";
import type { Network } from "./network.js";
import { textHead } from "./networks/textHead.js";

/** A classifier's whole network: the language model's, and the head behind it. */
export function headOf({ labels, head: { layers } }: NetworkClassifier, network: Network, texts: 1 | 2): Network {
  return textHead(network, { classes: labels.length, layers, texts, dropout: 0, freeze: false });
}

/** The parameters of a classifier's whole network, on an engine. */
export function headParameters({ model, head }: NetworkClassifier, { forms }: Network, engine: Engine): Parameters {
  const known = new Map([...model.tensors, ...head.tensors].map(({ name, values }) => [name, values]));
  const parameters = engine.parameters(forms);
  parameters.write("values", joinFloats(forms.map(({ name }) => known.get(name)!)));
  return parameters;
}
