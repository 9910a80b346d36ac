import { currentScope, makeVocabulary } from "lexstream/kernels";
import { encode } from "lexstream/operators";
import { registry } from "lexstream/pipelines";
import { defineUnit, texts } from "lexstream/schemas";
import { concat, defer, EMPTY, of } from "rxjs";

const schema = defineUnit({
  name: "fixedVocabulary",
  kind: "operator",
  consumes: "tokens",
  produces: "ids",
  resumable: true,
  summary: "Stands in tests where a vocabulary would grow",
  fields: { terms: texts({ description: "All terms that there are" }) },
});

const none = new Uint32Array(0);

function operator({ terms }) {
  const vocabulary = makeVocabulary(terms, new Float64Array(terms.length).fill(1));
  return (tokens) =>
    defer(() => {
      let goesOn = false;
      const restore = () => {
        goesOn = true;
      };
      currentScope().keep({ save: () => ({ facts: {}, arrays: {} }), restore });
      // What follows knows no vocabulary before the first batch, and its own state needs one.
      const empty = { vocabulary, ids: none, sentenceOffsets: none, documentOffsets: none, epoch: 0 };
      return concat(
        defer(() => (goesOn ? of(empty) : EMPTY)),
        tokens.pipe(encode(vocabulary)),
      );
    });
}

/** A unit that makes ids in the source's own pass, for as long as the process runs. */
export function registerFixedVocabulary() {
  registry.set(schema.name, { schema, operator });
}
