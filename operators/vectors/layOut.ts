import { defer, map, type OperatorFunction, takeLast } from "rxjs";
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
    snapshots: integer({
      default: 1,
      min: 1,
      max: 32,
      description:
        "How many epochs of the model before it are laid out, spread evenly to the last; each begins where the one before left the terms",
    }),
  },
  snapshots: ({ snapshots, top }) => ({ count: snapshots, part: (table) => firstRows(table, top) }),
  create: (_, options): OperatorFunction<VectorTable, TermLayout> => layOut(options),
});

export type LayOutOptions = OptionsOf<typeof layOutSchema>;

/**
 * The first terms of each table as points in a plane with their clusters, as `lexstream map` draws them: what the page shows at once, without
 * laying it out again. Same vectors, same places, however many threads there are. With `snapshots`, all tables are of the same terms and become
 * one layout, the last one's, with the places in those before.
 *
 * In:  VectorTable (V, D). Out: TermLayout of V or `top` terms. State: 12 D + 400 bytes a term that is drawn, and 17 bytes of each snapshot.
 * In a pipeline the snapshots themselves wait for it, 4 D bytes a term and snapshot.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range, or snapshots are to be laid out by another method than
 * `neighbors`, which alone can begin where terms lay; RangeError through the stream, for fewer than 3 terms, or snapshots of other terms
 * @see `kernels/layout/layOutTerms.ts`
 * @example
 *   vectors$.pipe(layOut({ top: 5000 }), writeLayout({ path: "layout.arrow" }))
 */
export function layOut(options?: LayOutOptions): OperatorFunction<VectorTable, TermLayout> {
  const settings = parseOptions(layOutSchema, options);
  const { method, snapshots } = settings;
  if (snapshots > 1 && method !== "neighbors")
    throw new RangeError(`layOut: snapshots must be 1 with the method ${method}, got ${snapshots}`);
  return (source) =>
    defer(() => {
      const scope = currentScope();
      const laidOut: LaidOut[] = [];
      const layouts = source.pipe(
        mapAsync(async (table) => {
          laidOut.push(await layoutOf(table, settings, laidOut.at(-1)));
          scope.took(table.terms.length);
          return snapshots > 1 ? laidOut : laidOut.splice(0);
        }),
      );
      return (snapshots > 1 ? layouts.pipe(takeLast(1)) : layouts).pipe(map((all) => drawn(all, settings)));
    });
}

/** A layout before it is put on the grid. */
interface LaidOut extends Omit<TermLayout, "points" | "earlier"> {
  readonly points: Float64Array;
}

async function layoutOf(
  whole: VectorTable,
  { top, method, seed }: SettingsOf<typeof layOutSchema>,
  before: LaidOut | undefined,
): Promise<LaidOut> {
  const { terms, values, vectorSize, metadata } = firstRows(whole, top);
  if (terms.length < FEWEST)
    throw new RangeError(`layOut: there must be at least ${FEWEST} terms to draw, got ${terms.length}`);
  if (before && !isEqual(before.terms, terms))
    throw new RangeError("layOut: snapshots must be of the same terms, got others in one of them");
  const layout = await layOutOnThreads(values, vectorSize, { method, seed }, before?.points);
  const { points, groups } = layout;
  return { terms, points, groups, neighborsKept: neighborsKept(layout), of: whole.terms.length, metadata };
}

/** The last layout, on one grid with those before it, so that what lies still is seen to. */
function drawn(all: readonly LaidOut[], { method, seed }: SettingsOf<typeof layOutSchema>): TermLayout {
  const last = all.at(-1)!;
  const points = onGrid(concat(all.map((each) => each.points)));
  const size = last.points.length;
  const places = all.map(({ neighborsKept }, k) => ({
    points: points.slice(k * size, (k + 1) * size),
    neighborsKept,
  }));
  const told = [
    ["layout", method],
    ["layoutSeed", String(seed)],
  ] as const;
  const snapshots = all.length > 1 ? [["layoutSnapshots", String(all.length)] as const] : [];
  return {
    ...last,
    ...places.at(-1)!,
    earlier: places.slice(0, -1),
    metadata: new Map([...last.metadata, ...told, ...snapshots]),
  };
}

const isEqual = (some: readonly string[], others: readonly string[]) =>
  some.length === others.length && some.every((term, row) => term === others[row]);

function concat(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A copy of the first rows of a table, without subwords. */
const firstRows = ({ terms, values, vectorSize, metadata }: VectorTable, top: number): VectorTable => ({
  ...{ terms: terms.slice(0, top), vectorSize, metadata },
  values: values.slice(0, Math.min(top, terms.length) * vectorSize),
});
