import { LabelSpace, labelSize } from "../../kernels/layout/labelSpace.js";
import { COLOURS, FONTS, markup } from "./markup.js";
import type { TermPicture } from "./termPicture.js";

const WIDTH = 1600;
const MARGIN = 40;
/** Below the map stands what it shows. */
const FOOT = 40;

/** A map of terms as a drawing: every term a point, and labels of the most frequent ones as far as they cover none. */
export function mapSvg({ title, note, terms, points, groups, marked }: TermPicture): string {
  const side = WIDTH - 2 * MARGIN;
  const at = (row: number) => ({ x: MARGIN + points[2 * row]! * side, y: MARGIN + points[2 * row + 1]! * side });
  const height =
    2 * MARGIN + Math.ceil(side * points.reduce((most, value, k) => (k & 1 ? Math.max(most, value) : most), 0));
  const radius = terms.length > 20_000 ? 1 : terms.length > 1000 ? 2 : 3;
  const dots = COLOURS.map((_, group) => {
    const rows = [...groups.keys()].filter((row) => groups[row]! % COLOURS.length === group);
    return `<path class="g${group}" d="${rows.map((row) => `M${fixed(at(row).x)} ${fixed(at(row).y)}h0`).join("")}"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height + FOOT}" role="img" aria-labelledby="title note">
<title id="title">${markup(title)}</title>
<desc id="note">${markup(note)}</desc>
<style>
svg { background: #fbfbfa; font-family: ${FONTS}; }
path { fill: none; stroke-width: ${2 * radius}; stroke-linecap: round; opacity: 0.7; }
text { fill: #1c1e21; stroke: #fbfbfa; stroke-width: 3; paint-order: stroke; }
.mark { fill: none; stroke: #1c1e21; stroke-width: 1.5; }
.marked { font-weight: 700; }
.foot { fill: #5d646b; }
${COLOURS.map((colour, group) => `.g${group} { stroke: ${colour}; }`).join("\n")}
@media (prefers-color-scheme: dark) {
svg { background: #15171a; }
text { fill: #eceef0; stroke: #15171a; }
.mark { stroke: #eceef0; }
.foot { fill: #a3abb3; }
}
</style>
${dots.join("\n")}
${labels(terms, marked, at, new LabelSpace(WIDTH, height))}
<text class="foot" x="${MARGIN}" y="${height + FOOT / 2}" font-size="14">${markup(`${title}. ${note}`)}</text>
</svg>
`;
}

function labels(
  terms: readonly string[],
  marked: readonly number[],
  at: (row: number) => { readonly x: number; readonly y: number },
  space: LabelSpace,
): string {
  const isMarked = new Set(marked);
  const rows = [...marked, ...[...terms.keys()].filter((row) => !isMarked.has(row))];
  return rows
    .flatMap((row) => {
      const { x, y } = at(row);
      const size = labelSize(isMarked.has(row) ? 0 : row, terms.length, 26, 12);
      const width = textWidth(terms[row]!, size);
      const left = Math.min(Math.max(x - width / 2, MARGIN / 2), WIDTH - width - MARGIN / 2);
      if (!space.take(left, y - 1.3 * size - 2, width, 1.3 * size) && !isMarked.has(row)) return [];
      const name = `<text${isMarked.has(row) ? ' class="marked"' : ""} x="${fixed(left)}" y="${fixed(y - 0.3 * size - 2)}" font-size="${size}">${markup(terms[row]!)}</text>`;
      return isMarked.has(row) ? [`<circle class="mark" cx="${fixed(x)}" cy="${fixed(y)}" r="5"/>`, name] : [name];
    })
    .join("\n");
}

const fixed = (value: number): string => String(Math.round(value * 10) / 10);

/** About what a text takes in a generic font: letters somewhat over half their size, Chinese characters all of it. */
function textWidth(text: string, size: number): number {
  let width = 0;
  for (const character of text) width += character.codePointAt(0)! < 0x1100 ? 0.6 : 1.05;
  return width * size;
}
