import type { SettingsOf } from "../../schemas/options.js";
import type { weightFields } from "../../schemas/weightFields.js";
import { smartScheme, type WeightScheme, weightPresets } from "./termWeights.js";

type WeightSettings = Omit<SettingsOf<{ readonly name: string; readonly fields: typeof weightFields }>, "slope">;

/**
 * How terms are weighed, from the options.
 * @throws RangeError if a letter is unknown
 */
export function schemeOf(who: string, { preset, smart, sublinear, norm }: WeightSettings): WeightScheme {
  const scheme = smart === undefined ? weightPresets[preset] : smartScheme(who, smart);
  return { ...scheme, ...(sublinear ? { tf: "logarithm" as const } : {}), ...(norm === undefined ? {} : { norm }) };
}
