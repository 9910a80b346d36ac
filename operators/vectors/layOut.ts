import { defer, type OperatorFunction } from "rxjs";
import { layoutMethods } from "../../kernels/layout/layOutTerms.js";
import { neighborsKept } from "../../kernels/layout/neighborsKept.js";
import { onGrid } from "../../kernels/layout/onGrid.js";
import { layOutOnThreads } from "../../kinds/vectorAnswers/layOutOnThreads.js";
import { currentScope } from "../../runtime/flow.js";
import { mapAsync } from "../../runtime/mapAsync.js";
import { integer, oneOf } from "../../schemas/fields.js";
import type { TermLayout } from "../../schemas/layout.js";
import { type OptionsOf, parseOptions, type SettingsOf } from "../../schemas/options.js";
import { defineUnit } from "../../schemas/units.js";
import type { VectorTable } from "../../schemas/vectors.js";

/** Fewer are no picture. */
const FEWEST = 3;

export const layOutSchema = defineUnit({
  name: "layOut",
  kind: "operator",
  reads: "vectors",
  makes: "layout",
  summary: "Lays the first terms out in a plane, those with similar vectors near each other",
  paper: "t-SNE: van der Maaten and Hinton 2008; by Fourier transforms: Linderman et al. 2019",
  fields: {
    top: integer({ default: 20_000, min: FEWEST, max: 1_000_000, description: "How many terms, the most frequent" }),
    method: oneOf(layoutMethods, {
      default: "neighbors",
      description: "By t-SNE of nearest neighbours, or along the two principal axes",
    }),
    seed: integer({ default: 1, min: 0, description: "Seed of the draws; another one gives another map" }),
  },
  create: (_, options): OperatorFunction<VectorTable, TermLayout> => layOut(options),
});

export type LayOutOptions = OptionsOf<typeof layOutSchema>;

/**
 * The first terms of each table as points in a plane with their clusters, as `lexstream map` draws them: what the page shows at once, without
 * laying it out again. Same vectors, same places, however many threads there are.
 *
 * In:  VectorTable (V, D). Out: TermLayout of V or `top` terms. State: 12 D + 400 bytes a term that is drawn.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range; RangeError through the stream, for fewer than 3 terms
 * @see `kernels/layout/layOutTerms.ts`
 * @example
 *   vectors$.pipe(layOut({ top: 5000 }), writeLayout({ path: "layout.arrow" }))
 */
export function layOut(options?: LayOutOptions): OperatorFunction<VectorTable, TermLayout> {
  const settings = parseOptions(layOutSchema, options);
  return (source) =>
    defer(() => {
      const scope = currentScope();
      return source.pipe(
        mapAsync(async (table) => {
          const layout = await layoutOf(table, settings);
          scope.took(table.terms.length);
          return layout;
        }),
      );
    });
}

async function layoutOf(
  { terms, values, vectorSize, metadata }: VectorTable,
  { top, method, seed }: SettingsOf<typeof layOutSchema>,
): Promise<TermLayout> {
  const drawn = terms.slice(0, top);
  if (drawn.length < FEWEST)
    throw new RangeError(`layOut: there must be at least ${FEWEST} terms to draw, got ${drawn.length}`);
  const rows = values.slice(0, drawn.length * vectorSize);
  const layout = await layOutOnThreads(rows, vectorSize, { method, seed });
  return {
    terms: drawn,
    points: onGrid(layout.points),
    groups: layout.groups,
    neighborsKept: neighborsKept(layout),
    of: terms.length,
    metadata: new Map([...metadata, ["layout", method], ["layoutSeed", String(seed)]]),
  };
}
