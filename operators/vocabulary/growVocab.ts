import { defer, mergeMap, type OperatorFunction, startWith } from "rxjs";
import { GrowingVocabulary } from "../../kernels/vocabulary/growingVocabulary.js";
import { currentScope } from "../../runtime/flow.js";
import { integer } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../../schemas/options.js";
import { requireAtMost } from "../../schemas/requireAtMost.js";
import type { IdBatch, TokenBatch } from "../../schemas/tokens.js";
import { defineUnit } from "../../schemas/units.js";
import { carryDocuments } from "../documents/carryDocuments.js";

export const growVocabSchema = defineUnit({
  name: "growVocab",
  kind: "operator",
  reads: "tokens",
  makes: "ids",
  resumable: true,
  summary: "Replaces tokens by their ids in a vocabulary of bounded size that grows and changes with the stream",
  paper: "Metwally et al. 2005, Efficient Computation of Frequent and Top-k Elements in Data Streams",
  fields: {
    maxSize: integer({ default: 50_000, min: 1, max: 10_000_000, description: "Rows: the most terms at a time" }),
    minCount: integer({
      default: 5,
      min: 1,
      description: "Occurrences after which a term may have a row; with halfLife, as they count by then",
    }),
    counters: integer({
      optional: true,
      min: 1,
      max: 40_000_000,
      description: "Terms that are counted at a time, at least maxSize; 4 x maxSize if left out",
    }),
    halfLife: integer({
      optional: true,
      min: 1,
      description: "Tokens after which an occurrence counts half; if left out, it counts for ever",
    }),
    generationSize: integer({
      default: 65_536,
      min: 1,
      description: "Most tokens between two changes of the vocabulary; it changes more often at the start",
    }),
  },
  cost: ({ maxSize, counters = 4 * maxSize }) => ({
    memory: { bytes: (60 + 8) * counters + (20 + 8) * maxSize, from: ["counters", "maxSize"] },
    makes: { vocabulary: maxSize },
  }),
  create: (_, options): OperatorFunction<TokenBatch, IdBatch> => growVocab(options),
});

export type GrowVocabOptions = OptionsOf<typeof growVocabSchema>;

/**
 * Replaces tokens by their ids in a vocabulary that is learned from the same tokens, in one pass over a stream that need not end.
 *
 * In:  TokenBatch. Out: IdBatch, with a VocabularySnapshot that is the same until the next edge of a generation; no batch goes over
 * an edge. Edges lie at fixed positions of the stream: after 1024 tokens, when those have doubled, and so on, at the latest every
 * `generationSize` tokens. Tokens of terms without a row are counted as `truncated` (at the last edge often enough, but no row
 * left) or else `belowMinCount`; those that the lexicon no longer knows as `pruned`.
 * State: `counters` terms of some 60 bytes and their text, `maxSize` of 20 and theirs.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range, or counters are fewer than maxSize
 * @see Metwally, Agrawal and El Abbadi 2005, ICDT, section 3
 * @example
 *   tokens$.pipe(growVocab({ maxSize: 50_000 }), windowContexts({ windowSize: 5, sample: 0.001 }))
 */
export function growVocab(options?: GrowVocabOptions): OperatorFunction<TokenBatch, IdBatch> {
  const parsed = parseOptions(growVocabSchema, options);
  const settings = { ...parsed, counters: parsed.counters ?? 4 * parsed.maxSize };
  requireAtMost("growVocab", settings, ["maxSize", "counters"]);
  return carryDocuments((source) =>
    defer(() => {
      const scope = currentScope();
      const vocabulary = new GrowingVocabulary(settings);
      scope.keep(vocabulary);
      const ids$ = source.pipe(
        mergeMap(function* (batch) {
          for (const ids of encodeByGeneration(vocabulary, batch)) {
            for (const [counter, amount] of Object.entries(vocabulary.takeDropped())) scope.lost(counter, amount);
            yield ids;
          }
        }),
      );
      return vocabulary.snapshot.generation > 0 ? ids$.pipe(startWith(nothingIn(vocabulary))) : ids$;
    }),
  );
}

/** For those behind to know the vocabulary that an earlier run left, before anything comes. */
function nothingIn({ snapshot }: GrowingVocabulary): IdBatch {
  const none = new Uint32Array(0);
  return { vocabulary: snapshot, ids: none, sentenceOffsets: none, documentOffsets: none, epoch: 0 };
}

/** What comes after an edge is a batch of its own, if it is empty too: those behind know at once that the vocabulary changed. */
function* encodeByGeneration(vocabulary: GrowingVocabulary, batch: TokenBatch): Generator<IdBatch> {
  let from = 0;
  for (;;) {
    const to = Math.min(batch.ids.length, from + vocabulary.untilEdge);
    const isEdge = vocabulary.untilEdge === to - from;
    yield encodeStretch(vocabulary, batch, from, to, !isEdge);
    if (!isEdge) return;
    vocabulary.endGeneration();
    from = to;
  }
}

/** Tokens [from, to) and the starts among them; those at `to` belong to what comes after an edge. */
function encodeStretch(
  vocabulary: GrowingVocabulary,
  { lexicon, ids, sentenceOffsets, documentOffsets }: TokenBatch,
  from: number,
  to: number,
  isLast: boolean,
): IdBatch {
  const within = (starts: Uint32Array) => starts.filter((start) => start >= from && (isLast || start < to));
  const sentences = within(sentenceOffsets);
  const documents = within(documentOffsets);
  const places = [...new Set([from, ...sentences, ...documents, to])].sort((a, b) => a - b);
  const moved = new Map<number, number>([[from, 0]]);
  const pieces: Uint32Array[] = [];
  let length = 0;
  for (let i = 1; i < places.length; i++) {
    const piece = vocabulary.encode(lexicon, ids, places[i - 1]!, places[i]!);
    pieces.push(piece);
    length += piece.length;
    moved.set(places[i]!, length);
  }
  const kept = new Uint32Array(length);
  let at = 0;
  for (const piece of pieces) {
    kept.set(piece, at);
    at += piece.length;
  }
  const movedTo = (starts: Uint32Array) => starts.map((start) => moved.get(start)!);
  return {
    vocabulary: vocabulary.snapshot,
    ids: kept,
    sentenceOffsets: movedTo(sentences),
    documentOffsets: movedTo(documents),
    epoch: 0,
  };
}
