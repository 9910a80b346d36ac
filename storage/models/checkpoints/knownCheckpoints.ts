import { show } from "../../../schemas/options.js";
import { bert } from "./bert.js";
import type { CheckpointForm } from "./checkpointForm.js";
import { gpt2 } from "./gpt2.js";

/** A new form is one line here. */
const forms: readonly CheckpointForm[] = [bert, gpt2];

/** How the network of a unit is written for other programs, if it is. */
export function formOfArchitecture(architecture: string): CheckpointForm | undefined {
  return forms.find((form) => form.architecture === architecture);
}

/** The unit that knows the network of a `model_type`: it may have the same name. */
export function architectureOf(modelType: string): string {
  return forms.find((form) => form.modelType === modelType)?.architecture ?? modelType;
}

/** @throws RangeError with the forms that are known */
export function formOfType(modelType: unknown, where: string): CheckpointForm {
  const form = forms.find((each) => each.modelType === modelType);
  if (form) return form;
  const known = forms.map((each) => each.modelType).join(", ");
  throw new RangeError(
    `${where}: model_type must be one of ${known}, or of a model that lexstream wrote, got ${show(modelType)}`,
  );
}
