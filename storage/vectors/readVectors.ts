import { stat } from "node:fs/promises";
import { subwordsOf } from "../../kernels/subwords/subwordBuckets.js";
import { kindNames, kinds } from "../../kinds/kinds.js";
import { currentScope } from "../../runtime/flow.js";
import type { Ledger } from "../../runtime/ledger.js";
import { oneOf, texts } from "../../schemas/fields.js";
import type { DataKind } from "../../schemas/kinds.js";
import { defineOptions, type OptionsOf, parseOptions } from "../../schemas/options.js";
import { plural } from "../../schemas/plural.js";
import { type SubwordForm, type SubwordRows, subwordUnits } from "../../schemas/subwords.js";
import { KIND, type ReadColumn } from "../../schemas/tables.js";
import { SUBWORDS, type VectorTable } from "../../schemas/vectors.js";
import { readFastTextVectors } from "../fasttext/readFastText.js";
import { firstBytes, requireText } from "../files/fileBytes.js";
import { openTable, requireColumns, requireKind } from "../tables/tableFile.js";
import { wholeIn } from "../tables/wholeTable.js";
import { unknownVectors } from "./oddVectorText.js";
import { pickTerms } from "./pickTerms.js";
import { readGloveText, readProjector, readWord2vecText } from "./readVectorText.js";
import { readWord2vecBinary } from "./readWord2vecBinary.js";
import { recogniseVectors } from "./recogniseVectors.js";
import { RowBuffer } from "./rowBuffer.js";
import { type VectorFormat, vectorFormats } from "./vectorFormats.js";
import { type ReadSettings, VectorRows } from "./vectorRows.js";

export const readVectorsSchema = defineOptions({
  name: "readVectors",
  fields: {
    format: oneOf(["auto", ...vectorFormats], {
      description: "Format of the file; auto goes by the content",
      default: "auto",
    }),
    onInvalid: oneOf(["reject", "replace"], {
      description:
        "what to do with a term that is not UTF-8 or that was there before: reject the file, or replace bad bytes by U+FFFD, keep the first of equal terms, and count both",
      default: "reject",
    }),
    asked: texts({
      optional: true,
      description:
        "Terms that will be asked about, where all are read: of subwords, only what makes those of them that are not in the file; all if left out",
    }),
    terms: texts({
      optional: true,
      description:
        "Terms to read, and no others, in this order; where the file has subwords, they give those a vector that it has no row of",
    }),
  },
});

export type ReadVectorsOptions = OptionsOf<typeof readVectorsSchema>;

const readers: Record<VectorFormat, (path: string, settings: ReadSettings) => Promise<VectorTable>> = {
  arrow: readTable,
  parquet: readTable,
  word2vecText: readWord2vecText,
  word2vecBinary: readWord2vecBinary,
  fastText: (path, settings) => readFastTextVectors(path, settings),
  gloveText: readGloveText,
  projector: readProjector,
};

/**
 * Reads a table of word vectors, or the terms of a space of LSA as such. Text, and what word2vec writes, may be packed with gzip or Zstandard.
 *
 * In: a path. Out: VectorTable, V terms of D float32. State: the table, and one chunk or block of the file; with `terms`, 4 D bytes for each of
 * them and for each of their subwords, however large the file is.
 * Counts `invalidTerms` and `duplicateTerms`, and of `terms` those that have no vector as `withoutVector`, on the ledger's child of the path.
 * @param ledger where to count; that of the run in which it is called by default
 * @throws SyntaxError, RangeError with the line or byte: a file cut short, a row of another length, something that is no finite
 *   number, an unknown format. GloVe's text has no header: cut at a line end it cannot be told from a whole one
 * @example
 *   const vectors = await readVectors("glove.6B.50d.txt.gz");
 */
export async function readVectors(
  path: string,
  options: ReadVectorsOptions = {},
  ledger: Ledger = currentScope().ledger,
): Promise<VectorTable> {
  const { format, onInvalid, terms, asked } = parseOptions(readVectorsSchema, options);
  firstBytes(path, 1); // a missing file is no question of its format
  const found = await recogniseVectors(path);
  if (!found) await requireText(path, { reads: "a file of vectors", wantsVectors: true });
  const chosen = format === "auto" ? found : format;
  if (!chosen)
    throw new SyntaxError(`readVectors: ${path} must be a file of vectors, got ${await unknownVectors(path)}`);
  const counts = ledger.child(path);
  const settings = { onInvalid, ledger: counts, asked: asked && new Set(asked) };
  if (!terms) return readers[chosen](path, settings);
  const wanted = new Set(terms);
  const picked = pickTerms(await readers[chosen](path, { ...settings, wanted }), wanted);
  if (picked.terms.length < wanted.size) counts.add("withoutVector", wanted.size - picked.terms.length);
  return picked;
}

