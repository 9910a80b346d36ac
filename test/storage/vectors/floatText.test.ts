import fc from "fast-check";
import { expect, it } from "vitest";
import { floatTextBytes, parseFloatText, writeFloat32 } from "../../../dist/storage/vectors/floatText.js";
import { caseCount } from "../../support/shortOrLong.js";

function textOf(value: number): string {
  const bytes = new Uint8Array(floatTextBytes);
  return Buffer.from(bytes.subarray(0, writeFloat32(Math.fround(value), bytes, 0))).toString();
}

function parse(text: string): number {
  const bytes = Buffer.from(` ${text} `);
  return parseFloatText(bytes, 1, bytes.length - 1);
}

/** The plain way: the fewest significant digits that read back. */
function fewestDigits(value: number): number {
  let digits = 1;
  while (Math.fround(Number(value.toPrecision(digits))) !== value) digits++;
  return digits;
}

const significant = (text: string) =>
  text
    .replace(/e.*/, "")
    .replace(/[-.]/g, "")
    .replace(/^0+|0+$/g, "").length;

it("writes the shortest decimals that the field's readers take", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [-0, "-0"],
    [1, "1"],
    [-0.5, "-0.5"],
    [0.1, "0.1"],
    [1 / 3, "0.33333334"], // float32 has 24 bits: 8 digits here
    [16777216, "16777216"], // 2^24
    [1e-9, "1e-9"],
    [3.4028234663852886e38, "3.4028235e38"], // the largest float32
    [1e-45, "1e-45"], // the smallest
  ];
  expect(cases.map(([value]) => textOf(value))).toEqual(cases.map(([, text]) => text));
});

it("reads back every float32 from as few digits as possible", () => {
  fc.assert(
    fc.property(fc.float({ noDefaultInfinity: true, noNaN: true }), (value) => {
      const text = textOf(value);
      expect(Math.fround(parse(text))).toBe(value);
      expect(Number(text)).toBe(parse(text));
      if (value !== 0) expect(significant(text)).toBeLessThanOrEqual(fewestDigits(value));
    }),
    { seed: 1, numRuns: caseCount(5000) },
  );
});

it("reads back what trained vectors hold", () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 24), max: 2 ** 24 }), (units) => {
      const value = Math.fround(units / 2 ** 23);
      expect(Math.fround(parse(textOf(value)))).toBe(value);
    }),
    { seed: 2, numRuns: caseCount(5000) },
  );
});

it("reads decimals as the engine does", () => {
  fc.assert(
    fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (value) => {
      expect(parse(String(value))).toBe(Number(String(value))); // the text of -0 is 0
      expect(parse(value.toExponential())).toBe(Number(value.toExponential()));
    }),
    { seed: 3, numRuns: caseCount(5000) },
  );
});

it("takes nothing for a number that is none", () => {
  const none = [
    "",
    "-",
    ".",
    "+",
    "-.",
    "1e",
    "e1",
    "nan",
    "NaN",
    "inf",
    "Infinity",
    "0x10",
    "1_0",
    "--1",
    "1.2.3",
    "1,5",
    "１",
    "1e999",
  ];
  expect(none.filter((text) => !Number.isNaN(parse(text)))).toEqual([]);
});
