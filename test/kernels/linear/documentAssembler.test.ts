import fc from "fast-check";
import { expect, it } from "vitest";
import { DocumentAssembler, type LabelledDocument } from "#kernels";
import { copyState } from "../../support/copyState.js";
import { type LabelledText, labelledBatches, labelledVocabulary } from "../../support/labelledBatches.js";

const texts: LabelledText[] = [
  { words: ["peel", "the", "garlic"], labels: ["garlic", "knife"] },
  { words: [], labels: ["empty"] },
  { words: ["boil", "rice"], labels: [], weight: 2 },
  { words: ["大蒜"], labels: ["garlic"], weight: 0.5 },
];
const vocabulary = labelledVocabulary(texts);
const whole = texts.map(({ words, labels, weight = 1 }, number) => ({
  ids: words.map((word) => vocabulary.idOf(word)!),
  ...{ labels, weight, number },
}));

const plain = ({ ids, ...rest }: LabelledDocument) => ({ ids: [...ids], ...rest });

it("gives whole documents with what came with them, however they are cut and wherever it is stopped", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1 }), fc.nat(6), (sizes, stop) => {
      const found: LabelledDocument[] = [];
      const visit = (document: LabelledDocument) => found.push(document);
      let assembler = new DocumentAssembler();
      labelledBatches(vocabulary, texts, { sizes }).forEach((batch, k) => {
        assembler.add(batch, visit);
        if (k !== stop) return;
        const state = copyState(assembler.save());
        assembler = new DocumentAssembler();
        assembler.restore(state);
      });
      assembler.finish(visit);
      expect(found.map(plain)).toEqual(whole);
    }),
  );
});

it("leaves out what comes before the first document, and begins each pass with number 0", () => {
  const found: LabelledDocument[] = [];
  const assembler = new DocumentAssembler();
  const [batch] = labelledBatches(vocabulary, texts);
  for (let pass = 0; pass < 2; pass++) {
    assembler.add({ ...batch!, documentOffsets: Uint32Array.of(1), documents: { labels: [["x"]] } }, (each) =>
      found.push(each),
    );
    assembler.finish((each) => found.push(each));
    assembler.restart();
  }
  expect(found.map(({ ids, number }) => [ids.length, number])).toEqual([
    [5, 0],
    [5, 0],
  ]);
});
