import { Field, Float64, Int32, type Schema, Schema as TableSchema, Utf8 } from "apache-arrow";
import { FrozenLexicon, lexiconRows } from "../kernels/frozenLexicon.js";
import { Vectors } from "../kernels/vectors.js";
import { makeVocabulary } from "../kernels/vocabulary.js";
import {
  type CooccurrenceMetadata,
  cooccurrenceSchema,
  type FinalCooccurrence,
  type Lexicon,
  type Phrases,
  type VectorTable,
  type Vocabulary,
  vectorsSchema,
  vocabularySchema,
} from "../schemas/index.js";
import { tableBatches } from "../sinks/cooccurrenceRows.js";
import { openTable } from "../sinks/tableFile.js";
import { type Column, type TableWriter, writeTable } from "../sinks/tableWriter.js";
import { tableFormats } from "../sinks/writeRows.js";

/** Facts of a value that stand beside its file. */
export type Facts = Readonly<Record<string, unknown>>;

/** How finished values of a type lie on the disk: one Arrow file, and some facts. */
interface Keeper<Value> {
  save(value: Value, path: string): Promise<Facts>;
  load(path: string, facts: Facts): Promise<Value>;
}

const lexiconSchema = new TableSchema([
  new Field("id", new Int32(), false),
  new Field("term", new Utf8(), false),
  new Field("count", new Float64(), false),
]);
const phrasesSchema = new TableSchema([
  new Field("first", new Utf8(), false),
  new Field("second", new Utf8(), false),
  new Field("score", new Float64(), false),
]);

const rowsAtOnce = 65_536;

/** Frequent terms that `maxSize` cut stand below the others, with a count of -1. */
const vocabulary: Keeper<Vocabulary> = {
  async save({ terms, counts, truncated = new Set() }, path) {
    const kept = [...terms.map((term, id) => [term, counts[id]!]), ...[...truncated].map((term) => [term, -1])];
    await writeRows(path, vocabularySchema, kept);
    return { hasTruncated: truncated.size > 0 };
  },
  async load(path, { hasTruncated }) {
    const [terms, counts] = await columnsOf<[string, number]>(path, ["term", "count"]);
    const size = counts.findLastIndex((count) => count >= 0) + 1;
    const truncated = hasTruncated ? new Set(terms.slice(size)) : undefined;
    return makeVocabulary(terms.slice(0, size), Float64Array.from(counts.slice(0, size)), truncated);
  },
};

const phrases: Keeper<Phrases> = {
  async save({ pairs }, path) {
    const rows = [...pairs].flatMap(([first, seconds]) =>
      [...seconds].map(([second, score]) => [first, second, score]),
    );
    await writeRows(path, phrasesSchema, rows);
    return {};
  },
  async load(path) {
    const [first, second, score] = await columnsOf<[string, string, number]>(path, ["first", "second", "score"]);
    const pairs = new Map<string, Map<string, number>>();
    first.forEach((term, row) => {
      const seconds = pairs.get(term) ?? new Map<string, number>();
      pairs.set(term, seconds.set(second[row]!, score[row]!));
    });
    return { pairs, size: first.length };
  },
};

const vectors: Keeper<VectorTable> = {
  async save({ terms, values, vectorSize, metadata }, path) {
    await save(path, vectorsSchema(vectorSize), (writer) => writer.write([terms, values], terms.length));
    return { vectorSize, metadata: [...metadata] };
  },
  async load(path, facts) {
    const vectorSize = facts.vectorSize as number;
    const [terms, rows] = await columnsOf<[string, ArrayLike<number>]>(path, ["term", "vector"]);
    const values = new Float32Array(terms.length * vectorSize);
    rows.forEach((row, id) => {
      values.set(row, id * vectorSize);
    });
    return new Vectors({ terms, values, vectorSize, metadata: new Map(facts.metadata as [string, string][]) });
  },
};

const lexicon: Keeper<Lexicon> = {
  async save(lexicon, path) {
    await save(path, lexiconSchema, async (writer) => {
      let [ids, terms, counts]: [number[], string[], number[]] = [[], [], []];
      const flush = async () => {
        await writer.write([Int32Array.from(ids), terms, Float64Array.from(counts)], ids.length);
        [ids, terms, counts] = [[], [], []];
      };
      for (const { id, term, count } of lexiconRows(lexicon)) {
        ids.push(id);
        terms.push(term);
        counts.push(count);
        if (ids.length === rowsAtOnce) await flush();
      }
      await flush();
    });
    return { size: lexicon.size, prunedOccurrences: lexicon.prunedOccurrences };
  },
  async load(path, { size, prunedOccurrences }) {
    const lexicon = new FrozenLexicon(size as number, prunedOccurrences as number);
    const table = await openTable(path);
    for await (const { rows, columns } of table.blocks(["id", "term", "count"])) {
      const [ids, terms, counts] = columns as [ArrayLike<number>, readonly string[], ArrayLike<number>];
      for (let row = 0; row < rows; row++) lexicon.add({ id: ids[row]! >>> 0, term: terms[row]!, count: counts[row]! });
    }
    return lexicon;
  },
};

