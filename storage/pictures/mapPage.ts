import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { MapPageData } from "../../schemas/mapPageData.js";
import { COLOURS, FONTS, markup, scriptJson } from "./markup.js";
import type { TermPicture } from "./termPicture.js";

/** Neighbours of each term that the page knows. */
const NEAREST = 5;
const GRID = 65535;

/**
 * A page of one file that draws a map of terms: it opens without a network, and no script but its own can run in it. Some 40 bytes a term.
 */
export function mapPage({ title, note, terms, points, groups, near, marked }: TermPicture): string {
  const nearest = Math.min(NEAREST, near.perRow);
  const idBytes = terms.length > 2 ** 16 ? 3 : 2;
  const data: MapPageData = {
    terms,
    points: base64(Uint16Array.from(points, (value) => Math.round(value * GRID))),
    groups: base64(groups),
    near: base64(packedIds(near, nearest, idBytes)),
    ...{ nearest, idBytes, marked, colours: COLOURS, fonts: FONTS },
  };
  const script = readFileSync(new URL("../../page/termMap.js", import.meta.url), "utf8").trim();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(script)}">
<title>${markup(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<canvas id="map" tabindex="0" role="img" aria-label="${markup(`${title}. ${note}`)}"></canvas>
<main>
<h1>${markup(title)}</h1>
<input id="search" type="search" placeholder="Search a term" aria-label="Search a term" autocomplete="off" spellcheck="false">
<ul id="found" aria-label="Terms found"></ul>
<p id="shown" role="status"></p>
</main>
<footer>${markup(note)} Drag to move, scroll to zoom, click a term for its nearest; keys: arrows, + and -, 0.</footer>
<div id="tip" hidden></div>
<script id="data" type="application/json">${scriptJson(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

const STYLE = `
:root { color-scheme: light dark; --ground: #fbfbfa; --ink: #1c1e21; --faint: #5d646b; --panel: #ffffffe6; --line: #d5d8dc; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #15171a; --ink: #eceef0; --faint: #a3abb3; --panel: #1f2226e6; --line: #3a4048; }
}
html, body { margin: 0; height: 100%; overflow: hidden; background: var(--ground); color: var(--ink); font: 14px/1.4 ${FONTS}; }
canvas { position: fixed; inset: 0; width: 100vw; height: 100vh; touch-action: none; cursor: grab; outline-offset: -3px; }
main { position: fixed; top: 12px; left: 12px; width: 230px; padding: 10px 12px; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; }
h1 { margin: 0 0 8px; font-size: 14px; font-weight: 600; overflow-wrap: anywhere; }
input { box-sizing: border-box; width: 100%; padding: 5px 8px; font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: 5px; }
ul { list-style: none; margin: 4px 0 0; padding: 0; }
li button { width: 100%; padding: 3px 8px; font: inherit; text-align: left; color: inherit; background: none; border: 0; border-radius: 4px; cursor: pointer; overflow-wrap: anywhere; }
li button:hover, li button:focus-visible { background: var(--line); }
#shown { margin: 8px 0 0; overflow-wrap: anywhere; }
#shown:empty { display: none; }
footer { position: fixed; bottom: 0; left: 0; right: 0; padding: 4px 12px 8px; background: var(--ground); font-size: 12px; color: var(--faint); pointer-events: none; }
#tip { position: fixed; max-width: 280px; padding: 4px 8px; background: var(--panel); border: 1px solid var(--line); border-radius: 5px; pointer-events: none; overflow-wrap: anywhere; }
`;

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Little-endian on every machine that Node runs on. */
const base64 = ({ buffer, byteOffset, byteLength }: Uint8Array | Uint16Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString("base64");

function packedIds({ ids, perRow }: TermPicture["near"], nearest: number, idBytes: number): Uint8Array {
  const rows = perRow === 0 ? 0 : ids.length / perRow;
  const packed = Buffer.alloc(rows * nearest * idBytes);
  for (let row = 0, at = 0; row < rows; row++)
    for (let k = 0; k < nearest; k++) at = packed.writeUIntLE(ids[row * perRow + k]!, at, idBytes);
  return packed;
}
