import { CellBuffer } from "../../kernels/cooccurrence/cellBuffer.js";
import { type CellRun, emptyRun } from "../../kernels/cooccurrence/cellRun.js";
import { type CellStream, mergeStreams } from "../../kernels/cooccurrence/cellStreams.js";
import { greatestCommonDivisor } from "../../kernels/cooccurrence/distanceUnits.js";
import { batchCells, unitBatches, weighted } from "../../kernels/cooccurrence/finalTable.js";
import { compareCodePoints } from "../../kernels/text/compareCodePoints.js";
import { makeVocabulary } from "../../kernels/vocabulary/vocabulary.js";
import type { CooccurrenceMetadata, FinalCooccurrence } from "../../schemas/cooccurrence.js";
import { type ByteSize, bytesOf } from "../../schemas/fields.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { CellFile, fewFiles, mostFiles, readWithin } from "../../storage/cooccurrence/cellFile.js";
import { CellStore } from "../../storage/cooccurrence/cellStore.js";
import { type NewFile, ScratchFolder } from "../../storage/files/scratchFolder.js";

export interface AlgebraOptions {
  /** Room for sorting, 512MB by default; what does not fit goes to the scratch folder. */
  readonly memory?: ByteSize;
  /** By default the system's folder for temporary files. */
  readonly scratch?: string;
  /**
   * Each table's terms were counted in its own text alone, so that counts add up even where two vocabularies happen to be equal.
   * Otherwise equal vocabularies are taken for one, made of all the text.
   */
  readonly ownCounts?: boolean;
}

/**
 * The sum of tables: of the shards of a corpus, of several days.
 *
 * Tables over one vocabulary (equal terms and counts) keep it. Otherwise terms are matched by text and their counts added, and the
 * sum has the order of the new counts. Sums are exact: the sum of two halves is the table of the whole.
 * State: `memory`, and 16 bytes of disk per cell of the sum. `close` of the sum gives the disk back.
 * @throws RangeError if there is no table, or if they differ in windowSize, weighting or symmetric
 * @example
 *   const week = await mergeTables([monday, tuesday, wednesday]);
 */
export function mergeTables(
  tables: readonly FinalCooccurrence[],
  options?: AlgebraOptions,
): Promise<FinalCooccurrence> {
  if (tables.length === 0) throw new RangeError("mergeTables: there must be at least one table, got none");
  const counts = addedCounts(
    tables.map((table) => ({ table, sign: 1 })),
    options,
  );
  return combine(
    "mergeTables",
    tables.map((table) => ({ table, sign: 1 })),
    counts,
    options,
  );
}

/**
 * What is left of a table when a part of it goes, such as the oldest day of a sliding window: the inverse of `mergeTables`.
 * Terms that no longer occur are left out, unless both tables have one vocabulary.
 * @throws RangeError if something of the part is not in the whole
 * @example
 *   const lastSixDays = await subtractTables(week, monday);
 */
export function subtractTables(
  whole: FinalCooccurrence,
  part: FinalCooccurrence,
  options?: AlgebraOptions,
): Promise<FinalCooccurrence> {
  const terms = [
    { table: whole, sign: 1 },
    { table: part, sign: -1 },
  ];
  const counts = addedCounts(terms, options);
  for (const [term, count] of counts ?? [])
    if (count < 0) throw new RangeError(`subtractTables: counts must not fall below 0, got ${count} for "${term}"`);
  return combine("subtractTables", terms, counts, options);
}

/**
 * A table with every weight times a factor, such as 0.9 for a day that begins to be forgotten. Weights are rounded to whole units, and
 * a cell that becomes 0 is left out. The vocabulary stays as it is.
 * @throws RangeError if the factor is not a finite number > 0
 */
export function scaleTable(
  table: FinalCooccurrence,
  factor: number,
  options?: AlgebraOptions,
): Promise<FinalCooccurrence> {
  if (!(factor > 0 && factor < Number.POSITIVE_INFINITY))
    throw new RangeError(`scaleTable: factor must be a finite number > 0, got ${factor}`);
  return store(
    "scaleTable",
    table.vocabulary,
    table.metadata,
    unitsOf(table, 1, factor),
    table.vocabulary.terms.length,
    options,
  );
}

