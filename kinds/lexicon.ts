import { FrozenLexicon, lexiconRows } from "../kernels/vocabulary/frozenLexicon.js";
import { defineKind } from "../schemas/kinds.js";
import type { Rows, TableSchema } from "../schemas/tables.js";
import type { Lexicon } from "../schemas/tokens.js";

const schema: TableSchema = { columns: { id: "int32", term: "text", count: "float64" } };

const rowsAtOnce = 65_536;

/** The terms that provisional ids stand for, once the pass that gives them out is over. */
export const lexicon = defineKind({
  name: "lexicon",
  arrives: "whole",
  table: {
    schema: () => schema,
    facts: ({ size, prunedOccurrences }) => ({ size, prunedOccurrences }),
    blocks,
    async read(table, { size, prunedOccurrences }) {
      const lexicon = new FrozenLexicon(size as number, prunedOccurrences as number);
      for await (const { rows, columns } of table.blocks(["id", "term", "count"])) {
        const [ids, terms, counts] = columns as [ArrayLike<number>, readonly string[], ArrayLike<number>];
        for (let row = 0; row < rows; row++)
          lexicon.add({ id: ids[row]! >>> 0, term: terms[row]!, count: counts[row]! });
      }
      return lexicon;
    },
  },
});

/** Ids are unsigned, and stand in int32 columns bit by bit. */
function* blocks(lexicon: Lexicon): Generator<Rows> {
  let [ids, terms, counts]: [number[], string[], number[]] = [[], [], []];
  const block = (): Rows => ({ columns: [Int32Array.from(ids), terms, Float64Array.from(counts)], rows: ids.length });
  for (const { id, term, count } of lexiconRows(lexicon)) {
    ids.push(id);
    terms.push(term);
    counts.push(count);
    if (ids.length < rowsAtOnce) continue;
    yield block();
    [ids, terms, counts] = [[], [], []];
  }
  yield block();
}