/** A table without its vocabulary, which is a value of its own. */
const cooccurrence = {
  async save({ length, metadata, batches }: FinalCooccurrence, path: string): Promise<Facts> {
    await save(path, cooccurrenceSchema, async (writer) => {
      for await (const { row, column, weight } of batches()) await writer.write([row, column, weight], row.length);
    });
    return { length, metadata };
  },
  async load(path: string, facts: Facts, vocabulary: Vocabulary): Promise<FinalCooccurrence> {
    const batches = tableBatches(path, await openTable(path));
    return { vocabulary, metadata: facts.metadata as CooccurrenceMetadata, length: facts.length as number, batches };
  },
};

const keepers = { vocabulary, phrases, vectors, lexicon } as Readonly<Record<string, Keeper<unknown>>>;

/** A value that others need, with its data type: a finished value of the pipeline, or a lexicon. */
export interface Value {
  readonly type: string;
  readonly value: unknown;
}

/** The same on the disk. */
export interface SavedValue {
  readonly type: string;
  readonly file: string;
  readonly facts: Facts;
  /** Of a table: the id of its vocabulary. */
  readonly vocabulary?: string;
}

/** Writes finished values into a folder, each once, and reads them again. State: which value has which id. */
export class SavedValues {
  readonly #fileOf: (name: string) => string;
  readonly #ids = new WeakMap<object, string>();
  #saved = new Map<string, SavedValue>();

  constructor(fileOf: (name: string) => string) {
    this.#fileOf = fileOf;
  }

  /** The id of a value, and `values` with it and all that it needs. The proposal holds if the value has no id yet. */
  note(values: Map<string, Value>, proposal: string, { type, value }: Value): string {
    const id = this.#ids.get(value as object) ?? proposal;
    this.#ids.set(value as object, id);
    values.set(id, { type, value });
    if (isTable(type, value)) this.note(values, `${id}.vocabulary`, vocabularyOf(value));
    return id;
  }

  /** Makes sure that the values are on the disk, and forgets all others. */
  async save(values: ReadonlyMap<string, Value>): Promise<ReadonlyMap<string, SavedValue>> {
    const saved = new Map<string, SavedValue>();
    for (const [id, value] of values) saved.set(id, this.#saved.get(id) ?? (await this.#write(id, value)));
    this.#saved = saved;
    return saved;
  }

  async load(saved: ReadonlyMap<string, SavedValue>): Promise<Map<string, unknown>> {
    const values = new Map<string, unknown>();
    const tablesLast = [...saved].sort(([, a], [, b]) => Number(isTable(a.type)) - Number(isTable(b.type)));
    for (const [id, { type, file, facts, vocabulary }] of tablesLast) {
      const path = this.#fileOf(file);
      const value =
        vocabulary === undefined
          ? await keepers[type]!.load(path, facts)
          : await cooccurrence.load(path, facts, values.get(vocabulary) as Vocabulary);
      values.set(id, value);
      this.#ids.set(value as object, id);
    }
    this.#saved = new Map(saved);
    return values;
  }

  async #write(id: string, { type, value }: Value): Promise<SavedValue> {
    const file = `${id}.arrow`;
    const path = this.#fileOf(file);
    if (!isTable(type, value)) return { type, file, facts: await keepers[type]!.save(value, path) };
    const facts = await cooccurrence.save(value, path);
    return { type, file, facts, vocabulary: this.#ids.get(value.vocabulary)! };
  }
}

function isTable(type: string, _value?: unknown): _value is FinalCooccurrence {
  return type === "cooccurrence";
}

const vocabularyOf = ({ vocabulary }: FinalCooccurrence): Value => ({ type: "vocabulary", value: vocabulary });

function save(path: string, schema: Schema, write: (writer: TableWriter) => Promise<void>): Promise<void> {
  return writeTable(path, schema, tableFormats.arrow, write);
}

type Cell = string | number;

async function writeRows(path: string, schema: Schema, rows: readonly (readonly Cell[])[]): Promise<void> {
  await save(path, schema, async (writer) => {
    for (let from = 0; from < rows.length; from += rowsAtOnce) {
      const some = rows.slice(from, from + rowsAtOnce);
      const columns = schema.fields.map(({ type }, k): Column => {
        const cells = some.map((row) => row[k]!);
        return type instanceof Utf8 ? (cells as string[]) : Float64Array.from(cells as number[]);
      });
      await writer.write(columns, some.length);
    }
  });
}

/** Whole columns of a file. */
async function columnsOf<Cells extends readonly unknown[]>(
  path: string,
  names: readonly string[],
): Promise<{ [K in keyof Cells]: Cells[K][] }> {
  const whole: unknown[][] = names.map(() => []);
  for await (const { columns, rows } of (await openTable(path)).blocks(names))
    columns.forEach((column, k) => {
      for (let row = 0; row < rows; row++) whole[k]!.push(column[row]);
    });
  return whole as { [K in keyof Cells]: Cells[K][] };
}