/** Columns `term` and `vector` of an Arrow or Parquet file, and `bucket` where there are subwords; or the vectors that another kind of data has. */
async function readTable(path: string, settings: ReadSettings): Promise<VectorTable> {
  const table = await openTable(path);
  const name = kindNames.find((known) => known === table.metadata.get(KIND));
  const held: DataKind | undefined = name && (kinds[name] as DataKind);
  if (held?.vectors) return held.vectors((await wholeIn(held, path, table)) as never);
  requireKind(path, table, "vectors");
  requireColumns(path, table, ["term", "vector"]);
  const form = subwordForm(path, table.metadata.get(SUBWORDS));
  const columns = form ? ["bucket", "vector", "term"] : ["vector", "term"];
  const { size } = await stat(path);
  let rows: VectorRows | undefined;
  let row = 0;
  const subwords = new SubwordCollector(() => form && bucketsFor(path, form, settings, rows));
  const isWanted = (buckets: ReadColumn) => {
    const wants = subwords.wantsSome(buckets as ArrayLike<number>);
    if (!wants) row += buckets.length;
    return wants;
  };
  for await (const block of table.blocks(columns, form && isWanted)) {
    const [terms, vectors, buckets] = block.columns.toReversed() as [
      readonly string[],
      readonly ArrayLike<number>[],
      ArrayLike<number>?,
    ];
    for (let i = 0; i < block.rows; i++, row++) {
      const vector = vectors[i]!;
      if (buckets && buckets[i]! >= 0) {
        fill(path, subwords.next(vector.length, mostRows(size, vector.length)), vector, row);
        subwords.keep(buckets[i]!);
        continue;
      }
      rows ??= new VectorRows(path, vector.length, settings, mostRows(size, vector.length));
      fill(path, rows.next(), vector, row);
      rows.add(terms[i]!, () => `row ${row}`);
    }
  }
  const listSize = Number(
    /FixedSizeList\[(\d+)\]/.exec(table.columns.find(({ name }) => name === "vector")!.type)?.[1] ?? 0,
  );
  rows ??= new VectorRows(path, listSize, settings, 0);
  const { [SUBWORDS]: _, ...metadata } = Object.fromEntries(table.metadata);
  const read = rows.table(new Map(Object.entries(metadata)));
  return form ? { ...read, subwords: subwords.rows(form) } : read;
}

/** @throws SyntaxError if what is told of the subwords is nothing that we write */
function subwordForm(path: string, told: string | undefined): SubwordForm | undefined {
  if (told === undefined) return undefined;
  const { units, minLength, maxLength, buckets } = JSON.parse(told) as Partial<SubwordForm>;
  const numbers = [minLength, maxLength, buckets].every((number) => Number.isSafeInteger(number));
  if (subwordUnits.includes(units!) && numbers)
    return { units: units!, minLength: minLength!, maxLength: maxLength!, buckets: buckets! };
  throw new SyntaxError(`${path}: ${SUBWORDS} in the metadata must say the form of the subwords, got ${told}`);
}

/** Buckets whose rows are to be kept, once the rows of terms were read; all of them if undefined. */
function bucketsFor(
  path: string,
  form: SubwordForm,
  { wanted, asked }: ReadSettings,
  rows: VectorRows | undefined,
): Set<number> | undefined {
  const terms = wanted ?? (asked && Array.from(asked).filter((term) => !rows?.has(term)));
  return terms && new Set(Array.from(terms, subwordsOf(path, form)).flat());
}

/** Rows that an uncompressed file of so many bytes can have. */
const mostRows = (bytes: number, vectorSize: number): number => Math.ceil(bytes / (4 * Math.max(1, vectorSize)));

/** Rows of buckets, as they come. */
class SubwordCollector {
  readonly #buckets: number[] = [];
  #vectors: RowBuffer | undefined;
  #wanted: { readonly buckets: ReadonlySet<number> | undefined } | undefined;

  /** @param wanted buckets to keep, all if undefined; asked at the first row of one */
  constructor(readonly wanted: () => ReadonlySet<number> | undefined) {}

  /** Whether there is a row of a term among some rows, or one of a bucket that is to be kept. */
  wantsSome(buckets: ArrayLike<number>): boolean {
    for (let i = 0; i < buckets.length; i++) if (buckets[i]! < 0 || this.#wants(buckets[i]!)) return true;
    return false;
  }

  next(vectorSize: number, expectedRows: number): Float32Array {
    this.#vectors ??= new RowBuffer(vectorSize, Math.min(expectedRows, this.#kept?.size ?? expectedRows));
    return this.#vectors.next();
  }

  keep(bucket: number): void {
    if (!this.#wants(bucket)) return;
    this.#vectors!.keep();
    this.#buckets.push(bucket);
  }

  rows(form: SubwordForm): SubwordRows {
    return { form, buckets: Uint32Array.from(this.#buckets), values: this.#vectors?.values ?? new Float32Array(0) };
  }

  #wants(bucket: number): boolean {
    return this.#kept?.has(bucket) ?? true;
  }

  get #kept(): ReadonlySet<number> | undefined {
    this.#wanted ??= { buckets: this.wanted() };
    return this.#wanted.buckets;
  }
}

function fill(path: string, numbers: Float32Array, vector: ArrayLike<number>, row: number): void {
  if (vector.length !== numbers.length)
    throw new RangeError(`${path}: row ${row} must hold ${plural(numbers.length, "number")}, got ${vector.length}`);
  for (let k = 0; k < numbers.length; k++) {
    if (!Number.isFinite(vector[k]))
      throw new RangeError(`${path}: numbers must be finite, got ${vector[k]} in row ${row}`);
    numbers[k] = vector[k]!;
  }
}
