// Packs the strokes of Han characters into kernels/subwords/strokeTable.ts, from `codepoint-character-sequence.txt` of Conway Stroke Data
// (https://github.com/stroke-input/stroke-input-data, CC BY 4.0): node scripts/packStrokes.mjs FILE COMMIT. Two strokes are a letter, small
// where more follow, and a digit is one stroke that ends a character; `-` is a character without strokes.
import { readFileSync, writeFileSync } from "node:fs";

const [path, commit] = process.argv.slice(2);
const blocks = [
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
];
const lineLength = 100;

/**
 * The source gives every order in which people write a part of a character: (122|1212|2112). Each part is written in one way here, so that
 * characters share it: as the national standard of mainland China has it (GF 0014-2009) for the parts below, and as the first otherwise.
 */
const standard = new Map(
  [
    ...["244|424|442 442", "215|2121 2121", "3511|3541 3511", "454|4454|4554 454", "2511|3511|3541 3511", "34|43 43"],
    ...["1|4 4", "245|425 425", "4135|4153 4153", "15|35|53 35", "1512|1521 1521", "121|211 211", "25|45 45"],
    ...["533533|541541 541541", "1515|1535|1553|3535|5353 1535", "1111|4134|4444 4444", "3344|3443 3443"],
    ...["1513|3351|4513 4513", "152|154|454 454", "1251|1521 1521", "4524|11234 4524", "414|441 414"],
  ].map((line) => line.split(" ")),
);

/** One way to write a character; `\2` repeats what was taken of the second part. */
function strokesOf(pattern) {
  const taken = [];
  return pattern.replace(/\(([^)]*)\)|\\(\d)/g, (_, ways, number) => {
    if (number) return taken[number - 1];
    taken.push(standard.get(ways) ?? ways.split("|")[0]);
    return taken.at(-1);
  });
}

function pack(strokes) {
  const pairs = strokes.match(/../g) ?? [];
  const letters = pairs.map((pair) => String.fromCharCode(97 + 5 * (pair[0] - 1) + (pair[1] - 1)));
  if (strokes.length % 2 === 1) return letters.join("") + strokes.at(-1);
  return letters.slice(0, -1).join("") + letters.at(-1).toUpperCase();
}

const packed = new Map();
for (const line of readFileSync(path, "utf8").split("\n")) {
  const [, code, pattern] = /^U\+([0-9A-F]+)!?\t\S+\t([1-5|()\\]+)$/.exec(line) ?? [];
  if (code) packed.set(Number.parseInt(code, 16), pack(strokesOf(pattern)));
}

function quoted(text) {
  const characters = Array.from(text);
  const lines = [];
  for (let at = 0; at < characters.length; at += lineLength)
    lines.push(`    "${characters.slice(at, at + lineLength).join("")}"`);
  return lines.join(" +\n");
}

const inBlocks = blocks.map(([first, last]) => {
  const all = Array.from({ length: last - first + 1 }, (_, i) => packed.get(first + i) ?? "-").join("");
  return `  {\n    first: 0x${first.toString(16)},\n    packed:\n${quoted(all).replaceAll('    "', '      "')},\n  },`;
});
const others = [...packed.keys()].filter((code) => !blocks.some(([first, last]) => code >= first && code <= last));
others.sort((a, b) => a - b);

writeFileSync(
  new URL("../kernels/subwords/strokeTable.ts", import.meta.url),
  `/**
 * The strokes of ${packed.size.toLocaleString("en")} Han characters, packed by \`scripts/packStrokes.mjs\` from Conway Stroke Data,
 * codepoint-character-sequence.txt at commit ${commit}
 * (https://github.com/stroke-input/stroke-input-data). Copyright 2021-2026 Conway, licensed under Creative Commons Attribution 4.0
 * International (https://creativecommons.org/licenses/by/4.0/); changed: one order a character was chosen, and packed.
 */

/** Characters that follow one another, from \`first\`. */
export const strokeBlocks: readonly { readonly first: number; readonly packed: string }[] = [
${inBlocks.join("\n")}
];

/** Characters elsewhere, and the strokes of each. */
export const otherStrokes = {
  characters:
${quoted(others.map((code) => String.fromCodePoint(code)).join(""))},
  packed:
${quoted(others.map((code) => packed.get(code)).join(""))},
} as const;
`,
);
