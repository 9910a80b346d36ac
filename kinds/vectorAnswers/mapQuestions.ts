import { defineQuestion } from "../../schemas/answers.js";
import { integer } from "../../schemas/fields.js";
import type { DrawnTerms } from "../../schemas/layout.js";

const MOST_IN_PAGE = 50_000;
const MOST_ON_MAP = 1_000_000;
const missing = "There is no such layout any more";

/** What of a value can be drawn as a map. */
export interface Mapped<Asked> {
  /** Of the whole table. */
  terms(asked: Asked): readonly string[];
  /** Terms of the table, drawn or not. */
  count(asked: Asked): number;
  /** The newest layout of the first terms, with its version; undefined while there is none. */
  newest(asked: Asked, top: number): (DrawnTerms & { readonly version: number }) | undefined;
  /**
   * The first terms of one, all if `top` is left out.
   * @throws NotFound if there is no such version
   */
  version(asked: Asked, version: number, top?: number): DrawnTerms & { readonly version: number };
  /** Those that can be asked for, the newest last. */
  versions(asked: Asked, top: number): readonly number[];
}

/** The questions that a map is drawn by, the same for all kinds of data that have one. */
export function mapQuestions<Asked>(mapped: Mapped<Asked>) {
  return [
    defineQuestion({
      name: "terms",
      fields: {
        from: integer({ description: "How many terms are left out in front", min: 0, default: 0 }),
        limit: integer({ description: "How many terms at most", min: 1, max: MOST_IN_PAGE, default: 1000 }),
        version: integer({ description: "Those of the layout of that version", min: 1, optional: true }),
      },
      summary: "Terms in the order of the table, a page at a time",
      reply: {
        ...{ from: { type: "integer" }, of: { type: "integer" } },
        terms: { type: "array", items: { type: "string" } },
      },
      missing,
      answer: (asked: Asked, { from, limit, version }) => {
        const terms = version === undefined ? mapped.terms(asked) : mapped.version(asked, version).terms;
        return { from, of: terms.length, terms: terms.slice(from, from + limit) };
      },
    }),
    defineQuestion({
      name: "map",
      fields: {
        top: integer({ description: "How many terms, the first", min: 3, max: MOST_ON_MAP, default: 20_000 }),
        version: integer({ description: "Which layout; the newest if left out", min: 1, optional: true }),
        known: integer({
          description: "The version that whoever asks has already, of which nothing is told again",
          min: 1,
          optional: true,
        }),
      },
      summary:
        "The first terms as points in a plane; ask again while there are none, for they take a while to be laid out",
      reply: { of: { type: "integer", description: "Terms of the table" } },
      mayReply: {
        version: { type: "integer", description: "Which layout it is" },
        versions: {
          type: "array",
          items: { type: "integer" },
          description: "The layouts of so many terms that are kept, one a snapshot",
        },
        count: { type: "integer", description: "Terms that are drawn, in the order of /terms" },
        points: { type: "string", description: "x and y of each, 16 bits, little-endian, in base64" },
        groups: { type: "string", description: "The cluster of each, 8 bits, in base64" },
        neighborsKept: { type: "number", description: "The share of nearest neighbours that are nearest points" },
      },
      missing,
      answer: (asked: Asked, { top, version: wanted, known }) => {
        const of = mapped.count(asked);
        const newest = mapped.newest(asked, top);
        const layout = wanted === undefined ? newest : mapped.version(asked, wanted, top);
        if (!layout || layout.version === known) return { of };
        const { version, points, groups, neighborsKept } = layout;
        const versions = mapped.versions(asked, top);
        const drawn = { count: groups.length, points: base64(points), groups: base64(groups) };
        return { of, version, versions, ...drawn, neighborsKept };
      },
    }),
  ] as const;
}

const base64 = ({ buffer, byteOffset, byteLength }: Uint8Array | Uint16Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString("base64");
