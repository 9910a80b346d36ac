import { printableLine } from "../../kernels/text/printable.js";
import {
  mergeTables,
  openCooccurrence,
  placesOfTable,
  saveCooccurrence,
  scaleTable,
  subtractTables,
  summarise,
  topTerms,
} from "../../pipelines/index.js";
import type { FinalCooccurrence } from "../../schemas/index.js";
import { plural } from "../../schemas/plural.js";
import { requirePlace } from "../../storage/files/placeFile.js";
import { type Command, forceOption, type Io, jsonOption, type Parsed, UsageError } from "../command.js";
import { slideOptions, slideWindow } from "../slideWindow.js";

/** Tables in, one table out. */
const operations: Readonly<
  Record<string, (tables: readonly FinalCooccurrence[], parsed: Parsed) => Promise<FinalCooccurrence>>
> = {
  merge: (tables, parsed) => mergeTables(tables, memoryOf(parsed)),
  subtract: ([whole, ...parts], parsed) => subtractAll(whole!, parts, parsed),
  scale: (tables, parsed) => scaleTable(only("scale", tables), positive(parsed, "factor"), memoryOf(parsed)),
  top: (tables, parsed) => topTerms(only("top", tables), positive(parsed, "terms"), memoryOf(parsed)),
};

export const cooccurrence: Command = {
  name: "cooccurrence",
  usage: "merge|subtract|scale|top|slide|info TABLE|RUN... [--out TABLE]",
  positionals: [2, Number.POSITIVE_INFINITY],
  options: {
    out: {
      type: "string",
      short: "o",
      aliases: ["output"],
      value: "TABLE",
      description: "Table to write: .arrow, .parquet or GloVe's .bin; its vocabulary goes beside it",
    },
    vocabulary: {
      type: "string",
      multiple: true,
      value: "FILE",
      description: "Vocabulary of the tables: one for all, or one for each in turn (default: vocab.* beside each)",
    },
    factor: { type: "string", value: "X", description: "scale: what every weight is multiplied with" },
    terms: { type: "string", value: "N", description: "top, slide with a model: the most frequent terms, so many" },
    ...slideOptions(),
    memory: { type: "string", value: "SIZE", description: "Room for sorting, such as 512MB (the default)" },
    force: forceOption,
    json: jsonOption,
  },
  examples: [
    "lexstream cooccurrence merge monday/cooccurrence.arrow tuesday/cooccurrence.arrow --out week/cooccurrence.arrow",
    "lexstream cooccurrence slide monday/cooccurrence.arrow --into week --window 7d --at 2026-11-23",
    "lexstream cooccurrence info week/cooccurrence.arrow",
  ],
  run: async (parsed, io) => {
    const [action, ...paths] = parsed.positionals;
    if (action === "slide") {
      const open = async () => only("slide", await openAll(paths, parsed.texts("vocabulary")));
      return slideWindow(open, memoryOf(parsed), parsed, io);
    }
    const operation = operations[action!];
    if (!operation && action !== "info") {
      throw new UsageError(
        `cooccurrence: the first argument must be merge, subtract, scale, top, slide or info, got ${JSON.stringify(action)}`,
      );
    }
    const out = parsed.text("out");
    if (operation && out === undefined)
      throw new UsageError(`cooccurrence ${action}: --out must name the table to write`);
    if (operation) requirePlaces(out!, parsed); // what must fail later fails now
    const tables = await openAll(paths, parsed.texts("vocabulary"));
    if (!operation) return info(tables, paths, parsed, io);
    const made = await operation(tables, parsed);
    const vocabulary = await saveCooccurrence(made, out!);
    io.out(
      `wrote ${out}: ${plural(made.length, "cell")} of ${plural(made.vocabulary.terms.length, "term")}, and ${vocabulary}\n`,
    );
    return 0;
  },
};

function requirePlaces(out: string, parsed: Parsed): void {
  const { table, vocabulary } = placesOfTable(out);
  for (const { path } of [table, vocabulary]) requirePlace(path, parsed.flag("force"));
}

function openAll(paths: readonly string[], vocabularies: readonly string[]): Promise<FinalCooccurrence[]> {
  if (vocabularies.length > 1 && vocabularies.length !== paths.length) {
    throw new UsageError(
      `cooccurrence: --vocabulary must be given once, or once for each of the ${paths.length} tables, got ${vocabularies.length}`,
    );
  }
  const vocabularyOf = (index: number) => vocabularies[vocabularies.length > 1 ? index : 0];
  return Promise.all(paths.map((path, index) => openCooccurrence(path, vocabularyOf(index))));
}

async function info(
  tables: readonly FinalCooccurrence[],
  paths: readonly string[],
  parsed: Parsed,
  io: Io,
): Promise<number> {
  for (const [index, table] of tables.entries()) {
    const summary = await summarise(table);
    if (parsed.flag("json")) {
      io.out(`${JSON.stringify({ path: paths[index], ...summary })}\n`);
      continue;
    }
    const { cells, terms, windowSize, weighting, symmetric, totalWeight, heaviest } = summary;
    io.out(
      `${paths[index]}: ${plural(cells, "cell")} of ${plural(terms, "term")}, window ${windowSize}, ${weighting}, ${symmetric ? "symmetric" : "one direction"}, total weight ${totalWeight}\n`,
    );
    for (const [row, column, weight] of heaviest)
      io.out(`  ${weight.toFixed(3)}  ${printableLine(row)} ${printableLine(column)}\n`);
  }
  return 0;
}

async function subtractAll(
  whole: FinalCooccurrence,
  parts: readonly FinalCooccurrence[],
  parsed: Parsed,
): Promise<FinalCooccurrence> {
  if (parts.length === 0)
    throw new UsageError("cooccurrence subtract: a table and at least one to take away must be given, got one");
  let left = whole;
  for (const part of parts) {
    const less = await subtractTables(left, part, memoryOf(parsed));
    if (left !== whole) left.close?.();
    left = less;
  }
  return left;
}

function only(action: string, tables: readonly FinalCooccurrence[]): FinalCooccurrence {
  if (tables.length !== 1)
    throw new UsageError(`cooccurrence ${action}: one table must be given, got ${tables.length}`);
  return tables[0]!;
}

function positive(parsed: Parsed, option: string): number {
  const value = Number(parsed.text(option) ?? Number.NaN);
  if (value > 0) return value;
  throw new UsageError(`cooccurrence: --${option} must be a number > 0, got ${parsed.text(option) ?? "nothing"}`);
}

function memoryOf(parsed: Parsed): { memory?: string } {
  const memory = parsed.text("memory");
  return memory === undefined ? {} : { memory };
}
