import { unifyLineEnds } from "./lineEnds.js";

/** What separates the tokens of a line in fastText's text. */
const SEPARATORS = " \\n\\r\\t\\v\\f\\0";

interface LabelledText {
  /** Without its labels and the white space behind each. */
  readonly text: Uint8Array;
  /** As they stand in it, without their prefix. */
  readonly labels: readonly string[];
}

/** Takes the labels out of a line: tokens that begin with the prefix, wherever they stand, as fastText reads them. */
export function labelFinder(prefix: string): (line: Uint8Array) => LabelledText {
  const begins = Buffer.from(prefix);
  const label = new RegExp(`(?<![^${SEPARATORS}])${escaped(prefix)}([^${SEPARATORS}]*)[ \\t\\v\\f\\0]*`, "g");
  return (line) => {
    const bytes = Buffer.from(line.buffer, line.byteOffset, line.length);
    if (!bytes.includes(begins)) return { text: unifyLineEnds(line), labels: [] };
    const labels: string[] = [];
    const text = bytes.toString().replace(label, (_, name: string) => {
      labels.push(name);
      return "";
    });
    return { text: unifyLineEnds(Buffer.from(text)), labels };
  };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
