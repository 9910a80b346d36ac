import { type Difference, firstDifference } from "../../schemas/index.js";

/** How many entries of a list are shown before and behind the one that differs. */
const AROUND = 3;
/** How many characters of a text are shown before and behind the first that differs. */
const LETTERS_AROUND = 40;

/**
 * Where what was found differs from what was expected, both with what stands around:
 * `tokens/0/2: expected "cat" in [a, black, cat, sat], got "dog" in [a, black, dog, sat]`
 */
export function differenceText(name: string, expected: unknown, found: unknown): string {
  const difference = firstDifference(expected, found) ?? { path: [], first: expected, second: found };
  const { path, first, second } = difference;
  const [one, other] =
    typeof first === "string" && typeof second === "string" ? excerpts(first, second) : [first, second];
  const place = [name, ...path].join("/");
  return `${place}: expected ${said(one)}${around(difference, 0)}, got ${said(other)}${around(difference, 1)}`;
}

const said = (value: unknown) => (value === undefined ? "nothing" : JSON.stringify(value));

/** The neighbours of an entry in its list, if they are no lists themselves. */
function around({ path, inside }: Difference, side: 0 | 1): string {
  const list = inside?.[side];
  if (!Array.isArray(list) || list.some((entry) => typeof entry === "object")) return "";
  const at = Number(path.at(-1));
  const [from, to] = [Math.max(0, at - AROUND), Math.min(list.length, at + AROUND + 1)];
  const shown = [...(from > 0 ? ["..."] : []), ...list.slice(from, to), ...(to < list.length ? ["..."] : [])];
  return ` in [${shown.join(", ")}]`;
}

/** Two long texts from a word before their first difference to one behind it; short ones as they are. */
function excerpts(first: string, second: string): [string, string] {
  const letters = [Array.from(first), Array.from(second)] as const;
  const at = letters[0].findIndex((letter, k) => letter !== letters[1][k]);
  const difference = at < 0 ? letters[0].length : at;
  const [one, other] = letters.map((text) => excerpt(text, difference));
  return [one!, other!];
}

function excerpt(letters: readonly string[], at: number): string {
  if (letters.length <= 2 * LETTERS_AROUND) return letters.join("");
  const start = Math.max(0, at - LETTERS_AROUND);
  const before = letters.slice(start, at).join("");
  const behind = letters.slice(at, at + LETTERS_AROUND).join("");
  const head = start > 0 ? `...${before.replace(/^\S*(?=\s)/u, "")}` : before;
  return at + LETTERS_AROUND < letters.length ? `${head}${behind.replace(/(?<=\s)\S*$/u, "")}...` : `${head}${behind}`;
}
