/** `1 config`, `2 configs`; a noun that does not end in "s" brings its own plural. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}
