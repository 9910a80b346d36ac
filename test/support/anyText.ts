import fc from "fast-check";

const SURROGATES = 0x800;
/** Any code point but surrogates. To prepare fast-check's own unit "binary" takes two seconds in each process. */
const codePoint = fc
  .integer({ min: 0, max: 0x10ffff - SURROGATES })
  .map((place) => String.fromCodePoint(place < 0xd800 ? place : place + SURROGATES));

export const anyText = (lengths: { readonly minLength?: number; readonly maxLength: number }): fc.Arbitrary<string> =>
  fc.string({ unit: codePoint, ...lengths });
