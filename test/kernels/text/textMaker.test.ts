import fc from "fast-check";
import { expect, it } from "vitest";
import { TextMaker } from "#kernels";
import { mixedText } from "../../support/textBatches.js";

it("makes the texts of pieces in their order, whatever is ASCII among them", () => {
  const long = fc.integer({ min: 4000, max: 4200 }).map((length) => "x".repeat(length));
  const ascii = fc.string({ unit: "grapheme-ascii", maxLength: 20 });
  fc.assert(
    fc.property(fc.array(fc.oneof(ascii, ascii, mixedText, long), { maxLength: 40 }), (texts) => {
      const maker = new TextMaker();
      for (const text of texts) {
        const bytes = new TextEncoder().encode(`a${text}é`);
        maker.add(bytes, 1, bytes.length - 2);
      }
      expect(maker.finish()).toEqual(texts.map((text) => text.toWellFormed()));
    }),
    { seed: 1, numRuns: 50 },
  );
});
