import { schemeOf } from "../../kernels/documents/weightScheme.js";
import type { SpaceWeights } from "../../kernels/search/spaceSearcher.js";
import { WEIGHT_STEPS } from "../../schemas/kinds.js";
import { defineOptions, parseOptions, type SettingsOf } from "../../schemas/options.js";
import type { TextStep } from "../../schemas/units.js";
import { weightFields } from "../../schemas/weightFields.js";

const weights = defineOptions({ name: "weightSteps", fields: weightFields });

/**
 * How the terms of documents were weighed that something was made of, by what its metadata tell; none where counts are as they were.
 * @throws TypeError for a step whose weights cannot be made again
 */
export function toldWeights(metadata: ReadonlyMap<string, string>): SpaceWeights | undefined {
  const steps = JSON.parse(metadata.get(WEIGHT_STEPS) ?? "[]") as TextStep[];
  if (steps.length === 0) return undefined;
  const [name, options] = Object.entries(steps[0]!)[0]!;
  if (steps.length > 1 || !["weighTerms", "weighTermsOnline"].includes(name))
    throw new TypeError(
      `searchDocuments: the documents of the space must be counts, or weighed by weighTerms, got ${steps.flatMap(Object.keys).join(", ")}`,
    );
  const own = Object.entries(options).filter(([option]) => option in weightFields);
  const settings: SettingsOf<typeof weights> = parseOptions(weights, Object.fromEntries(own));
  return { scheme: schemeOf(name, settings), slope: settings.slope };
}
