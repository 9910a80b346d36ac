import type { Network } from "../../kernels/neural/network.js";
import { joinFloats } from "../../kernels/numbers/joinFloats.js";
import { makeSubwordVocabulary } from "../../kernels/tokenizers/subwordVocabulary.js";
import { makeVocabulary } from "../../kernels/vocabulary/vocabulary.js";
import { type LanguageModel, type Networks, show, type Vocabulary } from "../../schemas/index.js";

/** A language model with its network. */
export interface MadeLanguageModel {
  readonly model: LanguageModel;
  readonly network: Network;
  /** What a thread runs that learns with it. */
  readonly script: URL | undefined;
  /** Of all parameters, in the order of the network's forms. */
  readonly values: Float32Array;
  readonly vocabulary: Vocabulary;
}

/**
 * @param networks by the names of the units that bring them
 * @throws TypeError if none of them is the model's, RangeError if it has other tensors
 */
export function openNetwork(who: string, model: LanguageModel, networks: Networks): MadeLanguageModel {
  const { architecture, settings, terms, counts, tokenizer } = model;
  const form = networks.get(architecture);
  if (!form?.network)
    throw new TypeError(`${who}: the model must be of ${[...networks.keys()].join(", ")}, got ${show(architecture)}`);
  const network = form.network(settings, { terms, counts }) as Network;
  return {
    ...{ model, network, script: form.networkScript, values: parametersOf(who, model, network) },
    vocabulary: tokenizer
      ? makeSubwordVocabulary(tokenizer, terms, Float64Array.from(counts), who)
      : makeVocabulary(terms, counts),
  };
}

/** All parameters, in the order of the network's forms. */
function parametersOf(who: string, { tensors }: LanguageModel, { forms }: Network): Float32Array {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const faults = forms.flatMap(({ name, shape }) => {
    const found = byName.get(name)?.shape;
    const wanted = shape.join(" x ");
    if (!found) return [`${name} of ${wanted} is missing`];
    if (found.join() === shape.join()) return [];
    const isTurned = found.length === 2 && found.toReversed().join() === shape.join();
    return [`${name} must be ${wanted} and is ${found.join(" x ")}${isTurned ? ", transposed" : ""}`];
  });
  const known = new Set(forms.map(({ name }) => name));
  const extra = tensors.filter(({ name }) => !known.has(name)).map(({ name }) => `${name} is not known`);
  const all = [...faults, ...extra];
  if (all.length === 0) return joinFloats(forms.map(({ name }) => byName.get(name)!.values));
  const more = all.length > FAULTS_TOLD ? `; and ${all.length - FAULTS_TOLD} more` : "";
  throw new RangeError(
    `${who}: the model must have the tensors of its network, got others: ${all.slice(0, FAULTS_TOLD).join("; ")}${more}`,
  );
}

/** Tensors that are told of where they are not as they must be. */
const FAULTS_TOLD = 4;
