import { rnnlm } from "../../kernels/neural/networks/rnnlm.js";
import type { NetworkSettings } from "../../schemas/languageModel.js";
import type { NetworkTerms } from "../neural/networkKind.js";
import { outputOf } from "../neural/outputChoice.js";

/** The network of a model whose vocabulary is known. */
export function rnnlmOf(settings: NetworkSettings, { counts }: Pick<NetworkTerms, "counts">) {
  const sizes = settings as unknown as Omit<Parameters<typeof rnnlm>[0], "terms" | "output">;
  return rnnlm({ ...sizes, terms: counts.length, output: outputOf(settings, counts) });
}
