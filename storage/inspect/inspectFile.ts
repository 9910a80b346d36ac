import { statSync } from "node:fs";
import { basename } from "node:path";
import { contentOf } from "../../kernels/text/content.js";
import { documentTerms } from "../../kinds/documentTerms.js";
import { allKinds } from "../../kinds/kinds.js";
import type { DataKind } from "../../schemas/kinds.js";
import { KIND, type ReadColumn, type TableFile } from "../../schemas/tables.js";
import { recordBytes } from "../cooccurrence/recordBytes.js";
import { beginsAsMatrixMarket } from "../documents/matrixMarketFile.js";
import { openMatrix } from "../documents/readDocumentTerms.js";
import { HEAD_BYTES, MAGIC, optionIn, SUPERVISED } from "../fasttext/fastTextFile.js";
import { fileBytes, firstContent, packingOf } from "../files/fileBytes.js";
import { beginsAsZip, ZipReader } from "../files/zipFile.js";
import { describeLanguageModel } from "../models/describeLanguageModel.js";
import { areOfModel } from "../models/languageModelFiles.js";
import { beginsAsTensors, SafetensorsFile } from "../models/safetensors.js";
import { openTable } from "../tables/tableFile.js";
import { recogniseVectors } from "../vectors/recogniseVectors.js";
import { parseHeader } from "../vectors/vectorHeader.js";
import { type FileReport, type Finding, shownCells, shownRows, textRows } from "./fileReport.js";
import { inspectTokenizer } from "./inspectTokenizer.js";

const headBytes = 1 << 16;

/**
 * Says what a file is, by its content and not by its name: any format that this package reads or writes.
 *
 * In: a path, and the kinds of data that it may hold. Out: FileReport. State: one block of a table or the first 64 KiB of a text; rows are counted by reading once through.
 * @throws SyntaxError if an Arrow, Parquet or packed file is not whole; the file system's error if it cannot be read
 * @example
 *   const { format, rows } = await inspectFile("vectors.bin");
 */
export async function inspectFile(path: string, kinds: readonly DataKind[] = allKinds()): Promise<FileReport> {
  const compression = packingOf(path);
  const file = { path, bytes: statSync(path).size, ...(compression ? { compression } : {}) };
  if (file.bytes === 0) return { ...file, format: "empty", rows: 0 };
  const finding = await inspectContent(path, Buffer.from(await firstContent(path, headBytes)), kinds);
  const rows = finding.rows ?? (isTextual(finding.format) ? await countLines(path) : undefined);
  const { firstRows = [], ...told } = finding;
  return { ...file, ...told, ...(rows === undefined ? {} : { rows }), ...(firstRows.length > 0 ? { firstRows } : {}) };
}

async function inspectContent(path: string, head: Buffer, kinds: readonly DataKind[]): Promise<Finding> {
  const magic = head.toString("latin1", 0, 6);
  if (magic === "ARROW1" || magic.startsWith("PAR1")) return inspectTable(await openTable(path), kinds);
  if (beginsAsMatrixMarket(head) || (beginsAsZip(head) && isNpz(path))) return inspectMatrix(path);
  if (head.length >= 8 && head.readUInt32LE(0) === 0xffffffff) return { format: "arrowStream" };
  if (head.length >= HEAD_BYTES && head.readInt32LE() === MAGIC) return inspectFastText(head);
  if (beginsAsTensors(head)) return inspectTensors(path);
  const [firstLine = ""] = head.toString("latin1").split("\n", 1);
  const header = parseHeader(firstLine.trimEnd());
  if (header) {
    const format = (await recogniseVectors(path))!;
    const firstRows = format === "word2vecText" ? textRows(head, 1) : [];
    return { format, holds: "vectors", rows: header.terms, vectorSize: header.vectorSize, firstRows };
  }
  const content = contentOf(head);
  if (content) return { format: content.name };
  if (head.includes(0)) return inspectRecords(path, head);
  const tokenizer = await inspectTokenizer(path, head.toString("utf8"));
  if (tokenizer) return tokenizer;
  const { inspectText } = await import("./inspectText.js"); // with the library that reads CSV
  return inspectText(basename(path), head, await recogniseVectors(path));
}

