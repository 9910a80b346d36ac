import { parse } from "csv-parse/sync";
import type { VectorFormat } from "../vectors/vectorFormats.js";
import { type Finding, shownRows, textRows } from "./fileReport.js";

const vocabularyLine = /^\S+ \d+$/;

/** What a text is, by its first lines; `vectors` is the format of vectors that it could be. */
export function inspectText(name: string, head: Buffer, vectors: VectorFormat | undefined): Finding {
  const text = head.toString("utf8");
  const lines = text.split("\n");
  const whole = lines.length > 1 ? lines.slice(0, -1) : lines; // the last one may be cut
  if (whole.every((line) => vocabularyLine.test(line)))
    return { format: "gloveVocabulary", holds: "vocabulary", firstRows: textRows(head) };
  if (vectors && whole.slice(0, shownRows).every(endsInNumber)) return inspectVectors(head, whole, vectors);
  if (text.trimStart().startsWith("{")) return inspectJson(name, text, whole);
  return inspectCsv(whole, "\t") ?? inspectCsv(whole, ",") ?? { format: "text", firstRows: firstLines(whole) };
}

function inspectVectors(head: Buffer, lines: readonly string[], format: VectorFormat): Finding {
  const fields = lines[0]!.trimEnd().split(/[ \t]/).length;
  return {
    format,
    holds: "vectors",
    vectorSize: format === "projector" ? fields : fields - 1,
    firstRows: textRows(head),
  };
}

function inspectJson(name: string, text: string, lines: readonly string[]): Finding {
  if (lines.length > 1 && lines.slice(0, shownRows).every(isJson))
    return { format: "jsonl", firstRows: firstLines(lines) };
  if (name === "manifest.json") return { format: "manifest", firstRows: firstLines(lines) };
  return { format: lines.length === 1 && isJson(text.trim()) ? "jsonl" : "json", firstRows: firstLines(lines) };
}

function endsInNumber(line: string): boolean {
  return /\d$/.test(line.trimEnd());
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** Rows of equal length, two columns or more, the first row naming them. */
function inspectCsv(lines: readonly string[], delimiter: "," | "\t"): Finding | undefined {
  if (lines.length < 2) return undefined;
  try {
    const rows: string[][] = parse(lines.slice(0, 20).join("\n"), {
      delimiter,
      bom: true,
      quote: delimiter === "," ? '"' : null,
    });
    const columns = rows[0]!;
    if (columns.length < 2) return undefined;
    const format = delimiter === "," ? "csv" : "tsv";
    return {
      format,
      columns: columns.map((name) => ({ name, type: "text" })),
      firstRows: rows.slice(1, 1 + shownRows),
    };
  } catch {
    return undefined; // rows of different lengths: prose with commas in it
  }
}

function firstLines(lines: readonly string[]): string[][] {
  return lines.slice(0, shownRows).map((line) => [line.length > 100 ? `${line.slice(0, 97)}...` : line]);
}
