import { gpt } from "../../kernels/neural/networks/gpt.js";
import type { NetworkSettings } from "../../schemas/languageModel.js";
import type { NetworkTerms } from "../neural/networkKind.js";

/** The network of a model whose vocabulary is known. */
export function gptOf(settings: NetworkSettings, { counts }: Pick<NetworkTerms, "counts">) {
  const sizes = settings as unknown as Omit<Parameters<typeof gpt>[0], "terms">;
  return gpt({ ...sizes, terms: counts.length });
}
