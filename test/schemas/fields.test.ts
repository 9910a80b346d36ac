import { describe, expect, expectTypeOf, it } from "vitest";
import {
  boolean,
  countOrShare,
  defineOptions,
  type Field,
  integer,
  number,
  oneOf,
  parseOptions,
  shareOf,
  text,
  texts,
  vectorTable,
} from "#schemas";

const description = "what it is for";

/** `accepted`, `TypeError` or `RangeError`, for each value. */
const verdicts = (field: Field, ...values: unknown[]) =>
  values.map((value) => field.refusal(value)?.name ?? "accepted");

describe("an option field", () => {
  it("is required, optional or has a default, and its type knows which", () => {
    const required = integer({ description });
    const optional = integer({ description, optional: true });
    const withDefault = integer({ description, default: 5 });
    expect([required.presence, optional.presence, withDefault.presence]).toEqual(["required", "optional", "default"]);
    expect([required.default, optional.default, withDefault.default]).toEqual([undefined, undefined, 5]);
    expectTypeOf(required).toEqualTypeOf<Field<number, "required">>();
    expectTypeOf(optional).toEqualTypeOf<Field<number, "optional">>();
    expectTypeOf(withDefault).toEqualTypeOf<Field<number, "default">>();
  });

  it("may have a default that is false, 0 or empty", () => {
    expect(boolean({ description, default: false }).presence).toBe("default");
    expect(number({ description, default: 0 }).presence).toBe("default");
    expect(text({ description, default: "" }).presence).toBe("default");
  });

  it("takes no blank text for a path, and no blank text or too few where some are needed", () => {
    const blank = ["", " ", "\t\n", "\u3000"];
    for (const file of ["input", "output"] as const) {
      expect(verdicts(text({ description, file }), "语料.txt", " a ", ...blank)).toEqual([
        ...["accepted", "accepted", "RangeError", "RangeError", "RangeError", "RangeError"],
      ]);
      expect(verdicts(texts({ description, file }), [], ["a", "语料"], ...blank.map((path) => ["a", path]))).toEqual([
        ...["accepted", "accepted", "RangeError", "RangeError", "RangeError", "RangeError"],
      ]);
    }
    expect(verdicts(texts({ description, minItems: 1 }), [], [""], "", ["a"], "a", [1])).toEqual([
      ...["RangeError", "RangeError", "RangeError", "accepted", "accepted", "TypeError"],
    ]);
    expect(verdicts(texts({ description }), [], "")).toEqual(["accepted", "accepted"]);
  });

  it("says which files it names", () => {
    expect(texts({ description, file: "input" }).file).toBe("input");
    expect(text({ description }).file).toBeUndefined();
  });
});

describe("integer and number", () => {
  it("tell a wrong kind from a value out of range", () => {
    expect(verdicts(integer({ description, min: 1, max: 3 }), 1, 3, 0, 4, 1.5, NaN, Infinity, "2", null, 2n)).toEqual([
      ...["accepted", "accepted", "RangeError", "RangeError", "RangeError", "RangeError", "RangeError"],
      ...["TypeError", "TypeError", "TypeError"],
    ]);
    expect(verdicts(number({ description, min: 0, aboveMin: true, max: 1 }), 0, 1e-9, 1, 1.1)).toEqual([
      ...["RangeError", "accepted", "accepted", "RangeError"],
    ]);
    expect(verdicts(integer({ description }), -5, 2 ** 53)).toEqual(["accepted", "RangeError"]);
  });

  it("put the range in words and in JSON Schema", () => {
    const ranges = [
      number({ description }),
      integer({ description, min: 1 }),
      number({ description, max: 2 }),
      integer({ description, min: 0, max: 9 }),
      number({ description, min: 0, aboveMin: true }),
      number({ description, min: 0, aboveMin: true, max: 1 }),
    ];
    expect(ranges.map(({ expects, jsonSchema }) => [expects, jsonSchema])).toEqual([
      ["a number", { type: "number" }],
      ["an integer >= 1", { type: "integer", minimum: 1 }],
      ["a number <= 2", { type: "number", maximum: 2 }],
      ["an integer from 0 to 9", { type: "integer", minimum: 0, maximum: 9 }],
      ["a number > 0", { type: "number", exclusiveMinimum: 0 }],
      ["a number > 0 and <= 1", { type: "number", exclusiveMinimum: 0, maximum: 1 }],
    ]);
  });
});

describe("boolean, text, oneOf and texts", () => {
  it("accept their kind only", () => {
    expect(verdicts(boolean({ description }), true, "true", 1)).toEqual(["accepted", "TypeError", "TypeError"]);
    expect(verdicts(text({ description, minLength: 1 }), "a", "", 5)).toEqual(["accepted", "RangeError", "TypeError"]);
    expect(verdicts(oneOf(["nfc", "nfkc"], { description }), "nfc", "NFC", 1)).toEqual([
      ...["accepted", "RangeError", "TypeError"],
    ]);
    expect(verdicts(texts({ description }), "a", ["a", "b"], ["a", 1], {})).toEqual([
      ...["accepted", "accepted", "TypeError", "TypeError"],
    ]);
  });

  it("read one text as a list of one", () => {
    const field = texts({ description });
    expect([field.parse("a"), field.parse(["a", "b"])]).toEqual([["a"], ["a", "b"]]);
  });

  it("keep the words of a choice in the type", () => {
    expectTypeOf(oneOf(["nfc", "nfkc"], { description, default: "nfc" })).toEqualTypeOf<
      Field<"nfc" | "nfkc", "default">
    >();
    // @ts-expect-error not one of the words
    oneOf(["nfc", "nfkc"], { description, default: "nfd" });
  });
});

describe("countOrShare", () => {
  const field = countOrShare({ description: "how many" });
  it("takes whole numbers and shares up to 100%", () => {
    for (const value of [0, 7, "0%", "1.5%", "100%"]) expect(field.refusal(value)).toBeUndefined();
    for (const value of [-1, 0.5, "101%", "1", "1 %", "-1%"]) expect(field.refusal(value)).toBe(RangeError);
    expect(field.refusal(true)).toBe(TypeError);
  });

  it("gives a share's number", () => {
    expect([shareOf("1.5%"), shareOf("100%"), shareOf(3)]).toEqual([0.015, 1, Number.NaN]);
  });
});

describe("vectorTable", () => {
  const field = vectorTable({ description, optional: true });
  const table = { terms: ["a"], values: Float32Array.of(1), vectorSize: 1, metadata: new Map() };

  it("takes the path of a file, or what was read from it", () => {
    expect([field.file, field.holds]).toEqual(["value", "vectors"]);
    expect(verdicts(field, "old.arrow", table, "", ["old.arrow"], {}, null)).toEqual([
      ...["accepted", "accepted", "RangeError", "TypeError", "TypeError", "TypeError"],
    ]);
  });

  it("is a table by the time that a unit reads its options", () => {
    const unit = defineOptions({
      ...{ name: "mean" },
      fields: { from: field },
    });
    expect(parseOptions(unit, { from: table }).from).toBe(table);
    expect(() => parseOptions(unit, { from: "old.arrow" as never })).toThrow(
      new TypeError('mean: from must be vectors and not the path of a file, got "old.arrow"'),
    );
  });
});
