import { concat, defer, from, map, type OperatorFunction } from "rxjs";
import type { SentenceEnds } from "../../kernels/tokenizers/sentenceEnds.js";
import { currentScope } from "../../runtime/flow.js";
import { text } from "../../schemas/fields.js";
import { show } from "../../schemas/options.js";
import type { IdBatch } from "../../schemas/tokens.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { carryDocuments } from "../documents/carryDocuments.js";

export const sentenceEndField = text({
  optional: true,
  minLength: 1,
  description: "Term of the vocabulary, such as </s>, that is put behind each sentence; counted as added",
});

/**
 * The id of a term that an option names.
 * @throws RangeError if the vocabulary lacks it
 */
export function termId(who: string, option: string, vocabulary: Vocabulary, term: string): number {
  const id = vocabulary.idOf(term);
  if (id !== undefined) return id;
  throw new RangeError(`${who}: ${option} must be a term of the vocabulary, got ${show(term)}`);
}

/** Puts an id behind each sentence, also behind the last, once the stream has ended. Whoever keeps the state of `ends` does so itself. */
export function endSentences(
  ends: SentenceEnds,
  shared: Pick<IdBatch, "vocabulary" | "epoch">,
): OperatorFunction<IdBatch, IdBatch> {
  return carryDocuments((source) =>
    defer(() => {
      const scope = currentScope();
      const counted = <Made>(made: Made): Made => {
        scope.added(ends.takeAdded());
        return made;
      };
      return concat(
        source.pipe(map((batch) => counted(ends.push(batch)))),
        defer(() => {
          const rest = counted(ends.rest());
          return from(rest ? [{ ...shared, ...rest }] : []);
        }),
      );
    }),
  );
}
