/**
 * The known name nearest to a misspelt one, if it is near enough to be worth showing: at most a third of its letters differ, or one of
 * two or three. No name is near to one of a single letter.
 */
export function suggest(name: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(
      ({ candidate, distance }) =>
        (distance <= Math.max(1, candidate.length / 3) && distance < candidate.length) ||
        (name !== "" && candidate.startsWith(name)),
    )
    .sort((a, b) => a.distance - b.distance);
  return best?.candidate;
}

/** What to add to an error about an unknown name: `; did you mean tokenize?`, or nothing. */
export function didYouMean(name: string, known: readonly string[]): string {
  const near = suggest(name, known);
  return near === undefined ? "" : `; did you mean ${near}?`;
}

/** Damerau-Levenshtein distance (optimal string alignment): two neighbours that changed places are one difference. Row by row. */
function editDistance(a: string, b: string): number {
  let above: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? above[j - 2]! + 1 : substitution;
      next.push(Math.min(substitution, swap, row[j]! + 1, next[j - 1]! + 1));
    }
    [above, row] = [row, next];
  }
  return row[b.length]!;
}
