import { defineKind } from "../schemas/kinds.js";
import type { Phrases } from "../schemas/phrases.js";
import type { TableSchema } from "../schemas/tables.js";
import { inBlocks, wholeColumns } from "./rows.js";

const schema: TableSchema = { columns: { first: "text", second: "text", score: "float64" } };

/** Pairs of terms that belong together. */
export const phrases = defineKind({
  name: "phrases",
  arrives: "whole",
  amounts: { phrases: ({ size }: Phrases) => size },
  table: {
    schema: () => schema,
    blocks: (phrases) => inBlocks(schema, rowsOf(phrases)),
    async read(table) {
      const names = ["first", "second", "score"];
      const [first, second, score] = await wholeColumns<[string, string, number]>(table, names);
      const pairs = new Map<string, Map<string, number>>();
      first.forEach((term, row) => {
        const seconds = pairs.get(term) ?? new Map<string, number>();
        pairs.set(term, seconds.set(second[row]!, score[row]!));
      });
      return { pairs, size: first.length };
    },
  },
  shown: ([phrases]) => Object.fromEntries(rowsOf(phrases!).map(([a, b, score]) => [`${a} ${b}`, score])),
});

function rowsOf({ pairs }: Phrases): [string, string, number][] {
  return [...pairs].flatMap(([first, seconds]) =>
    [...seconds].map(([second, score]): [string, string, number] => [first, second, score]),
  );
}
