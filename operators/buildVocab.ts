import { defer, last, map, type OperatorFunction, scan, startWith } from "rxjs";
import { compareCodePoints } from "../kernels/compareCodePoints.js";
import { TermCounter } from "../kernels/termCounter.js";
import { makeVocabulary } from "../kernels/vocabulary.js";
import { integer, texts } from "../schemas/fields.js";
import type { TokenBatch } from "../schemas/tokens.js";
import { defineUnit, type OptionsOf, parseOptions, type SettingsOf } from "../schemas/units.js";
import type { Vocabulary } from "../schemas/vocabulary.js";

export const buildVocabSchema = defineUnit({
  name: "buildVocab",
  kind: "operator",
  consumes: "tokens",
  produces: "vocabulary",
  summary: "Counts terms and orders those that are frequent enough, most frequent first",
  fields: {
    minCount: integer({ default: 5, min: 1, description: "Occurrences a term needs to be kept" }),
    maxSize: integer({
      optional: true,
      min: 1,
      description:
        "Most terms kept, extra terms included; the rarest are left out and their tokens counted as truncated",
    }),
    extraTerms: texts({ default: [], description: "Terms kept whatever their count, such as <unk>" }),
  },
});

export type BuildVocabOptions = OptionsOf<typeof buildVocabSchema>;
type Settings = SettingsOf<typeof buildVocabSchema>;

/**
 * Makes the vocabulary of a stream of tokens: count descending, then by code point.
 *
 * In:  TokenBatch. Out: one Vocabulary on completion; extra terms that never occur come last, with count 0.
 * State: 8 bytes per id given out by the lexicon; on completion a string per term that occurs.
 * Occurrences of a term before the lexicon pruned it are not in its count.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range; RangeError through the stream, if
 *   there are no tokens, or no term reaches minCount and there are no extra terms
 * @example
 *   const vocabulary = await run(files({ paths: "corpus.txt" }).pipe(tokenize(), buildVocab({ minCount: 5 })));
 */
export function buildVocab(options?: BuildVocabOptions): OperatorFunction<TokenBatch, Vocabulary> {
  const settings = parseOptions(buildVocabSchema, options);
  const extra = new Set(settings.extraTerms).size;
  if (settings.maxSize !== undefined && settings.maxSize < extra)
    throw new RangeError(`buildVocab: maxSize must leave room for the ${extra} extra terms, got ${settings.maxSize}`);
  return (source) =>
    defer(() => {
      const counter = new TermCounter();
      return source.pipe(
        scan((counter, batch) => {
          counter.add(batch);
          return counter;
        }, counter),
        startWith(counter),
        last(),
        map((counter) => vocabularyOf(counter.terms(), settings)),
      );
    });
}

function vocabularyOf(counts: ReadonlyMap<string, number>, { minCount, maxSize, extraTerms }: Settings): Vocabulary {
  const extra = new Map(extraTerms.map((term) => [term, counts.get(term) ?? 0]));
  const frequent = [...counts].filter(([term, count]) => count >= minCount && !extra.has(term)).sort(byCountThenTerm);
  if (frequent.length + extra.size === 0) throw noTerms(counts, minCount);
  const room = maxSize === undefined ? frequent.length : maxSize - extra.size;
  const kept = [...frequent.slice(0, room), ...extra].sort(byCountThenTerm);
  const cut = frequent.slice(room).map(([term]) => term);
  return makeVocabulary(
    kept.map(([term]) => term),
    Float64Array.from(kept, ([, count]) => count),
    cut.length > 0 ? new Set(cut) : undefined,
  );
}

function byCountThenTerm([termA, countA]: [string, number], [termB, countB]: [string, number]): number {
  return countB - countA || compareCodePoints(termA, termB);
}

function noTerms(counts: ReadonlyMap<string, number>, minCount: number): RangeError {
  if (counts.size === 0) return new RangeError("buildVocab: the corpus must have tokens, got none");
  let most = 0;
  for (const count of counts.values()) most = Math.max(most, count);
  return new RangeError(
    `buildVocab: at least one term must occur minCount = ${minCount} times, the most frequent of ${counts.size} terms occurs ${most} times`,
  );
}
