import { show } from "../schemas/units.js";
import type { InputReport } from "./inputReport.js";

/** Where the column lies, from 0: by its name in the header, or by its number from 1. */
export function columnOf(header: readonly string[] | undefined, field: string, report: InputReport): number {
  const named = header?.indexOf(field) ?? -1;
  if (named >= 0) return named;
  const column = Number(field) - 1;
  const isNumber = /^[1-9][0-9]*$/.test(field);
  if (isNumber && (header === undefined || column < header.length)) return column;
  const found = header === undefined ? "" : `; the columns are ${header.join(", ")}`;
  const must =
    header === undefined ? "a column's number from 1, since header is false" : "a column's name or number from 1";
  throw report.fault("", `field must be ${must}, got ${show(field)}${found}`);
}
