import { TEXT_STEPS } from "./kinds.js";
import type { TextStep } from "./units.js";

/**
 * For units that read tokens with something that was made of other texts.
 * @param from what those are called in the message: `the classifier learned from`
 * @throws TypeError if the metadata tell by which steps tokens were made, and these are others
 */
export function requireSameTextSteps(
  who: string,
  from: string,
  metadata: ReadonlyMap<string, string>,
  steps: readonly TextStep[],
): void {
  const told = metadata.get(TEXT_STEPS);
  if (told === undefined) return;
  const [wanted, found] = [JSON.parse(told) as TextStep[], JSON.parse(JSON.stringify(steps)) as TextStep[]];
  for (let place = 0; place < Math.max(wanted.length, found.length); place++) {
    const difference = differenceOf(wanted[place], found[place]);
    if (difference)
      throw new TypeError(
        `${who}: tokens must be made as those that ${from}, ${difference} in step ${place + 1} of its text; textSteps: any takes them as they are`,
      );
  }
}

/** How much is held at once, on which no token depends. */
const SIZES = ["batchSize", "maxTerms"];

/** `by normalize case "lower", got "keep"`; undefined if two steps do the same. */
function differenceOf(wanted: TextStep | undefined, found: TextStep | undefined): string | undefined {
  const [[name, options], [otherName, others]] = [entryOf(wanted), entryOf(found)];
  if (name !== otherName) return `by ${name}, got ${otherName}`;
  const shown = (value: unknown) => JSON.stringify(value) ?? "none";
  const other = [...new Set([...Object.keys(options), ...Object.keys(others)])].find(
    (option) => !SIZES.includes(option) && shown(options[option]) !== shown(others[option]),
  );
  return other && `by ${name} with ${other} ${shown(options[other])}, got ${shown(others[other])}`;
}

const entryOf = (step: TextStep | undefined) => Object.entries(step ?? { "no step": {} })[0]!;
