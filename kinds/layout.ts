import { GRID } from "../kernels/layout/onGrid.js";
import { type Answers, NotFound } from "../schemas/answers.js";
import { defineKind } from "../schemas/kinds.js";
import type { TermLayout } from "../schemas/layout.js";
import { wholeColumns } from "./rows.js";
import { mapQuestions } from "./vectorAnswers/mapQuestions.js";

const columns = ["term", "x", "y", "cluster"];
const rowsAtOnce = 65_536;

/** It is made once, and so has one version. */
const ONLY = 1;
const shown = (layout: TermLayout, top = layout.terms.length) => ({
  version: ONLY,
  terms: layout.terms.slice(0, top),
  points: layout.points.subarray(0, 2 * top),
  groups: layout.groups.subarray(0, top),
  neighborsKept: layout.neighborsKept,
});

const answers: Answers<TermLayout> = {
  about: "maps of terms",
  onTheWay: true,
  told: { terms: { of: ({ terms }: TermLayout) => terms.length } },
  questions: mapQuestions<TermLayout>({
    terms: ({ terms }) => terms,
    count: ({ of }) => of,
    newest: shown,
    version: (layout, version) => {
      if (version === ONLY) return shown(layout);
      throw new NotFound(`layout ${version} is not kept; the only one is ${ONLY}`);
    },
    versions: () => [ONLY],
  }),
};

/** A map of terms: a row a term, the most frequent first, with its place, up to 65,535 in the longer direction, and its cluster. */
export const layout = defineKind({
  name: "layout",
  arrives: "whole",
  columns,
  amounts: { points: ({ terms }: TermLayout) => terms.length },
  table: {
    schema: () => ({ columns: { term: "text", x: "int32", y: "int32", cluster: "int32" } }),
    facts: ({ of, neighborsKept, metadata }) => ({ of, neighborsKept, metadata: [...metadata] }),
    *blocks({ terms, points, groups }) {
      for (let from = 0; from < terms.length; from += rowsAtOnce) {
        const some = terms.slice(from, from + rowsAtOnce);
        const rows = some.length;
        const axis = (k: number) => Int32Array.from(some, (_, row) => points[2 * (from + row) + k]!);
        yield { columns: [some, axis(0), axis(1), Int32Array.from(groups.subarray(from, from + rows))], rows };
      }
    },
    async read(table, facts) {
      const [terms, x, y, clusters] = await wholeColumns<[string, number, number, number]>(table, columns);
      const points = new Uint16Array(2 * terms.length);
      terms.forEach((_, row) => {
        requireOnMap(table.path, row, x[row]!, y[row]!);
        points.set([x[row]!, y[row]!], 2 * row);
      });
      return {
        ...{ terms, points, groups: Uint8Array.from(clusters) },
        of: facts.of as number,
        neighborsKept: facts.neighborsKept as number,
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

function requireOnMap(path: string, row: number, ...place: readonly number[]): void {
  if (place.every((value) => Number.isInteger(value) && value >= 0 && value <= GRID)) return;
  throw new RangeError(
    `${path}: places must be whole numbers from 0 to ${GRID}, got ${place.join(", ")} in row ${row}`,
  );
}
