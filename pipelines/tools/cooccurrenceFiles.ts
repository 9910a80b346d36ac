import { dirname, extname, join } from "node:path";
import { of } from "rxjs";
import { run } from "../../runtime/run.js";
import type { FinalCooccurrence } from "../../schemas/index.js";
import { chosenCooccurrenceFormat, writeCooccurrence } from "../../sinks/writeCooccurrence.js";
import { writeVocabulary } from "../../sinks/writeVocabulary.js";
import { readCooccurrence } from "../../storage/cooccurrence/readCooccurrence.js";
import { readVocabulary } from "../../storage/cooccurrence/readVocabulary.js";
import { vocabularyBeside } from "../../storage/cooccurrence/vocabularyBeside.js";
import { outputPlace } from "../../storage/files/outputPlace.js";
import { checkAgainstManifest } from "../record/checkAgainstManifest.js";
import { fileOfRun, runOf } from "../record/fileOfRun.js";

export { mergeTables, scaleTable, subtractTables, topTerms } from "../../operators/cooccurrence/tableAlgebra.js";

/**
 * Opens a finished co-occurrence table with its vocabulary: the one given, or the `vocab` file beside it. Either may be named by the folder
 * of its run; the vocabulary is then, if none is given, that of the run.
 * @throws Error if there is no vocabulary; SyntaxError if one of the two is not as the run's manifest beside it says; what the
 *   readers throw
 */
export async function openCooccurrence(path: string, vocabulary = vocabularyOf(path)): Promise<FinalCooccurrence> {
  const [table, terms] = [fileOfRun(path, "cooccurrence"), fileOfRun(vocabulary, "vocabulary")];
  for (const file of [table, terms]) await checkAgainstManifest(file);
  return readCooccurrence(table, await readVocabulary(terms));
}

const vocabularyOf = (table: string): string => runOf(table)?.folder ?? vocabularyBeside(table);

/**
 * Where a table goes, and its vocabulary beside it. Where one of them is a link, what it leads to is written.
 * @throws before there is a table, if nothing can be written there, or its format cannot be told
 */
export function placesOfTable(path: string) {
  const format = chosenCooccurrenceFormat({ path });
  const [ending, vocabularyFormat] =
    format === "gloveBinary" ? ([".txt", "gloveVocabulary"] as const) : ([extname(path), format] as const);
  const vocabulary = join(dirname(path), `vocab${ending}`);
  return {
    table: { path: outputPlace("writeCooccurrence", path), format },
    vocabulary: { path: outputPlace("writeVocabulary", vocabulary), format: vocabularyFormat, name: vocabulary },
  };
}

/** Writes a table, and its vocabulary beside it, and gives back what the table held on the disk. Returns the vocabulary's path. */
export async function saveCooccurrence(table: FinalCooccurrence, path: string): Promise<string> {
  const {
    table: place,
    vocabulary: { name, ...beside },
  } = placesOfTable(path);
  await run(of(table.vocabulary).pipe(writeVocabulary(beside)));
  await run(of(table).pipe(writeCooccurrence(place)));
  table.close?.();
  return name;
}

export interface CooccurrenceSummary {
  readonly cells: number;
  readonly terms: number;
  readonly windowSize: number;
  readonly weighting: string;
  readonly symmetric: boolean;
  readonly totalWeight: number;
  /** The heaviest cells: row, column, weight. */
  readonly heaviest: readonly (readonly [row: string, column: string, weight: number])[];
}

const SHOWN = 10;

/** What a table holds, in one pass over it. */
export async function summarise(table: FinalCooccurrence): Promise<CooccurrenceSummary> {
  const { vocabulary, metadata, length } = table;
  let totalWeight = 0;
  let heaviest: [row: number, column: number, weight: number][] = [];
  for await (const { row, column, weight } of table.batches()) {
    const least = heaviest.length < SHOWN ? 0 : heaviest.at(-1)![2];
    const better: typeof heaviest = [];
    weight.forEach((value, cell) => {
      totalWeight += value;
      if (value > least) better.push([row[cell]!, column[cell]!, value]);
    });
    heaviest = [...heaviest, ...better].sort((a, b) => b[2] - a[2] || a[0] - b[0] || a[1] - b[1]).slice(0, SHOWN);
  }
  const { windowSize, weighting, symmetric } = metadata;
  const term = (id: number) => vocabulary.terms[id]!;
  return {
    cells: length,
    terms: vocabulary.terms.length,
    windowSize,
    weighting,
    symmetric,
    totalWeight,
    heaviest: heaviest.map(([row, column, weight]) => [term(row), term(column), weight]),
  };
}
