import type { OperatorFunction } from "rxjs";
import { schemeOf } from "../../kernels/documents/weightScheme.js";
import { TokenDocuments } from "../../kernels/linear/tokenDocuments.js";
import { searcherOf } from "../../kernels/search/searcherOf.js";
import { SpaceSearcher } from "../../kernels/search/spaceSearcher.js";
import { integer, number, oneOf, searchIndexOption, semanticSpaceOption } from "../../schemas/fields.js";
import type { DocumentSearcher, Hit, HitBatch } from "../../schemas/hits.js";
import { defineOptions, type OptionsOf, parseOptions, type SettingsOf } from "../../schemas/options.js";
import { requireSameTextSteps } from "../../schemas/sameTextSteps.js";
import { bm25Variants, type SearchedIndex, type SearchIndex } from "../../schemas/searchIndex.js";
import type { SemanticSpace } from "../../schemas/semanticSpace.js";
import type { TokenBatch } from "../../schemas/tokens.js";
import { defineUnit } from "../../schemas/units.js";
import { weightFields } from "../../schemas/weightFields.js";
import { answerDocuments } from "./documentAnswers.js";
import { toldWeights } from "./toldWeights.js";

/** How an index is searched; what is left out is as the index says. */
export const scoringOptions = defineOptions({
  name: "searchDocuments",
  fields: {
    scoring: oneOf(["bm25", "cosine"], {
      optional: true,
      description:
        "How documents are scored: by BM25, or by the cosine of TF-IDF weights; as the index says if left out, and by BM25 where an option of BM25 is given",
    }),
    variant: oneOf(bm25Variants, { optional: true, description: "Which BM25; that of the index if left out" }),
    k1: number({
      min: 0,
      optional: true,
      description: "How soon more occurrences of a term in a document stop to count; as of the index if left out",
    }),
    b: number({
      min: 0,
      max: 1,
      optional: true,
      description: "How much longer documents are held back; as of the index if left out",
    }),
    delta: number({ min: 0, optional: true, description: "What bm25l and bm25plus add; as of the index if left out" }),
    preset: weightFields.preset,
    sublinear: weightFields.sublinear,
  },
});

const searchOptions = defineOptions({
  name: "searchDocuments",
  fields: {
    k: integer({ min: 1, max: 1_000_000, default: 10, description: "Documents of a query at most" }),
    space: semanticSpaceOption({
      optional: true,
      description: "A space of LSA: documents are scored by their cosine there, in the place of scoring",
    }),
    ...scoringOptions.fields,
  },
});

export type ScoringSettings = SettingsOf<typeof scoringOptions>;
export type SearchDocumentsOptions = OptionsOf<typeof searchOptions>;

export const searchDocumentsSchema = defineUnit({
  name: "searchDocuments",
  kind: "operator",
  reads: "tokens",
  needs: { index: "searchIndex" },
  needsInFiles: { index: "index" },
  makes: "hits",
  resumable: true,
  summary: "Finds the documents of an index that fit queries best, one query a document that is read",
  paper: "Robertson and Zaragoza 2009, Foundations and Trends in Information Retrieval 3(4)",
  fields: {
    index: searchIndexOption({ optional: true, description: "File of the index; if left out, a step above makes it" }),
    ...searchOptions.fields,
    textSteps: oneOf(["same", "any"], {
      default: "same",
      description:
        "same: the run ends if tokens are made by other steps than those of the documents in the index; any: whatever steps",
    }),
  },
  create: (
    { index: made },
    { index = made, textSteps = "same", ...options },
    context,
  ): OperatorFunction<TokenBatch, HitBatch> => {
    if (textSteps === "same" && context.textSteps)
      requireSameTextSteps("searchDocuments", "the index was made of", index.metadata, context.textSteps);
    return searchDocuments(index, options);
  },
});

/**
 * Finds, for each document that it reads as a query, the documents of an index that fit it best; equal scores by the number of the document. Its
 * tokens must be made as those were that the index was made of.
 *
 * In:  TokenBatch. Out: HitBatch, a row a query, once it has ended: with the beginning of the next, or of the stream's end; any split of a text into
 * batches gives the same rows. A query without a known word finds nothing. Counts `withoutHits`.
 * State: the query that has begun, the index, and 28 bytes for each of its documents; with a space of k dimensions 4 k bytes instead.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range
 * @see Robertson and Zaragoza 2009, section 3; kernels/search/bm25.ts has the formulas
 * @example
 *   tokens$.pipe(searchDocuments(index, { k: 100 }), writeHits({ path: "bm25.run" }))
 */
export function searchDocuments(
  index: SearchIndex,
  options?: SearchDocumentsOptions,
): OperatorFunction<TokenBatch, HitBatch> {
  const { k, space, ...scoring } = parseOptions(searchOptions, options);
  return searchWith(searcherWith(index, scoring, space), k, index.entries?.ids);
}

/** The searcher that options ask for. */
export function searcherWith(
  index: SearchIndex | SearchedIndex,
  { scoring, preset, sublinear, ...bm25 }: ScoringSettings,
  space?: SemanticSpace,
): Required<DocumentSearcher> {
  if (space) return new SpaceSearcher(index, space, toldWeights(space.metadata));
  if (scoring === undefined) return searcherOf(index, bm25);
  if (scoring === "bm25") return searcherOf(index, { ...bm25, variant: bm25.variant ?? index.scoring.variant });
  const scheme = schemeOf("searchDocuments", { preset, smart: undefined, sublinear, norm: "l2" });
  return searcherOf(index, { scheme });
}

/** Answers queries with whatever ranks documents. */
export function searchWith(
  searcher: DocumentSearcher,
  k: number,
  ids: readonly (string | null)[] | undefined,
): OperatorFunction<TokenBatch, HitBatch> {
  return answerDocuments<string[], Hit, HitBatch>(
    () => new TokenDocuments(),
    (tokens) => searcher.search(tokens, k),
    "withoutHits",
    ({ answers, ...rows }) => ({
      ...rows,
      found: Uint32Array.from(answers, ({ document }) => document),
      scores: Float64Array.from(answers, ({ score }) => score),
      ...(ids ? { foundIds: answers.map(({ document }) => ids[document]!) } : {}),
    }),
  );
}
