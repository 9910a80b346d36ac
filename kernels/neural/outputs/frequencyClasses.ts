/**
 * Cuts terms into classes of neighbouring ids that occur about equally often (Goodman 2001, arXiv:cs/0108006; Mikolov et al. 2011, ICASSP,
 * section 3): with terms in descending order of frequency, few frequent ones share a class, and many rare ones. A class ends as soon as the
 * share of all classes so far is reached; none is empty.
 * @param counts occurrences of each term
 * @returns the first term of each class
 */
export function frequencyClasses(counts: ArrayLike<number>, classes: number): Uint32Array {
  const terms = counts.length;
  if (!(Number.isInteger(classes) && classes >= 1 && classes <= terms)) {
    throw new RangeError(`frequencyClasses: classes must be an integer in 1..${terms} (terms), got ${classes}`);
  }
  const total = Array.from(counts).reduce((sum, count) => sum + count, 0);
  const starts = new Uint32Array(classes);
  let before = 0;
  let made = 1;
  for (let term = 0; term < terms && made < classes; term++) {
    before += counts[term]!;
    const ends = before * classes >= total * made || terms - term - 1 === classes - made;
    if (ends) starts[made++] = term + 1;
  }
  return starts;
}

/** The class of each term. */
export function classOfTerms(starts: ArrayLike<number>, terms: number): Uint32Array {
  const classes = new Uint32Array(terms);
  for (let c = 0; c < starts.length; c++) classes.fill(c, starts[c]!, starts[c + 1] ?? terms);
  return classes;
}
