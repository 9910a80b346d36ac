import { GRID } from "../kernels/layout/onGrid.js";
import { type Answers, NotFound } from "../schemas/answers.js";
import { defineKind } from "../schemas/kinds.js";
import type { Places, TermLayout } from "../schemas/layout.js";
import type { ReadableTable } from "../schemas/tables.js";
import { wholeColumns } from "./rows.js";
import { mapQuestions } from "./vectorAnswers/mapQuestions.js";

const columns = ["term", "x", "y", "cluster"];
const rowsAtOnce = 65_536;

/** Places by epochs, the finished ones last; their versions count from 1. */
const placesIn = (layout: TermLayout): readonly Places[] => [...layout.earlier, layout];

function shown(layout: TermLayout, version: number, top = layout.terms.length) {
  const { points, neighborsKept } = placesIn(layout)[version - 1]!;
  const terms = layout.terms.slice(0, top);
  return {
    ...{ version, terms, neighborsKept },
    points: points.subarray(0, 2 * terms.length),
    groups: layout.groups.subarray(0, terms.length),
  };
}

/** Columns of the places of an earlier epoch, by its number from 1. */
const earlierColumns = (number: number) => [`x${number}`, `y${number}`] as const;

const answers: Answers<TermLayout> = {
  about: "maps of terms",
  onTheWay: true,
  told: {
    terms: { of: ({ terms }: TermLayout) => terms.length },
    layouts: { of: (layout: TermLayout) => placesIn(layout).length, isFixed: true },
  },
  questions: mapQuestions<TermLayout>({
    terms: ({ terms }) => terms,
    count: ({ of }) => of,
    newest: (layout, top) => shown(layout, placesIn(layout).length, top),
    version: (layout, version, top) => {
      const kept = placesIn(layout).length;
      if (version <= kept) return shown(layout, version, top);
      throw new NotFound(
        `layout ${version} is not kept; ${kept === 1 ? "the only one is 1" : `the last one is ${kept}`}`,
      );
    },
    versions: (layout) => placesIn(layout).map((_, k) => k + 1),
  }),
};

/**
 * A map of terms: a row a term, the most frequent first, with its place, up to 65,535 in the longer direction, and its cluster; and its places in
 * earlier epochs, `x1` and `y1` in the first.
 */
export const layout = defineKind({
  name: "layout",
  arrives: "whole",
  columns,
  amounts: { points: ({ terms }: TermLayout) => terms.length },
  table: {
    schema: ({ earlier }) => {
      const more = earlier.flatMap((_, k) => earlierColumns(k + 1));
      const places = Object.fromEntries(more.map((name) => [name, "int32" as const]));
      return { columns: { term: "text", x: "int32", y: "int32", cluster: "int32", ...places } };
    },
    facts: ({ of, neighborsKept, metadata, earlier }) => ({
      ...{ of, neighborsKept, metadata: [...metadata] },
      earlier: earlier.map(({ neighborsKept }) => neighborsKept),
    }),
    *blocks({ terms, points, groups, earlier }) {
      for (let from = 0; from < terms.length; from += rowsAtOnce) {
        const some = terms.slice(from, from + rowsAtOnce);
        const rows = some.length;
        const axes = (points: Uint16Array) =>
          [0, 1].map((k) => Int32Array.from(some, (_, row) => points[2 * (from + row) + k]!));
        const clusters = Int32Array.from(groups.subarray(from, from + rows));
        yield { columns: [some, ...axes(points), clusters, ...earlier.flatMap(({ points }) => axes(points))], rows };
      }
    },
    async read(table, facts) {
      const [terms, clusters] = await wholeColumns<[string, number]>(table, ["term", "cluster"]);
      const placesAt = async (axes: readonly string[], neighborsKept: number): Promise<Places> => ({
        points: await pointsIn(table, axes),
        neighborsKept,
      });
      const earlier: Places[] = [];
      for (const kept of (facts.earlier ?? []) as number[]) // left out in files of earlier versions
        earlier.push(await placesAt(earlierColumns(earlier.length + 1), kept));
      return {
        ...{ terms, groups: Uint8Array.from(clusters), earlier },
        ...(await placesAt(["x", "y"], facts.neighborsKept as number)),
        of: facts.of as number,
        metadata: new Map(facts.metadata as [string, string][]),
      };
    },
  },
  terms: ({ terms }) => terms,
  origin: {
    of: ({ metadata }) => metadata,
    with: (value, metadata) => ({ ...value, metadata }),
  },
  answers,
  shown: ([value]) => ({ terms: value!.terms.length, of: value!.of }),
});

async function pointsIn(table: ReadableTable, axes: readonly string[]): Promise<Uint16Array> {
  const [x, y] = await wholeColumns<[number, number]>(table, axes);
  const points = new Uint16Array(2 * x.length);
  x.forEach((_, row) => {
    requireOnMap(table.path, row, x[row]!, y[row]!);
    points.set([x[row]!, y[row]!], 2 * row);
  });
  return points;
}

function requireOnMap(path: string, row: number, ...place: readonly number[]): void {
  if (place.every((value) => Number.isInteger(value) && value >= 0 && value <= GRID)) return;
  throw new RangeError(
    `${path}: places must be whole numbers from 0 to ${GRID}, got ${place.join(", ")} in row ${row}`,
  );
}
