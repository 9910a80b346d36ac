import { type CharacterFilters, elmo } from "../../kernels/neural/networks/elmo.js";
import type { NetworkSettings } from "../../schemas/languageModel.js";
import { show } from "../../schemas/options.js";
import type { NetworkTerms } from "../neural/networkKind.js";
import { outputOf } from "../neural/outputChoice.js";

/** The network of a model whose vocabulary is known. */
export function elmoOf(settings: NetworkSettings, { terms, counts }: NetworkTerms) {
  const sizes = settings as unknown as Omit<Parameters<typeof elmo>[0], "terms" | "filters" | "output">;
  const filters = filtersOf(settings.filters as string);
  return elmo({ ...sizes, terms, filters, output: outputOf(settings, counts) });
}

/** @throws SyntaxError if they are not `width:count` between spaces, each width once */
export function filtersOf(told: string): CharacterFilters[] {
  const filters = told
    .trim()
    .split(/\s+/)
    .map((part) => {
      const [, width, count] = /^([1-9]\d{0,2}):([1-9]\d{0,4})$/.exec(part) ?? [];
      return { width: Number(width), count: Number(count) };
    });
  const widths = new Set(filters.map(({ width }) => width));
  if (widths.size === filters.length && filters.every(({ count }) => count > 0)) return filters;
  throw new SyntaxError(
    `elmo: filters must be width:count between spaces, each width once, as 1:32 2:64, got ${show(told)}`,
  );
}
