/** What is to be counted: text as it lies in a file, unpacked. */
export interface Counted {
  readonly format: "lines" | "paragraphs" | "csv" | "tsv" | "jsonl" | "json";
  readonly text: string;
  /** Of CSV and TSV: the first record is no document. */
  readonly header: boolean;
}

/** A cell in quotes, or one without any; cells between commas; a line end, or the end of the text. */
const CSV_RECORD = /(?:"(?:[^"]|"")*"|[^",\r\n]*)(?:,(?:"(?:[^"]|"")*"|[^",\r\n]*))*(?:\r\n|\r|\n|$)/y;
/** Where no record can be read, its line is a faulty one. */
const LINE = /[^\r\n]*(?:\r\n|\r|\n|$)/y;

/** The records of CSV, their line ends with them. */
function csvRecords(text: string): { record: string; isFaulty: boolean }[] {
  const records = [];
  for (let at = 0; at < text.length; ) {
    CSV_RECORD.lastIndex = LINE.lastIndex = at;
    const good = CSV_RECORD.exec(text)?.[0];
    const record = good ?? LINE.exec(text)![0];
    records.push({ record, isFaulty: good === undefined });
    at += record.length;
  }
  return records;
}

/** The documents in a text, by the definitions of the formats; undefined if the header cannot be read, so that there are none. */
export function countDocuments({ format, text, header }: Counted): number | undefined {
  const clean = text.replace(/^\uFEFF/, "");
  const lines = clean.replace(/\r\n?/g, "\n").split("\n");
  if (format === "lines") return lines.at(-1) === "" ? lines.length - 1 : lines.length;
  if (format === "jsonl") return lines.filter((line) => line.trim() !== "").length;
  if (format === "tsv") return Math.max(0, lines.filter((line) => line !== "").length - (header ? 1 : 0));
  if (format === "paragraphs") {
    const isBlank = lines.map((line) => /^[ \t]*$/.test(line));
    const begun = isBlank.filter((blank, k) => !blank && (k === 0 || isBlank[k - 1])).length;
    return clean === "" ? 0 : Math.max(1, begun);
  }
  if (format === "json") return countJson(clean);
  const records = csvRecords(clean).filter(({ record }) => !/^[\r\n]+$/.test(record));
  if (header && records[0]?.isFaulty) return undefined;
  return Math.max(0, records.length - (header ? 1 : 0));
}

/** The values of a JSON array, or the objects that follow one another; strings that hold brackets and commas are taken out first. */
function countJson(text: string): number {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"/gs, "s");
  const isArray = bare.trimStart().startsWith("[");
  let depth = 0;
  let count = 0;
  for (const sign of bare) {
    if (sign === "{" || sign === "[") depth++;
    if (sign === "}" || sign === "]") depth--;
    if (isArray ? sign === "," && depth === 1 : sign === "}" && depth === 0) count++;
  }
  return isArray && !/^\s*\[\s*\]/.test(bare) ? count + 1 : count;
}
