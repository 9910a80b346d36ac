/** Strings and the signs of JSON's structure; what stands between them does not matter here. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/gs;

/** Whether valid JSON has a key twice that lies on one of some paths: a parser would take the last and lose the others in silence. */
export function repeatedKeys(paths: readonly (readonly string[])[]): (json: string) => boolean {
  const spellings = [...new Set(paths.flat())].map((key) => [...new Set([JSON.stringify(key), asciiOf(key)])]);
  return (json) => spellings.some((forms) => isTwiceIn(json, forms)) && paths.some((path) => isRepeatedIn(json, path));
}

/** As programs write it that escape all but ASCII. */
function asciiOf(key: string): string {
  return JSON.stringify(key).replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Most records have each key once, which is seen without taking them apart. */
function isTwiceIn(json: string, forms: readonly string[]): boolean {
  const first = forms.map((form) => json.indexOf(form)).filter((at) => at >= 0);
  return first.length > 1 || forms.some((form) => json.indexOf(form) !== json.lastIndexOf(form));
}

interface Level {
  /** How many keys of the path lead here; none of it does where this is undefined. */
  readonly depth: number | undefined;
  hasKey: boolean;
}

function isRepeatedIn(json: string, path: readonly string[]): boolean {
  const levels: Level[] = [];
  let next: number | undefined = 0; // the depth of an object that would begin here
  let last = "";
  for (const [token] of json.matchAll(TOKEN)) {
    const level = levels.at(-1);
    if (token === "{") levels.push({ depth: next, hasKey: false });
    else if (token === "[") levels.push({ depth: undefined, hasKey: false });
    else if (token === "}" || token === "]") levels.pop();
    else if (token === ":") {
      const isKey = level?.depth !== undefined && JSON.parse(last) === path[level.depth];
      if (isKey && level.hasKey) return true;
      if (isKey) level.hasKey = true;
      next = isKey ? level.depth! + 1 : undefined;
    } else if (token !== ",") last = token;
    if (token === "[") next = undefined;
  }
  return false;
}
