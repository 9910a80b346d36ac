import { nnlm } from "../../kernels/neural/networks/nnlm.js";
import type { NetworkSettings } from "../../schemas/languageModel.js";
import type { NetworkTerms } from "../neural/networkKind.js";
import { outputOf } from "../neural/outputChoice.js";

/** The network of a model whose vocabulary is known. */
export function nnlmOf(settings: NetworkSettings, { counts }: Pick<NetworkTerms, "counts">) {
  const sizes = settings as unknown as Omit<Parameters<typeof nnlm>[0], "terms" | "output">;
  return nnlm({ ...sizes, terms: counts.length, output: outputOf(settings, counts) });
}
