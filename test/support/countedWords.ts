/** The words of lines, with a space before all but the first of each, and how often each occurs. */
export function countedWords(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const words = line.split(/\s+/u).filter((word) => word !== "");
    words.forEach((word, i) => {
      const text = i === 0 ? word : ` ${word}`;
      counts.set(text, (counts.get(text) ?? 0) + 1);
    });
  }
  return counts;
}
