import { displayWidth } from "../kernels/text/displayWidth.js";
import { printableLine } from "../kernels/text/printable.js";

export interface TableForm {
  /** Which columns stand at the right, as numbers do, by place. */
  readonly right?: readonly number[];
  /** Columns of the terminal. */
  readonly width?: number;
  readonly indent?: string;
}

const GAP = "  ";

/**
 * Rows as lines whose cells stand below each other, also where characters take two columns. The widest cells are wrapped where a line would
 * be too long, between words as long as there is room for the longest of each column.
 */
export function textTable(
  rows: readonly (readonly string[])[],
  { right = [], width = 80, indent = "" }: TableForm = {},
): string {
  const cells = rows.map((row) => row.map(printableLine));
  const widest = (of: (cell: string) => readonly string[]) =>
    cells[0]!.map((_, k) => Math.max(...cells.flatMap((row) => of(row[k]!)).map(displayWidth)));
  const [wanted, words] = [widest((cell) => [cell]), widest((cell) => cell.split(" "))];
  const widths = withinRoom(wanted, words, width - indent.length - GAP.length * (wanted.length - 1));
  const lines = cells.flatMap((row) => {
    const wrapped = row.map((cell, k) => wrap(cell, widths[k]!));
    return Array.from({ length: Math.max(...wrapped.map(({ length }) => length)) }, (_, line) =>
      wrapped.map((cell, k) => pad(cell[line] ?? "", widths[k]!, right.includes(k))).join(GAP),
    );
  });
  return lines.map((line) => `${indent}${line}`.trimEnd()).join("\n");
}

/** The widths with the widest cut to one width, but not below their words where all have room, so that their sum is no more than the room. */
function withinRoom(widths: readonly number[], words: readonly number[], room: number): readonly number[] {
  const isRoomFor = (some: readonly number[]) => some.reduce((sum, width) => sum + width, 0) <= room;
  const least = isRoomFor(words) ? words : words.map(() => 0);
  let most = Math.max(...widths);
  const cut = () => widths.map((width, k) => Math.min(width, Math.max(most, least[k]!)));
  while (most > 2 && !isRoomFor(cut())) most--;
  return cut();
}

function pad(text: string, width: number, isRight: boolean): string {
  const room = " ".repeat(Math.max(0, width - displayWidth(text)));
  return isRight ? room + text : text + room;
}

/** A text in lines of at most so many columns. */
function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ").flatMap((word) => pieces(word, width))) {
    const longer = lines.at(-1) === "" ? word : `${lines.at(-1)} ${word}`;
    if (displayWidth(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** A word cut where it is longer than a line. */
function pieces(word: string, width: number): string[] {
  const cut = [""];
  for (const character of word) {
    if (displayWidth(cut.at(-1)! + character) > width) cut.push("");
    cut[cut.length - 1] += character;
  }
  return cut;
}
