import { extname } from "node:path";
import type { OperatorFunction } from "rxjs";
import { hitRows, hits } from "../kinds/hits.js";
import { text } from "../schemas/fields.js";
import { type HitBatch, hitsSchema } from "../schemas/hits.js";
import { type OptionsOf, parseOptions, type SettingsOf, show } from "../schemas/options.js";
import { defineUnit } from "../schemas/units.js";
import { formatOf } from "../storage/files/formatOf.js";
import { areLines, type LineMaker, lineExtensions, tabbed, writeLines } from "./writeLines.js";
import { tableExtensions, tableFormats, writeRows } from "./writeRows.js";

const runExtensions = { run: "trec", trec: "trec" } as const;
const extensions = { ...tableExtensions, ...lineExtensions, ...runExtensions } as const;
type Format = (typeof extensions)[keyof typeof extensions];

export const writeHitsSchema = defineUnit({
  name: "writeHits",
  kind: "sink",
  reads: "hits",
  makes: "hits",
  resumable: ({ path }) => areLines(path) || Object.hasOwn(runExtensions, extname(path).slice(1).toLowerCase()),
  summary: "Writes the documents found for queries to a file, one row a document",
  fields: {
    path: text({
      description: "File to write: .arrow .feather .parquet .jsonl .tsv, .run or .trec (a run of TREC)",
      file: "output",
      example: "hits.jsonl",
    }),
    tag: text({ minLength: 1, default: "lexstream", description: "What a run of TREC is called, in its last column" }),
  },
  create: (_, options): OperatorFunction<HitBatch, HitBatch> => writeHits(options),
});

export type WriteHitsOptions = OptionsOf<typeof writeHitsSchema>;
type Settings = SettingsOf<typeof writeHitsSchema>;

/**
 * Writes for each hit the number and id of the query, the rank from 1, the number and id of the document, and the score, and passes each batch on
 * once its rows were taken. In .jsonl a line is a query with its hits, also one without any. Lines can be gone on with, behind a source that never
 * ends, too.
 *
 * In, out: HitBatch. State: one block of rows, or the lines of a batch.
 * Completes when the file is on the disk under its name; counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told; through the stream, RangeError for an id that the format cannot hold
 * @see https://trec.nist.gov for runs: query Q0 document rank score tag; where there are no ids, numbers from 0
 * @example
 *   tokens$.pipe(searchDocuments(index), writeHits({ path: "bm25.run" }))
 */
export function writeHits(options: WriteHitsOptions): OperatorFunction<HitBatch, HitBatch> {
  const settings = parseOptions(writeHitsSchema, options);
  const { path } = settings;
  const format = formatOf<Format>("writeHits", path, extensions);
  const amount = hits.amounts!.tokens!;
  const lines = (maker: Omit<LineMaker<HitBatch>, "amount">) =>
    writeLines<HitBatch>("writeHits", path, { ...maker, amount });
  const rowsOf = ({ found }: HitBatch) => found.length;
  if (format === "jsonl") return lines({ head: "", rowsOf: ({ lengths }) => lengths.length, lineOf: jsonLine });
  if (format === "tsv") return lines({ head: `${HEAD.join("\t")}\n`, rowsOf, lineOf: tabbedLine(path) });
  if (format === "trec") return lines({ head: "", rowsOf, lineOf: trecLine(settings) });
  return writeRows("writeHits", path, tableFormats[format], () => ({
    schema: () => hitsSchema,
    rows: hitRows,
    amount,
  }));
}

const HEAD = Object.keys(hitsSchema.columns);

function jsonLine({ rowDocuments, offsets, found, scores, foundIds, documents }: HitBatch, row: number): string {
  const hit = (at: number) => ({
    document: found[at],
    ...(foundIds ? { id: foundIds[at] } : {}),
    score: scores[at],
  });
  const [from, to] = [offsets[row]!, offsets[row + 1]!];
  const line = {
    query: rowDocuments[row],
    ...(documents?.ids ? { id: documents.ids[row] } : {}),
    hits: Array.from({ length: to - from }, (_, k) => hit(from + k)),
  };
  return `${JSON.stringify(line)}\n`;
}

/** The cells of a hit, in the order of the columns. */
function hitCells({ rowDocuments, offsets, found, scores, foundIds, documents }: HitBatch, at: number) {
  const row = rowOf(offsets, at);
  return {
    query: rowDocuments[row]!,
    queryId: documents?.ids?.[row] ?? "",
    rank: at - offsets[row]! + 1,
    document: found[at]!,
    id: foundIds?.[at] ?? "",
    score: scores[at]!,
  };
}

/** The last row that begins at that place or before, by halving; rows behind it may be empty. */
function rowOf(offsets: Uint32Array, at: number): number {
  let [low, high] = [0, offsets.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (offsets[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

const tabbedLine = (path: string) => (batch: HitBatch, at: number) =>
  tabbed("writeHits", path, "ids", Object.values(hitCells(batch, at)));

const trecLine =
  ({ path, tag }: Settings) =>
  (batch: HitBatch, at: number): string => {
    const { query, queryId, rank, document, id, score } = hitCells(batch, at);
    const cells = [queryId || query, "Q0", id || document, rank, score, tag];
    const odd = cells.find((cell) => /\s/.test(String(cell)));
    if (odd === undefined) return `${cells.join(" ")}\n`;
    throw new RangeError(
      `writeHits: ${path} must hold ids and a tag without blanks, got ${show(odd)}; .jsonl holds any`,
    );
  };
