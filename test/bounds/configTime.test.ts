// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has the same placeholders
import { describe, expect, it } from "vitest";
import { refused } from "../support/refused.js";

const filled = (name: string, line: (k: number) => string, count: number) =>
  `${name}\n${Array.from({ length: count }, (_, k) => line(k)).join("\n")}`;

/** Configs of up to a megabyte. */
const attacks: Record<string, (size: number) => string> = {
  aliases: (size) => `a: &a 1\nb: [${"*a,".repeat(100_000 * size)}]`,
  keys: (size) => filled("a:", (k) => `  k${k}: 1`, 60_000 * size),
  unknownKeys: (size) => filled("b: 1", (k) => `k${k}: 1`, 60_000 * size),
  sameKeys: (size) => filled("a:", () => "  k: 1", 60_000 * size),
  brackets: (size) => `a: ${"[".repeat(900_000 * size)}`,
  dashes: (size) => `a:\n  ${"- ".repeat(400_000 * size)}`,
  variables: (size) => `a: '${"${A:".repeat(200_000 * size)}'`,
  laughs: (size) => filled("a0: &a0 [1, 1]", (k) => `a${k + 1}: &a${k + 1} [*a${k}, *a${k}]`, Math.min(18, 72 * size)),
};
const size = process.env.LEXSTREAM_BOUNDS ? 1 : 1 / 8;

describe("the time to read a config", () => {
  it.each(Object.entries(attacks))("grows with its length alone: %s", (_, attack) => {
    expect(attack(1).length).toBeLessThan(1_000_000);
    refused(attack(size / 16)); // compiles what it needs
    const [quarter, whole] = [refused(attack(size / 4)), refused(attack(size))];
    const bound = 10 * quarter.took + 200 * size; // 4 times as long if it is linear, 16 if it is quadratic
    expect(whole.took, whole.message).toBeLessThan(bound);
  });
});
