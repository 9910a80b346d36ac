import { classSoftmax } from "./classSoftmax.js";
import { fullSoftmax } from "./fullSoftmax.js";
import type { OutputLayer, OutputSizes } from "./outputLayer.js";
import { sampledSoftmax } from "./sampledSoftmax.js";

/** Which output a network has: all terms, classes of terms, or sampled terms. */
export type OutputChoice =
  | { readonly kind: "full" }
  | { readonly kind: "classes"; readonly starts: Uint32Array }
  | { readonly kind: "sampled"; readonly candidates: number };

export function outputOf(sizes: OutputSizes, choice: OutputChoice = { kind: "full" }): OutputLayer {
  if (choice.kind === "classes") return classSoftmax(sizes, choice.starts);
  return choice.kind === "sampled" ? sampledSoftmax(sizes, choice.candidates) : fullSoftmax(sizes);
}
