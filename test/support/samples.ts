import { readFileSync } from "node:fs";

const sample = (name: string) => readFileSync(new URL(`../../data/${name}`, import.meta.url), "utf8");

/** The beginning of the bundled samples, English and Chinese, so many characters of each. */
export function samples(length: number): string {
  const english = sample("sample-english-two-novels.txt").slice(0, length);
  return `${english}\n${sample("sample-chinese-lu-xun.txt").slice(0, length)}\n`;
}
