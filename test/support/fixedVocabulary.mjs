import { writeFileSync } from "node:fs";
import { concat, defer, EMPTY, of, tap } from "rxjs";
import { makeVocabulary } from "#kernels";
import { encode } from "#operators";
import { currentScope } from "#runtime";
import { defineUnit, text, texts } from "#schemas";

/** A unit that makes ids in the source's own pass. */
export const fixedVocabulary = defineUnit({
  name: "fixedVocabulary",
  kind: "operator",
  reads: "tokens",
  makes: "ids",
  resumable: true,
  summary: "Stands in tests where a vocabulary would grow",
  fields: {
    terms: texts({ description: "All terms that there are" }),
    counts: text({ description: "File for how often each one came", optional: true, file: "output" }),
  },
  create: (_, options) => operator(options),
});

const none = new Uint32Array(0);

function operator({ terms, counts }) {
  const vocabulary = makeVocabulary(terms, new Float64Array(terms.length).fill(1));
  return (tokens) =>
    defer(() => {
      const { keep, ledger } = currentScope();
      const counted = new Float64Array(terms.length);
      let goesOn = false;
      const restore = ({ arrays }) => {
        goesOn = true;
        counted.set(arrays.counted);
      };
      keep({ save: () => ({ facts: {}, arrays: { counted: counted.slice() } }), restore });
      const count = ({ ids }) => {
        for (const id of ids) counted[id]++;
      };
      const write = () => {
        if (counts === undefined) return;
        writeFileSync(counts, terms.map((term, id) => `${term} ${counted[id]}\n`).join(""));
        ledger.child(counts).add("rows", terms.length);
      };
      // What follows knows no vocabulary before the first batch, and its own state needs one.
      const empty = { vocabulary, ids: none, sentenceOffsets: none, documentOffsets: none, epoch: 0 };
      return concat(
        defer(() => (goesOn ? of(empty) : EMPTY)),
        tokens.pipe(encode(vocabulary), tap({ next: count, complete: write })),
      );
    });
}
