import type { DocumentColumn, DocumentField } from "../../schemas/documents.js";
import { compareCodePoints } from "../text/compareCodePoints.js";

/** What documents are grouped by. */
export interface Grouping {
  /** The field whose value is the group; the labels are the groups if left out. */
  readonly field?: string | undefined;
  /** Width of the bins of a field that holds numbers, each named by where it begins; every value is a group of its own if left out. */
  readonly binSize?: number | undefined;
}

/**
 * The groups of the document of a row: its labels, each once, or what a field of it holds; none where it holds nothing.
 * @throws RangeError if the source was not asked for these, or a value that goes into bins is no number
 */
export function groupsOf(
  who: string,
  documents: DocumentColumn | undefined,
  row: number,
  { field, binSize }: Grouping,
): readonly string[] {
  if (field === undefined) {
    if (!documents?.labels)
      throw new RangeError(`${who}: documents must have labels, got none; the source must be asked for \`labels\``);
    return [...new Set(documents.labels[row]!)];
  }
  const values = documents?.fields?.[field];
  if (!values)
    throw new RangeError(
      `${who}: documents must have the field ${field}, got none; it must stand in the source's \`fields\``,
    );
  const value = values[row]!;
  if (value === null || value === "") return [];
  return [binSize === undefined ? String(value) : binOf(who, field, value, binSize)];
}

function binOf(who: string, field: string, value: NonNullable<DocumentField>, size: number): string {
  if (typeof value === "boolean" || !isNumber(String(value)))
    throw new RangeError(
      `${who}: the field ${field} must hold numbers where they go into bins, got ${JSON.stringify(value)}`,
    );
  return String(Number((Math.floor(Number(value) / size) * size).toPrecision(12))); // 3 x 0.1 is to be called 0.3
}

/** Numbers by their size, before texts by code point. */
export function compareGroups(a: string, b: string): number {
  const [isA, isB] = [isNumber(a), isNumber(b)];
  if (isA !== isB) return isA ? -1 : 1;
  return (isA && Number(a) - Number(b)) || compareCodePoints(a, b);
}

const isNumber = (text: string): boolean => text.trim() !== "" && Number.isFinite(Number(text));
