/** The files of word pairs and analogy questions that the field shares, as they are found: with comments, a header, tabs or commas. */
import { show } from "../../schemas/index.js";
import type { AnalogySection, SimilarityPair } from "./evaluate.js";

/**
 * Reads lines of `word, word, score`, with tabs, commas, semicolons or white space in between. Blank lines and comments, `# ...`, are
 * passed over, and so is a first line whose score has no digit, if pairs follow.
 * @throws SyntaxError that names the line
 */
export function parseSimilarityPairs(text: string, name = "similarity pairs"): SimilarityPair[] {
  const lines = contentLines(text, name);
  const [first] = lines;
  const hasHeader = first && lines.length > 1 && rowsIn(first.line, 3).some(([, , score]) => !/\d/.test(score!));
  return lines.slice(hasHeader ? 1 : 0).map(({ line, number }) => {
    const rows = rowsIn(line, 3).filter(([, , score]) => Number.isFinite(Number(score)));
    const [a, b, score] = theOnly(rows, "word, word and score", { line, number }, name);
    return { a: a!, b: b!, score: Number(score) };
  });
}

/**
 * Reads the format of word2vec's `questions-words.txt`: `: name` begins a section, any other line is four words, with white space, tabs,
 * commas or semicolons in between. Blank lines and comments, `# ...`, are passed over.
 * @throws SyntaxError that names the line
 */
export function parseAnalogies(text: string, name = "analogies"): AnalogySection[] {
  const sections: { name: string; questions: [string, string, string, string][] }[] = [];
  for (const { line, number } of contentLines(text, name)) {
    if (line.startsWith(":")) {
      sections.push({ name: line.slice(1).trim(), questions: [] });
      continue;
    }
    const words = theOnly(rowsIn(line, 4), '": section" or four words', { line, number }, name);
    if (sections.length === 0) sections.push({ name: "", questions: [] });
    sections.at(-1)!.questions.push(words as [string, string, string, string]);
  }
  return sections;
}

interface ContentLine {
  readonly line: string;
  readonly number: number;
}

function contentLines(text: string, name: string): ContentLine[] {
  const lines = text
    .replace(/^\uFEFF/, "")
    .split(/\r\n?|\n/)
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== "" && line !== "#" && !line.startsWith("# "));
  const unclear = lines.find(({ line }) => line.startsWith("#") && !line.includes("\t"));
  if (unclear)
    throw new SyntaxError(
      `${name}: a comment must have a space behind its #, and a word with # tabs around it, got ${show(unclear.line)}, line ${unclear.number}`,
    );
  return lines;
}

/** The cells of a line, so many of them, by each separator that gives as many; tabs are never anything else. */
function rowsIn(line: string, cells: number): string[][] {
  if (line.includes("\t")) return [line.split("\t").map((cell) => cell.trim())].filter(isRowOf(cells));
  const byMark = [",", ";"].map((mark) => line.split(mark).map((cell) => withoutQuotes(cell.trim())));
  const byWhiteSpace = line.split(/\s+/);
  const isListed = byWhiteSpace.some((cell) => /^[,;]|[,;]$/.test(cell));
  return [...byMark, ...(isListed ? [] : [byWhiteSpace])].filter(isRowOf(cells));
}

const isRowOf = (cells: number) => (row: readonly string[]) => row.length === cells && row.every((cell) => cell !== "");

const withoutQuotes = (cell: string) => cell.replace(/^"(.*)"$/, (_, inside: string) => inside.replaceAll('""', '"'));

function theOnly(rows: readonly string[][], must: string, { line, number }: ContentLine, name: string): string[] {
  const [row] = rows;
  if (row && rows.length === 1) return row;
  throw new SyntaxError(`${name}: a line must be ${must}, got ${show(line)}, line ${number}`);
}
