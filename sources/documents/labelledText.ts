import { unifyLineEnds } from "./lineEnds.js";

/** What separates the tokens of a line in fastText's text. */
const SEPARATORS = new Set([..." \n\r\t\v\f\0"].map((each) => each.charCodeAt(0)));
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

interface LabelledText {
  /** Without its labels and the white space behind each. */
  readonly text: Uint8Array;
  /** As they stand in it, without their prefix. */
  readonly labels: readonly string[];
}

/** Takes the labels out of a line: tokens that begin with the prefix, wherever they stand, as fastText reads them. */
export function labelFinder(prefix: string): (line: Uint8Array) => LabelledText {
  const begins = Buffer.from(prefix);
  return (line) => {
    const bytes = Buffer.from(line.buffer, line.byteOffset, line.length);
    const labels: string[] = [];
    const left: Uint8Array[] = [];
    let from = 0;
    for (let at = bytes.indexOf(begins); at >= 0; at = bytes.indexOf(begins, Math.max(from, at + 1))) {
      if (at > 0 && !SEPARATORS.has(bytes[at - 1]!)) continue;
      const name = at + begins.length;
      const end = endOf(bytes, name, (byte) => !SEPARATORS.has(byte));
      labels.push(bytes.toString("utf8", name, end));
      if (at > from) left.push(bytes.subarray(from, at));
      from = endOf(bytes, end, isBlank);
    }
    const rest = bytes.subarray(from);
    return { text: unifyLineEnds(left.length === 0 ? rest : Buffer.concat([...left, rest])), labels };
  };
}

/** White space within a line. */
const isBlank = (byte: number): boolean => SEPARATORS.has(byte) && byte !== LINE_FEED && byte !== CARRIAGE_RETURN;

/** Where a run of such bytes ends that begins at a place, if one does. */
function endOf(bytes: Uint8Array, place: number, holds: (byte: number) => boolean): number {
  let end = place;
  while (end < bytes.length && holds(bytes[end]!)) end++;
  return end;
}
