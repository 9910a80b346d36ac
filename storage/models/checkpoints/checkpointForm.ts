import type { NetworkSettings } from "../../../schemas/languageModel.js";

export type Json = Readonly<Record<string, unknown>>;

/** How the transformers library writes a network: names of sizes and tensors. */
export interface CheckpointForm {
  /** `model_type` of config.json. */
  readonly modelType: string;
  /** The unit that knows the network. */
  readonly architecture: string;
  /** The tensor with a row a term that reads ids, as the network names it. */
  readonly vectors: string;
  /** A tensor that may be there too, if it is equal to the one that the network has in its place. */
  readonly tied?: { readonly name: string; readonly to: string };
  /** What the network calls a tensor of the file; undefined for one of which nothing is learned. */
  nameOf(name: string): string | undefined;
  /**
   * What the network is made by.
   * @param where the file, for messages
   * @throws RangeError if it is a network that the unit does not have
   */
  settings(config: Json, where: string): NetworkSettings;
  /** config.json, but for `model_type`. @param end the id that ends a text, if one does */
  config(settings: NetworkSettings, terms: number, end: number | undefined): Json;
}
