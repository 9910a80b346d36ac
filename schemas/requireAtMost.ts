import { show } from "./options.js";

/** @throws RangeError if one option is above another that bounds it; `measure` makes numbers of both */
export function requireAtMost<Options>(
  who: string,
  options: Options,
  [option, bound]: readonly [keyof Options & string, keyof Options & string],
  measure: (value: Options[keyof Options]) => number = Number,
): void {
  if (measure(options[option]) <= measure(options[bound])) return;
  throw new RangeError(
    `${who}: ${option} must be at most ${bound} = ${show(options[bound])}, got ${show(options[option])}`,
  );
}
