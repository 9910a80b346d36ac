import { bert } from "../../kernels/neural/networks/bert.js";
import type { NetworkSettings } from "../../schemas/languageModel.js";
import type { NetworkTerms } from "../neural/networkKind.js";

/** The network of a model whose vocabulary is known. */
export function bertOf(settings: NetworkSettings, { counts }: Pick<NetworkTerms, "counts">) {
  const sizes = settings as unknown as Omit<Parameters<typeof bert>[0], "terms">;
  return bert({ ...sizes, terms: counts.length });
}
