import { type StreamFormat, streamFormats } from "./streamFormats.js";

export const fileFormats = ["auto", ...streamFormats, "parquet"] as const;
export type FileFormat = StreamFormat | "parquet";

const FORMAT_OF_EXTENSION: Readonly<Record<string, FileFormat>> = {
  txt: "lines",
  text: "lines",
  md: "lines",
  jsonl: "jsonl",
  ndjson: "jsonl",
  json: "json",
  csv: "csv",
  tsv: "tsv",
  tab: "tsv",
  parquet: "parquet",
};

// Not looked at for unpacking, only to see the name below, and to tell a file that was cut to nothing.
const UNPACKED = /\.(gz|zst)$/i;
const PACKED = /\.(gz|zst|bz2|xz|lz4|lzma|z|zip|7z)$/i;

export const isPackedName = (path: string) => PACKED.test(path);

/** The format that a name states; undefined if it states none. */
function formatOfName(path: string): FileFormat | undefined {
  const extension = /\.([^./\\]+)$/.exec(path.replace(UNPACKED, ""))?.[1]?.toLowerCase();
  return extension !== undefined && Object.hasOwn(FORMAT_OF_EXTENSION, extension)
    ? FORMAT_OF_EXTENSION[extension]
    : undefined;
}

/** Names of files of documents; a folder may hold a `.json` of anything, a manifest or settings. */
export function isKnownName(path: string): boolean {
  const format = formatOfName(path);
  return format !== undefined && format !== "json";
}

/** What a file is read as when nothing is stated: Parquet by its content, the record formats by name, the rest line by line. */
export function guessFormat(path: string, isParquet: boolean): FileFormat {
  return isParquet ? "parquet" : (formatOfName(path) ?? "lines");
}
