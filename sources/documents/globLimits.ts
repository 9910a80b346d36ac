const MAX_LENGTH = 1000;
const MAX_EXTRA_STARS = 2;
const MAX_GLOBSTARS = 3;
const MAX_BRACES = 3;
const MAX_CHOICES = 16;

/**
 * What is wrong with a glob, so that no pattern makes its matching slow; undefined if nothing is. It is matched by backtracking: the ways
 * in which it can match a name multiply with every star beyond the first in a name, with every group of choices, and with every `**`.
 */
export function globFault(pattern: string): string | undefined {
  const names = pattern.split("/");
  const counted = (sign: RegExp) => pattern.match(sign)?.length ?? 0;
  const stars = names.map((name) => (name === "**" ? 0 : (name.match(/\*/g)?.length ?? 0)));
  const extra = stars.reduce((sum, count) => sum + Math.max(0, count - 1), 0);
  const limits = [
    { what: "characters", found: pattern.length, most: MAX_LENGTH },
    { what: "stars beyond the first of a name", found: extra, most: MAX_EXTRA_STARS },
    { what: "**", found: names.filter((name) => name === "**").length, most: MAX_GLOBSTARS },
    { what: "groups in braces", found: counted(/\{/g), most: MAX_BRACES },
    { what: "commas", found: pattern.includes("{") ? counted(/,/g) : 0, most: MAX_CHOICES },
  ];
  const broken = limits.find(({ found, most }) => found > most);
  return broken && `must have at most ${broken.most} ${broken.what}, got ${broken.found}`;
}