function inspectTensors(path: string): Finding {
  const file = new SafetensorsFile(path);
  try {
    const { names, metadata } = file;
    const isModel = areOfModel(path, metadata);
    return {
      format: "safetensors",
      ...(isModel ? { holds: "languageModel" } : {}),
      rows: names.length,
      metadata: { ...Object.fromEntries(metadata), ...(isModel ? describeLanguageModel(path, file) : {}) },
      firstRows: names.slice(0, shownRows).map((name) => [name, file.shape(name).join(" x ")]),
    };
  } finally {
    file.close();
  }
}

function isNpz(path: string): boolean {
  const zip = new ZipReader(path);
  zip.close();
  return zip.members.has("indptr.npy");
}

async function inspectMatrix(path: string): Promise<Finding> {
  const file = await openMatrix(path);
  try {
    const { format, documents, columns, cells, metadata } = file;
    for await (const _ of file.rows()); // which may be cut short or damaged
    const sizes = { columns: String(columns), cells: String(cells) };
    return {
      format,
      holds: documentTerms.name,
      rows: documents!,
      metadata: { ...sizes, ...Object.fromEntries(metadata) },
    };
  } finally {
    file.close();
  }
}

/** What the options at the file's beginning say. */
function inspectFastText(head: Buffer): Finding {
  const holds = optionIn(head, "model") === SUPERVISED ? "classifier" : "vectors";
  return { format: "fastText", holds, vectorSize: optionIn(head, "dim") };
}

async function inspectTable(table: TableFile, kinds: readonly DataKind[]): Promise<Finding> {
  const names = table.columns.map(({ name }) => name);
  const holds = table.metadata.get(KIND) ?? kindOf(names, kinds)?.name;
  let rows = 0;
  let firstRows: string[][] = [];
  let vectorSize: number | undefined;
  for await (const block of table.blocks([])) rows += block.rows;
  for await (const { columns, rows: blockRows } of table.blocks(names)) {
    firstRows = Array.from({ length: Math.min(shownRows, blockRows) }, (_, row) =>
      columns.flatMap((column) => cellTexts(column, row)),
    );
    vectorSize = (columns[names.indexOf("vector")]?.[0] as ArrayLike<number> | undefined)?.length;
    break;
  }
  return {
    format: table.format,
    ...(holds ? { holds } : {}),
    rows,
    columns: table.columns,
    ...(vectorSize ? { vectorSize } : {}),
    metadata: Object.fromEntries(table.metadata),
    firstRows,
  };
}

/** The kind whose columns a table has; the most of them, where there are several. */
function kindOf(names: readonly string[], kinds: readonly DataKind[]): DataKind | undefined {
  const has = (columns?: readonly string[]) => columns?.every((column) => names.includes(column));
  const fitting = kinds.filter(({ columns, olderColumns }) => has(columns) || has(olderColumns));
  return fitting.sort((a, b) => b.columns!.length - a.columns!.length)[0];
}

function cellTexts(column: ReadColumn, row: number): string[] {
  const cell = column[row];
  return typeof cell === "object"
    ? Array.from(cell as ArrayLike<unknown>)
        .slice(0, shownCells)
        .map(String)
    : [String(cell)];
}

/** GloVe's records: ids from 1, positive weights, a size that is a multiple of 16. */
function inspectRecords(path: string, head: Buffer): Finding {
  const { size } = statSync(path);
  const count = Math.min(64, Math.floor(head.length / recordBytes));
  const records = Array.from({ length: count }, (_, i) => [
    head.readInt32LE(recordBytes * i),
    head.readInt32LE(recordBytes * i + 4),
    head.readDoubleLE(recordBytes * i + 8),
  ]);
  const plausible = records.every(([row, column, weight]) => row! > 0 && column! > 0 && weight! > 0 && weight! < 1e15);
  if (size % recordBytes !== 0 || count === 0 || !plausible) return { format: "unknown" };
  return {
    format: "gloveBinary",
    holds: "cooccurrence",
    rows: size / recordBytes,
    firstRows: records.slice(0, shownRows).map((record) => record.map(String)),
  };
}

function isTextual(format: string): boolean {
  return ["gloveText", "projector", "gloveVocabulary", "jsonl", "csv", "tsv", "text"].includes(format);
}

async function countLines(path: string): Promise<number> {
  let count = 0;
  let last = 10;
  for await (const chunk of fileBytes(path)) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++;
    last = chunk.at(-1) ?? last;
  }
  return last === 10 ? count : count + 1;
}
