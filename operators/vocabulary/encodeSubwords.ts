import { defer, identity, map, type OperatorFunction, startWith } from "rxjs";
import { joinStates, splitState } from "../../kernels/numbers/joinStates.js";
import { SentenceEnds } from "../../kernels/tokenizers/sentenceEnds.js";
import { WordPieces } from "../../kernels/tokenizers/wordPieces.js";
import { WordSpaces } from "../../kernels/tokenizers/wordSpaces.js";
import { currentScope } from "../../runtime/flow.js";
import { integer, subwordsOption } from "../../schemas/fields.js";
import { defineOptions, type OptionsOf, parseOptions } from "../../schemas/options.js";
import type { StageState } from "../../schemas/state.js";
import type { SubwordVocabulary } from "../../schemas/subwordVocabulary.js";
import type { IdBatch, TokenBatch } from "../../schemas/tokens.js";
import { defineUnit } from "../../schemas/units.js";
import { endSentences, sentenceEndField, termId } from "./endSentences.js";
import { spacesField } from "./learnSubwords.js";

const fields = {
  sentenceEnd: sentenceEndField,
  spaces: spacesField,
};

/** In code the tokenizer is an argument, and the pass an option; a run knows it. */
const encodeSubwordsOptions = defineOptions({
  name: "encodeSubwords",
  fields: {
    ...fields,
    epoch: integer({ default: 0, min: 0, description: "Which pass over the corpus this is" }),
  },
});

export const encodeSubwordsSchema = defineUnit({
  name: "encodeSubwords",
  kind: "operator",
  reads: "tokens",
  needs: { subwords: "subwordVocabulary" },
  needsInFiles: { subwords: "model" },
  makes: "ids",
  resumable: ({ model }): boolean => model !== undefined,
  summary: "Takes words apart into the pieces of a tokenizer that the run has learned, or that of a file",
  paper: "Sennrich et al. 2016, arXiv:1508.07909; Devlin et al. 2019, arXiv:1810.04805",
  fields: {
    model: subwordsOption({
      optional: true,
      description:
        "File of the tokenizer: tokenizer.json, vocab.json with merges.txt beside it, vocab.txt; if left out, a step above makes it",
    }),
    ...fields,
  },
  create: ({ subwords }, { model = subwords, ...options }, { epoch }): OperatorFunction<TokenBatch, IdBatch> =>
    encodeSubwords(model, { ...options, epoch }),
});

export type EncodeSubwordsOptions = OptionsOf<typeof encodeSubwordsOptions>;

/**
 * Replaces tokens by the ids of their pieces. Each token is a word: merges and pieces never reach over its end, and a space before it is part of
 * its first piece where the tokenizer has it so.
 *
 * In:  TokenBatch, T tokens. Out: IdBatch, P pieces, with `wordOffsets`, where the pieces of each of the T words begin (T,), and the starts of
 * sentences and documents among the pieces. The same pieces for any cutting of the text.
 * Counts `added`, the pieces beyond one of each word; `pruned` and `withoutPieces`, the words without any, since the lexicon no longer knows
 * them or nothing is left of them; `unknown`, the unknown pieces.
 * State: 12 bytes per id given out by the lexicon, and at most 64 MiB of pieces.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range, or the pieces lack `sentenceEnd`
 * @example
 *   tokens$.pipe(encodeSubwords(await readSubwords("tokenizer.json")))
 */
export function encodeSubwords(
  subwords: SubwordVocabulary,
  options?: EncodeSubwordsOptions,
): OperatorFunction<TokenBatch, IdBatch> {
  const { epoch, sentenceEnd, spaces: rule } = parseOptions(encodeSubwordsOptions, options);
  const end = sentenceEnd === undefined ? undefined : termId("encodeSubwords", "sentenceEnd", subwords, sentenceEnd);
  return (source) =>
    defer(() => {
      const scope = currentScope();
      const spaces = new WordSpaces(rule);
      const pieces = new WordPieces(subwords);
      const ends = end === undefined ? undefined : new SentenceEnds(end);
      let goesOn = false;
      scope.keep({
        save: () => joinStates({ spaces: spaces.save(), ...(ends ? { ends: ends.save() } : {}) }),
        restore(state: StageState) {
          goesOn = true;
          const parts = splitState(state);
          spaces.restore(parts.spaces!);
          ends?.restore(parts.ends!);
        },
      });

      function encoded(batch: TokenBatch): IdBatch {
        const { ids, wordOffsets, pruned, empty, unknown } = pieces.of(batch, spaces.before(batch));
        scope.added(ids.length + pruned + empty - batch.ids.length);
        scope.lost("pruned", pruned);
        scope.lost("withoutPieces", empty);
        scope.ledger.add("unknown", unknown);
        const startOf = (word: number) => wordOffsets[word] ?? ids.length;
        return {
          vocabulary: subwords,
          ids,
          wordOffsets,
          sentenceOffsets: batch.sentenceOffsets.map(startOf),
          documentOffsets: batch.documentOffsets.map(startOf),
          ...(batch.documents ? { documents: batch.documents } : {}),
          epoch,
        };
      }

      const made = source.pipe(map(encoded), ends ? endSentences(ends, { vocabulary: subwords, epoch }) : identity);
      return goesOn ? made.pipe(startWith(nothingOf(subwords, epoch))) : made;
    });
}

/** For those behind to know the vocabulary, though nothing may come any more. */
function nothingOf(vocabulary: SubwordVocabulary, epoch: number): IdBatch {
  const [ids, wordOffsets, sentenceOffsets, documentOffsets] = Array.from({ length: 4 }, () => new Uint32Array(0));
  return {
    vocabulary,
    ids: ids!,
    wordOffsets: wordOffsets!,
    sentenceOffsets: sentenceOffsets!,
    documentOffsets: documentOffsets!,
    epoch,
  };
}
