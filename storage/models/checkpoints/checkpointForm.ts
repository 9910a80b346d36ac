import type { NetworkSettings } from "../../../schemas/languageModel.js";

export type Json = Readonly<Record<string, unknown>>;

/** Another name of a tensor. */
export interface TiedTensor {
  readonly name: string;
  readonly to: string;
}

/** How the transformers library writes a network: names of sizes and tensors. */
export interface CheckpointForm {
  /** `model_type` of config.json. */
  readonly modelType: string;
  /** The unit that knows the network. */
  readonly architecture: string;
  /** The tensor with a row a term that reads ids, as the network names it. */
  readonly vectors: string;
  /** Tensors that may be there too, if each is equal to the one that the network has in its place. */
  readonly tied: readonly TiedTensor[];
  /** What the network calls a tensor of the file; undefined for one that it does not read. */
  nameOf(name: string, settings: NetworkSettings): string | undefined;
  /**
   * What the network is made by.
   * @param where the file, for messages
   * @param names of the tensors in the file
   * @throws RangeError if it is a network that the unit does not have
   */
  settings(config: Json, where: string, names: readonly string[]): NetworkSettings;
  /** config.json, but for `model_type`. @param end the id that ends a text, if one does */
  config(settings: NetworkSettings, terms: number, end: number | undefined): Json;
}
