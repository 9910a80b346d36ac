/** What a file is, by its content. Fields that make no sense for a format are left out. */
export interface FileReport {
  readonly path: string;
  readonly bytes: number;
  /** Such as `arrow`, `parquet`, `word2vecText`, `gloveBinary`, `jsonl`, `text`, `unknown`. */
  readonly format: string;
  readonly compression?: "gzip" | "zstd";
  /** The kind of data that the table holds, where its columns say so. */
  readonly holds?: string;
  /** Rows of a table, lines of a text. */
  readonly rows?: number;
  readonly columns?: readonly { readonly name: string; readonly type: string }[];
  readonly vectorSize?: number;
  readonly metadata?: Readonly<Record<string, string>>;
  /** A few rows, a few cells of each, as text. */
  readonly firstRows?: readonly (readonly string[])[];
}

export type Finding = Omit<FileReport, "path" | "bytes" | "compression">;

export const shownRows = 3;
export const shownCells = 6;

/** The first lines as rows of their fields. */
export function textRows(head: Buffer, skip = 0): string[][] {
  const lines = head
    .toString("utf8")
    .split("\n")
    .slice(skip, skip + shownRows);
  return lines.filter((line) => line !== "").map((line) => line.trimEnd().split(/[ \t]/).slice(0, shownCells));
}
