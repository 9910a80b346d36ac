import { text } from "node:stream/consumers";
import { displayWidth } from "../../kernels/text/displayWidth.js";
import { printableLine } from "../../kernels/text/printable.js";
import { type FoundDocument, openSearch, type SearchedText } from "../../pipelines/index.js";
import { plural } from "../../schemas/index.js";
import { readTextLines } from "../../storage/files/readTextLines.js";
import { type Command, countNames, type Io, jsonOption, type Parsed, UsageError } from "../command.js";
import { requirePipe } from "../runTo.js";
import { rankingOf, scoringCommandOptions } from "../scoringOptions.js";

const STDIN = "-";

export const search: Command = {
  name: "search",
  usage: "INDEX|RUN QUERY... [-k N] [--explain] or INDEX|RUN --queries FILE|-",
  positionals: [1, Number.POSITIVE_INFINITY],
  termsFrom: 1,
  options: {
    k: { type: "string", short: "k", aliases: countNames, value: "N", description: "How many documents (default 10)" },
    queries: {
      type: "string",
      value: "FILE|-",
      description: "Queries, a line each, in the place of one on the command line",
    },
    explain: { type: "boolean", description: "Tell what each term adds to a score" },
    ...scoringCommandOptions,
    json: jsonOption,
  },
  examples: [
    "lexstream search runs/bm25 flow past a flat plate -k 5",
    "lexstream search index.arrow --queries questions.txt --json",
    "lexstream search runs/lsa a walk by the sea --space runs/lsa",
    "lexstream search index.arrow 母亲 --variant bm25plus --explain",
  ],
  run: async (parsed, io) => {
    const [path, ...words] = parsed.positionals;
    const queries = await queriesOf(parsed, words, io);
    const index = await openSearch(path!, rankingOf(parsed));
    const request = { k: parsed.integer("k", 1) ?? 10, explain: parsed.flag("explain") };
    const found = await index.search(queries, request).finally(() => index.close());
    for (const [place, searched] of found.entries()) {
      const query = queries[place]!;
      noteUnknown(query, searched, io);
      if (parsed.flag("json")) io.out(`${JSON.stringify({ query, ...searched })}\n`);
      else io.out(`${queries.length > 1 ? `${printableLine(query)}\n` : ""}${lines(searched)}`);
    }
    return 0;
  },
};

async function queriesOf(parsed: Parsed, words: readonly string[], io: Io): Promise<string[]> {
  const file = parsed.text("queries");
  if ((file === undefined) === (words.length === 0))
    throw new UsageError(
      `search: there must be a query, or a file of queries as --queries, got ${file === undefined ? "neither" : "both"}`,
    );
  if (file === undefined) {
    const query = words.join(" ");
    if (query.trim() === "") throw new UsageError(`search: the query must have a word, got ${JSON.stringify(query)}`);
    return [query];
  }
  if (file === STDIN) requirePipe("search", io.stdin);
  const source = file === STDIN ? { name: "standard input", text: await text(process.stdin) } : file;
  return readTextLines("search", "queries", source)
    .map((line) => line.text)
    .filter((line) => line.trim() !== "");
}

function noteUnknown(query: string, { hits, unknown }: SearchedText, { stderr }: Io): void {
  const words = unknown.map(printableLine).join(", ");
  if (hits.length === 0)
    stderr.write(
      `note: no document has a word of "${printableLine(query)}"${words && `; not in the index: ${words}`}\n`,
    );
  else if (unknown.length > 0) stderr.write(`note: not in the index: ${words}\n`);
}

function lines({ hits }: SearchedText): string {
  const width = Math.max(0, ...hits.map((hit) => displayWidth(nameOf(hit))));
  return hits.map((hit) => line(hit, width)).join("");
}

function line(hit: FoundDocument, width: number): string {
  const { rank, score, parts = [] } = hit;
  const name = nameOf(hit);
  const cells = [
    String(rank).padStart(3),
    score.toFixed(4).padStart(8),
    `${name}${" ".repeat(width - displayWidth(name))}`,
    titleOf(hit),
  ];
  const told = parts.map(
    ({ term, inQuery, count, documents, score: part }) =>
      `${" ".repeat(5)}${part.toFixed(4).padStart(8)}  ${printableLine(term)}${inQuery > 1 ? ` x ${inQuery}` : ""}: ${count} here, in ${plural(documents, "document")}\n`,
  );
  return `${cells.join("  ").trimEnd()}\n${told.join("")}`;
}

/** The id, or the number from 0 where there is none. */
const nameOf = ({ id, document }: FoundDocument) => printableLine(id ?? String(document));

/** Fields that tell best what a document is, if it has them. */
const TITLES = ["title", "headline", "name"];
const TITLE_WIDTH = 60;

/** A line of what the index keeps of the document's title or text; nothing if it keeps none. */
function titleOf({ fields = {} }: FoundDocument): string {
  const known = [...TITLES.map((name) => fields[name]), ...Object.values(fields)];
  const title = known.find((value) => typeof value === "string" && value !== "");
  const shown = printableLine(String(title ?? "").replace(/\s+/g, " "));
  if (displayWidth(shown) <= TITLE_WIDTH) return shown;
  let cut = "";
  for (const character of shown) {
    if (displayWidth(cut + character) > TITLE_WIDTH - 2) break;
    cut += character;
  }
  return `${cut.trimEnd()} ...`;
}
