import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { TableSchema } from "../../schemas/index.js";
import { arrowFormat } from "../../storage/tables/arrowFormat.js";
import { TableWriter } from "../../storage/tables/tableWriter.js";
import type { ScoreColumn } from "./comparedSets.js";

/** What a training took, of its process as a whole. */
export interface TrainingCost {
  readonly seconds: number;
  readonly processorSeconds: number;
  /** The most that lay in memory at a time. */
  readonly memoryBytes: number;
}

/** A model in a comparison. */
export interface ComparedRow {
  readonly model: string;
  /** Why it failed; it has no scores then. */
  readonly fault?: string;
  /** By the name of the column; without those that it has none of. */
  readonly scores: Readonly<Record<string, number>>;
  /** Unknown where only another process could tell. */
  readonly cost?: TrainingCost;
  /** What it has written. */
  readonly bytes?: number;
}

export interface ModelComparison {
  /** What was read. */
  readonly corpus: string;
  readonly columns: readonly ScoreColumn[];
  readonly rows: readonly ComparedRow[];
}

/** The file that holds it in a folder of compared runs. */
export const COMPARISON = "compare.json";

/** The comparison in a folder, if there is one. */
export function comparisonIn(folder: string): ModelComparison | undefined {
  const path = join(folder, COMPARISON);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as ModelComparison) : undefined;
}

/** The comparisons that runs belong to, each once. */
export function comparisonsOf(runs: readonly string[]): ModelComparison[] {
  const folders = new Set(runs.map((run) => dirname(resolve(run))));
  return [...folders].flatMap((folder) => comparisonIn(folder) ?? []);
}

const MB = 1e6;
const DASH = "-";

/** The table for people: a head and a row for each model. Columns but the first hold numbers. */
export function comparisonCells({ columns, rows }: ModelComparison): string[][] {
  const head = ["model", ...columns.map(titleOf), "seconds", "processor s", "memory MB", "size MB"];
  return [
    head,
    ...rows.map((row) => [row.model, ...columns.map(({ name }) => score(row.scores[name])), ...costCells(row)]),
  ];
}

export const titleOf = ({ name, measure }: ScoreColumn): string => `${name} ${measure}`;

/** Without a sign before zeros. */
const score = (value: number | undefined) =>
  value === undefined ? DASH : value.toFixed(3).replace(/^-(?=[0.]+$)/, "");

function costCells({ cost, bytes }: ComparedRow): string[] {
  const told = cost
    ? [cost.seconds.toFixed(1), cost.processorSeconds.toFixed(1), (cost.memoryBytes / MB).toFixed(0)]
    : [DASH, DASH, DASH];
  return [...told, bytes === undefined ? DASH : (bytes / MB).toFixed(1)];
}

/** Why models failed, a line each. */
export const faultLines = ({ rows }: ModelComparison): string[] =>
  rows.flatMap(({ model, fault }) => (fault === undefined ? [] : [`${model}: ${fault}`]));

/** The table in Markdown, with what the columns mean. */
export function comparisonMarkdown(comparison: ModelComparison): string {
  const [head, ...rows] = comparisonCells(comparison) as [string[], ...string[][]];
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = line(head.map((_, k) => (k === 0 ? "---" : "---:")));
  const meanings = comparison.columns.map(
    (column) => `- ${titleOf(column)}: ${column.about}; ${column.items} ${column.unit}, ${column.better} is better`,
  );
  const faults = faultLines(comparison).map((each) => `- ${each}`);
  const parts = [[line(head), rule, ...rows.map(line)], meanings, faults].filter(({ length }) => length > 0);
  return `${parts.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** Writes the table for programs: NaN stands where there is no number, an empty text where nothing failed. */
export async function writeComparison({ columns, rows }: ModelComparison, path: string): Promise<void> {
  const numbers: [string, (row: ComparedRow) => number | undefined][] = [
    ...columns.map((column): [string, (row: ComparedRow) => number | undefined] => [
      titleOf(column),
      ({ scores }) => scores[column.name],
    ]),
    ["seconds", ({ cost }) => cost?.seconds],
    ["processorSeconds", ({ cost }) => cost?.processorSeconds],
    ["memoryBytes", ({ cost }) => cost?.memoryBytes],
    ["bytes", ({ bytes }) => bytes],
  ];
  const schema: TableSchema = {
    columns: {
      model: "text",
      fault: "text",
      ...Object.fromEntries(numbers.map(([name]) => [name, "float64" as const])),
    },
  };
  const writer = await TableWriter.open(path, schema, arrowFormat);
  const values = numbers.map(([, of]) => Float64Array.from(rows, (row) => of(row) ?? Number.NaN));
  await writer.write([rows.map(({ model }) => model), rows.map(({ fault = "" }) => fault), ...values], rows.length);
  await writer.close();
}
