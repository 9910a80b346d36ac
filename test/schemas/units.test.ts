import { describe, expect, expectTypeOf, it } from "vitest";
import {
  boolean,
  checkOptions,
  defineOptions,
  integer,
  isPlainObject,
  type OptionsOf,
  oneOf,
  parseOptions,
  type SettingsOf,
  show,
  texts,
} from "#schemas";

const schema = defineOptions({
  name: "sample",
  fields: {
    paths: texts({ description: "Where" }),
    minCount: integer({ description: "How often", min: 1, default: 5 }),
    limit: integer({ description: "At most", optional: true }),
    mode: oneOf(["fast", "slow"], { description: "How", default: "fast" }),
    lower: boolean({ description: "Fold case", default: false }),
  },
});

describe("parseOptions", () => {
  it("fills in defaults, for an option given as undefined too", () => {
    const expected = { paths: ["a"], minCount: 5, limit: undefined, mode: "fast", lower: false };
    expect(parseOptions(schema, { paths: "a" })).toEqual(expected);
    expect(parseOptions(schema, { paths: ["a"], minCount: undefined })).toEqual(expected);
    expect(parseOptions({ name: "plain", fields: {} }, undefined)).toEqual({});
  });

  it("types what may be written and what is read", () => {
    expectTypeOf<OptionsOf<typeof schema>>().toEqualTypeOf<{
      readonly paths: readonly string[] | string;
      readonly minCount?: number | undefined;
      readonly limit?: number | undefined;
      readonly mode?: "fast" | "slow" | undefined;
      readonly lower?: boolean | undefined;
    }>();
    expectTypeOf<SettingsOf<typeof schema>>().toEqualTypeOf<{
      readonly paths: readonly string[];
      readonly minCount: number;
      readonly mode: "fast" | "slow";
      readonly lower: boolean;
      readonly limit: number | undefined;
    }>();
    // @ts-expect-error paths is required
    expect(() => parseOptions(schema, {})).toThrow(TypeError);
    // @ts-expect-error unknown option
    expect(() => parseOptions(schema, { paths: "a", limits: 1 })).toThrow(TypeError);
  });

  it("throws at the first fault, in one line that says who, what must hold and what was found", () => {
    expect(() => parseOptions(schema, { paths: "a", minCount: 0 })).toThrow(
      new RangeError("sample: minCount must be an integer >= 1, got 0"),
    );
    expect(() => parseOptions(schema, { paths: "a", mode: "quick" as "fast" })).toThrow(
      new RangeError('sample: mode must be one of fast, slow, got "quick"'),
    );
    expect(() => parseOptions(schema, "paths" as never)).toThrow(
      new TypeError('sample: options must be an object, got "paths"'),
    );
  });
});

describe("checkOptions", () => {
  it("lists every fault in the order of writing, what is missing last", () => {
    expect(checkOptions(schema, { mincount: 2, lower: "yes" })).toEqual([
      {
        option: "mincount",
        message:
          'unknown option "mincount"; did you mean minCount?; known options are paths, minCount, limit, mode, lower',
        errorClass: TypeError,
      },
      { option: "lower", message: 'lower must be true or false, got "yes"', errorClass: TypeError },
      {
        option: undefined,
        message: "paths is required and must be a text or a list of texts",
        errorClass: TypeError,
      },
    ]);
  });

  it("takes what every object has for an unknown option", () => {
    const options = JSON.parse('{ "paths": "a", "__proto__": 1, "constructor": 2 }');
    expect(checkOptions(schema, options).map(({ option }) => option)).toEqual(["__proto__", "constructor"]);
    expect(checkOptions({ name: "plain", fields: {} }, { a: 1 })[0]!.message).toBe(
      'unknown option "a"; it has no options',
    );
  });

  it("refuses what is not an object of options", () => {
    for (const options of [null, [], "text", 5, new Uint8Array(2), undefined])
      expect(checkOptions(schema, options).map(({ message }) => message)).toEqual([
        `options must be an object, got ${show(options)}`,
      ]);
    expect([isPlainObject({}), isPlainObject([])]).toEqual([true, false]);
  });
});

describe("show", () => {
  it("puts any value on one short line", () => {
    expect(["a\nb", 5, null, undefined, { a: [1] }, Number.NaN].map(show)).toEqual([
      ...['"a\\nb"', "5", "null", "undefined", '{"a":[1]}', "NaN"],
    ]);
    expect(show("x".repeat(100))).toBe(`"${"x".repeat(56)}...`);
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    for (const odd of [2n, { big: 2n }, circular, Symbol("s"), () => 1])
      expect(show(odd).length).toBeLessThanOrEqual(60);
  });
});