/**
 * The rows and columns of the most frequent terms.
 * @throws RangeError if `maxTerms` is not an integer >= 1
 */
export function topTerms(
  table: FinalCooccurrence,
  maxTerms: number,
  options?: AlgebraOptions,
): Promise<FinalCooccurrence> {
  if (!Number.isSafeInteger(maxTerms) || maxTerms < 1)
    throw new RangeError(`topTerms: maxTerms must be an integer >= 1, got ${maxTerms}`);
  const { terms, counts } = table.vocabulary;
  const vocabulary = makeVocabulary(terms.slice(0, maxTerms), counts.slice(0, maxTerms));
  return store(
    "topTerms",
    vocabulary,
    table.metadata,
    unitsOf(table, 1, 1, maxTerms),
    vocabulary.terms.length,
    options,
  );
}

interface Term {
  readonly table: FinalCooccurrence;
  readonly sign: number;
}

/** Terms with their counts added up; undefined if all tables have one vocabulary, which then stays. */
function addedCounts(
  terms: readonly Term[],
  { ownCounts = false }: AlgebraOptions = {},
): Map<string, number> | undefined {
  const [first, ...others] = terms.map(({ table }) => table.vocabulary);
  if (!ownCounts && others.every((other) => isSame(first!, other))) return undefined;
  const counts = new Map<string, number>();
  for (const { table, sign } of terms)
    table.vocabulary.terms.forEach((term, id) => {
      counts.set(term, (counts.get(term) ?? 0) + sign * table.vocabulary.counts[id]!);
    });
  return counts;
}

function isSame(a: Vocabulary, b: Vocabulary): boolean {
  if (a === b) return true;
  return (
    a.terms.length === b.terms.length &&
    a.terms.every((term, id) => term === b.terms[id] && a.counts[id] === b.counts[id])
  );
}

async function combine(
  who: string,
  parts: readonly Term[],
  counts: ReadonlyMap<string, number> | undefined,
  options: AlgebraOptions = {},
): Promise<FinalCooccurrence> {
  const metadata = commonMetadata(
    who,
    parts.map(({ table }) => table.metadata),
  );
  const kept = counts && orderedVocabulary([...counts].filter(([, count]) => count > 0));
  const vocabulary = kept ?? parts[0]!.table.vocabulary;
  // Terms that are gone get ids behind the others: their cells must cancel out.
  const gone = [...(counts ?? [])].filter(([, count]) => count <= 0).map(([term]) => term);
  const ids = new Map([...vocabulary.terms, ...gone].map((term, id) => [term, id]));
  const scratch = new ScratchFolder(options.scratch);
  try {
    const streams: CellStream[] = [];
    for (const { table, sign } of parts) {
      const cells = unitsOf(table, sign * (metadata.unitsPerCount / table.metadata.unitsPerCount));
      const map = Uint32Array.from(table.vocabulary.terms, (term) => ids.get(term)!);
      const isInOrder = map.every((id, i) => i === 0 || id > map[i - 1]!);
      streams.push(
        ...(isInOrder ? [renumbered(cells, map)] : await sorted(cells, map, ids.size, scratch.newFile, options)),
      );
    }
    return await store(who, vocabulary, metadata, mergeStreams(streams), ids.size, options);
  } finally {
    scratch.remove();
  }
}

function commonMetadata(who: string, [first, ...others]: readonly CooccurrenceMetadata[]): CooccurrenceMetadata {
  for (const each of [first!, ...others]) requireCounts(who, each);
  let { unitsPerCount } = first!;
  for (const other of others) {
    for (const key of ["windowSize", "weighting", "symmetric"] as const)
      if (first![key] !== other[key])
        throw new RangeError(`${who}: tables must have the same ${key}, got ${first![key]} and ${other[key]}`);
    unitsPerCount *= other.unitsPerCount / greatestCommonDivisor(unitsPerCount, other.unitsPerCount);
  }
  return { ...first!, unitsPerCount };
}

function orderedVocabulary(counts: [term: string, count: number][]): Vocabulary {
  counts.sort(([termA, countA], [termB, countB]) => countB - countA || compareCodePoints(termA, termB));
  return makeVocabulary(
    counts.map(([term]) => term),
    Float64Array.from(counts, ([, count]) => count),
  );
}

