import fc from "fast-check";
import { from, lastValueFrom, toArray } from "rxjs";
import { expect } from "vitest";
import { characterMapping } from "#kernels";
import { normalize } from "#operators";
import { anyText } from "../../support/anyText.js";
import { documentsOf } from "../../support/readBack.js";
import { chunkSizes, textBatches } from "../../support/textBatches.js";
import { chineseText, termsByHand, termsOf } from "../../support/tokensByHand.js";
import { target } from "../target.js";

const mixedText = fc
  .array(fc.oneof({ weight: 2, arbitrary: chineseText }, anyText({ maxLength: 6 }), fc.string()), {
    maxLength: 4,
  })
  .map((parts) => parts.join("").toWellFormed());
const documents = fc.array(mixedText, { minLength: 1, maxLength: 3 });

/** Every mode finds the tokens of its definition, however the text is cut. */
export const tokens = target("tokens", () => ({
  cases: fc.record({
    documents,
    sizes: chunkSizes,
    mode: fc.constantFrom("words", "whitespace", "characters", "chinese"),
    batchSize: fc.integer({ min: 1, max: 5 }),
  }),
  check({ documents, sizes, mode, batchSize }) {
    const found = termsOf(textBatches(documents, sizes), { mode, batchSize });
    expect(found).toEqual(documents.map((document) => termsByHand(document, mode)));
  },
}));

/** Any mapping does to a stream what it does to each document, and a form alone what String.prototype.normalize does. */
export const normalizer = target("normalizer", () => ({
  cases: fc.record({
    documents,
    sizes: chunkSizes,
    form: fc.constantFrom("none", "NFC", "NFD", "NFKC", "NFKD"),
    case: fc.constantFrom("keep", "lower", "fold"),
    accents: fc.constantFrom("keep", "remove"),
    digits: fc.constantFrom("keep", "zero", "ascii"),
    width: fc.constantFrom("keep", "half"),
    invisible: fc.constantFrom("keep", "remove"),
    radicals: fc.constantFrom("keep", "unify"),
  }),
  async check({ documents, sizes, ...mapping }) {
    const normalized = (options: typeof mapping) =>
      lastValueFrom(from(textBatches(documents, sizes)).pipe(normalize(options), toArray())).then(documentsOf);
    expect(await normalized(mapping)).toEqual(documents.map(characterMapping(mapping)));
    const unseen = { invisible: "keep", radicals: "keep" } as const;
    const plain = { case: "keep", accents: "keep", digits: "keep", width: "keep", ...unseen } as const;
    const { form } = mapping;
    const expected = documents.map((document) => (form === "none" ? document : document.normalize(form)));
    expect(await normalized({ form, ...plain })).toEqual(expected);
  },
}));
