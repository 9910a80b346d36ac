import { show } from "../../schemas/options.js";
import { documentFields } from "./documentFields.js";
import type { InputReport } from "./inputReport.js";

/** Where the column lies, from 0: by its name in the header, or by its number from 1, of so many as the first record has. */
export function columnOf(
  header: readonly string[] | undefined,
  columns: number,
  field: string,
  report: InputReport,
  option = "field",
): number {
  const named = header?.indexOf(field) ?? -1;
  const repeated = header?.lastIndexOf(field) ?? -1;
  if (named !== repeated)
    throw report.fault(
      "",
      `${option} must name one column, got ${show(field)}, as columns ${named + 1} and ${repeated + 1} are called; a number tells them apart`,
    );
  if (named >= 0) return named;
  const column = Number(field) - 1;
  if (/^[1-9][0-9]*$/.test(field) && column < columns) return column;
  const found = header === undefined ? "" : `; the columns are ${header.join(", ")}`;
  const most = Number.isFinite(columns) ? ` to ${columns}` : "";
  const must =
    header === undefined
      ? `a column's number from 1${most}, since header is false`
      : "a column's name or number from 1";
  throw report.fault("", `${option} must be ${must}, got ${foundIn(option, field)}${found}`);
}

/** What was written of an option; nobody need have written the name that the text has unless told otherwise. */
export function foundIn(option: string, field: string): string {
  return option === "field" && field === documentFields.field.default
    ? "none, and no column is called text"
    : show(field);
}
