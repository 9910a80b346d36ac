import { defer, map, type OperatorFunction } from "rxjs";
import { TermFilter } from "../../kernels/vocabulary/termFilter.js";
import { currentScope } from "../../runtime/flow.js";
import { oneOf, textFile, texts } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../../schemas/options.js";
import type { TokenBatch } from "../../schemas/tokens.js";
import { defineUnit } from "../../schemas/units.js";
import { readTermList } from "../../storage/files/readTextLines.js";
import { stopWordLanguages, stopWords } from "./stopWords.js";

export const dropTermsSchema = defineUnit({
  name: "dropTerms",
  kind: "operator",
  reads: "tokens",
  makes: "tokens",
  resumable: true,
  summary: "Leaves out stop words and other terms that a list names",
  fields: {
    language: oneOf([...stopWordLanguages, "all", "none"], {
      optional: true,
      aliases: ["stopWords"],
      description: "Leave out the stop words of a language; all: of every language; none: of no language",
    }),
    file: textFile({ optional: true, description: "File of terms to leave out, one a line" }),
    terms: texts({ optional: true, description: "Terms to leave out" }),
  },
  languages: { english: { language: "english" }, chinese: { language: "all" } },
  create: (_, options): OperatorFunction<TokenBatch, TokenBatch> => dropTerms(options),
});

export type DropTermsOptions = OptionsOf<typeof dropTermsSchema>;

/**
 * Leaves terms out, as they stand in the text. What stood on both sides of such a token are neighbours from then on, so that windows
 * reach further, as word2vec lets them where it leaves out rare words. In code a function may say of each term whether it is left out.
 *
 * In:  TokenBatch, T tokens. Out: TokenBatch, at most T, of the same lexicon; sentences, documents and the places of tokens are kept.
 * Counts `dropped`, the tokens left out.
 * State: 4 bytes per id given out by the lexicon, and the lists.
 * @throws TypeError at the call, if an option is of the wrong kind, or nothing is to be left out; in the stream, SyntaxError if the file
 *   is no text
 * @example
 *   tokens$.pipe(dropTerms({ language: "english" }), buildVocab({ minCount: 5 }))
 */
export function dropTerms(
  options: DropTermsOptions | ((term: string) => boolean),
): OperatorFunction<TokenBatch, TokenBatch> {
  const open = typeof options === "function" ? () => options : listed(options);
  return (source) =>
    defer(() => {
      const scope = currentScope();
      const filter = new TermFilter(open());
      return source.pipe(
        map((batch) => {
          const kept = filter.filter(batch);
          scope.lost("dropped", batch.ids.length - kept.ids.length);
          return kept;
        }),
      );
    });
}

/** The file is read anew for each subscription. */
function listed(options: DropTermsOptions): () => (term: string) => boolean {
  const { language, file, terms } = parseOptions(dropTermsSchema, options);
  if (language === undefined && file === undefined && terms === undefined)
    throw new TypeError("dropTerms: language, file or terms must say what is left out, got none of them");
  return () => {
    const dropped = new Set([
      ...stopWordLanguages.filter((each) => language === each || language === "all").flatMap((each) => stopWords[each]),
      ...(file === undefined ? [] : readTermList("dropTerms", file)),
      ...(terms ?? []),
    ]);
    return (term) => dropped.has(term);
  };
}
