import type { ContextModel } from "../../kernels/neural/contextWords.js";
import type { LanguageModel } from "../../schemas/index.js";
import { builtIn, type Registry } from "../config/registry.js";
import { openModelIn } from "./languageModels.js";

/**
 * Opens a language model for `contextVectors` in code.
 * @throws TypeError if no unit knows its network, or that tells no layers; RangeError if it has other tensors
 * @example
 *   tokens$.pipe(contextVectors(openContextModel(model), { layers: "all" }), writeContextVectors({ path: "vectors.arrow" }))
 */
export function openContextModel(model: LanguageModel, registry: Registry = builtIn): ContextModel {
  return openModelIn(registry, "openContextModel", model);
}