function requireCounts(who: string, { measure }: CooccurrenceMetadata): void {
  if (measure) throw new TypeError(`${who}: tables must hold counts, got a view of ${measure}`);
}

/** The cells of a table in units, times an integer, then times a factor and rounded; only ids below `maxTerms`. */
async function* unitsOf(
  { batches, metadata }: FinalCooccurrence,
  times: number,
  factor = 1,
  maxTerms = Number.POSITIVE_INFINITY,
): AsyncGenerator<CellRun> {
  for await (const { row, column, weight } of batches()) {
    const run = emptyRun(row.length);
    let length = 0;
    for (let i = 0; i < row.length; i++) {
      if (row[i]! >= maxTerms || column[i]! >= maxTerms) continue;
      run.row[length] = row[i]!;
      run.column[length] = column[i]!;
      run.units[length++] = Math.round(Math.round(weight[i]! * metadata.unitsPerCount) * factor) * times;
    }
    yield { ...run, length };
  }
}

async function* renumbered(cells: AsyncIterable<CellRun>, ids: Uint32Array): AsyncGenerator<CellRun> {
  for await (const { row, column, units, length } of cells)
    yield { row: row.map((id) => ids[id]!), column: column.map((id) => ids[id]!), units, length };
}

/** Cells under other ids, put in order: sorted within memory, in files beyond it. */
async function sorted(
  cells: AsyncIterable<CellRun>,
  ids: Uint32Array,
  terms: number,
  newFile: NewFile,
  { memory = "512MB" }: AlgebraOptions,
): Promise<CellStream[]> {
  const buffer = new CellBuffer(Math.floor(bytesOf(memory) / 2 / 24), terms, { columnsAscend: false });
  const files: CellFile[] = [];
  const spill = () => {
    files.push(CellFile.of(newFile(), buffer.runs(batchCells)));
    buffer.clear();
  };
  for await (const { row, column, units, length } of cells)
    for (let i = 0; i < length; i++) {
      if (buffer.isFull) spill();
      buffer.push(ids[row[i]!]!, ids[column[i]!]!, units[i]!);
    }
  if (files.length === 0) return [buffer.runs(batchCells)];
  spill();
  const bytes = bytesOf(memory) / 8;
  return readWithin(bytes, await fewFiles(files, newFile, { files: mostFiles, bytes }));
}

/** A table of its own over cells in order, without those that are 0. */
async function store(
  who: string,
  vocabulary: Vocabulary,
  metadata: CooccurrenceMetadata,
  cells: AsyncIterable<CellRun>,
  ids: number,
  { memory = "512MB", scratch: folder }: AlgebraOptions = {},
): Promise<FinalCooccurrence> {
  requireCounts(who, metadata);
  const scratch = new ScratchFolder(folder);
  const cellStore = new CellStore(scratch.newFile, bytesOf(memory) / 4);
  try {
    for await (const run of cells) cellStore.add(withoutZeros(who, run, vocabulary.terms.length, ids));
  } catch (error) {
    scratch.remove();
    throw error;
  }
  const sealed = cellStore.seal();
  return {
    vocabulary,
    metadata,
    length: cellStore.cells,
    batches: (options) => weighted(unitBatches(sealed, cellStore.cells, options), metadata.unitsPerCount),
    close: () => scratch.remove(),
  };
}

function withoutZeros(who: string, { row, column, units, length }: CellRun, terms: number, ids: number): CellRun {
  const run = emptyRun(length);
  let kept = 0;
  for (let i = 0; i < length; i++) {
    if (units[i] === 0) continue;
    const isKnown = ids === terms || (row[i]! < terms && column[i]! < terms);
    if (units[i]! < 0 || !isKnown)
      throw new RangeError(
        `${who}: what is taken away must be a part of the table, got a cell (${row[i]}, ${column[i]}) of ${units[i]} units`,
      );
    if (units[i]! >= 2 ** 53)
      throw new RangeError(
        `${who}: sums must stay below 2^53 units, got ${units[i]} in cell (${row[i]}, ${column[i]})`,
      );
    run.row[kept] = row[i]!;
    run.column[kept] = column[i]!;
    run.units[kept++] = units[i]!;
  }
  return { ...run, length: kept };
}
