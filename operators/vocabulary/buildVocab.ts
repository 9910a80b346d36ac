import { defer, last, map, type OperatorFunction, scan, startWith } from "rxjs";
import { sortedByCodePoints } from "../../kernels/text/compareCodePoints.js";
import { noteRareTerms } from "../../kernels/vocabulary/idTable.js";
import { LabelCounter } from "../../kernels/vocabulary/labelCounter.js";
import { TermCounter } from "../../kernels/vocabulary/termCounter.js";
import { makeVocabulary, vocabularyBytes } from "../../kernels/vocabulary/vocabulary.js";
import { currentScope } from "../../runtime/flow.js";
import type { Ledger } from "../../runtime/ledger.js";
import { atMost } from "../../schemas/cost.js";
import { integer, number, texts, vectorTable } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions, type SettingsOf } from "../../schemas/options.js";
import { plural } from "../../schemas/plural.js";
import type { TokenBatch } from "../../schemas/tokens.js";
import { defineUnit } from "../../schemas/units.js";
import type { LabelSet, OutsideDocuments, Vocabulary } from "../../schemas/vocabulary.js";

export const buildVocabSchema = defineUnit({
  name: "buildVocab",
  kind: "operator",
  reads: "tokens",
  makes: "vocabulary",
  standard: {},
  summary: "Counts terms and orders those that are frequent enough, most frequent first",
  fields: {
    minCount: integer({ default: 5, min: 1, description: "Occurrences a term needs to be kept" }),
    maxSize: integer({
      optional: true,
      min: 1,
      aliases: ["maxVocab", "maxFinalVocab"],
      description:
        "Most terms kept, extra terms included; the rarest are left out and their tokens counted as truncated",
    }),
    minDocuments: number({
      optional: true,
      min: 0,
      aliases: ["minDf", "noBelow"],
      description: "Documents that must have a term for it to be kept: how many, or below 1 their share of all",
    }),
    maxDocuments: number({
      optional: true,
      min: 0,
      aboveMin: true,
      aliases: ["maxDf", "noAbove"],
      description: "Documents that may have a term for it to be kept: how many, or below 1 their share of all",
    }),
    extraTerms: texts({ default: [], description: "Terms kept whatever their count, such as <unk>" }),
    extraTermsOf: vectorTable({
      optional: true,
      description: "Vectors whose terms are kept whatever their count, so that training can go on from them",
    }),
  },
  readsCounts: ({ minDocuments, maxDocuments }) => minDocuments === undefined && maxDocuments === undefined,
  termsOf: ({ extraTerms = [] }) => ({ extraTerms: [extraTerms].flat() }),
  cost({ minCount, maxSize, minDocuments, maxDocuments, extraTerms }, { sizes, termsWith }) {
    const countsDocuments = minDocuments !== undefined || maxDocuments !== undefined;
    const kept = termsWith(minCount) + [extraTerms].flat().length;
    const vocabulary = maxSize === undefined ? kept : atMost(maxSize, kept);
    return {
      memory: { bytes: (countsDocuments ? 24 : 8) * sizes.types, from: ["types"] },
      held: { bytes: vocabularyBytes(vocabulary), from: ["vocabulary"] },
      makes: { vocabulary },
    };
  },
  create: (_, options): OperatorFunction<TokenBatch, Vocabulary> => buildVocab(options),
});

export type BuildVocabOptions = OptionsOf<typeof buildVocabSchema>;
type Settings = SettingsOf<typeof buildVocabSchema>;

/**
 * Makes the vocabulary of a stream of tokens: count descending, then by code point.
 *
 * In:  TokenBatch. Out: one Vocabulary on completion, with the labels of the documents if they have some; extra terms that never occur come last, with count 0.
 * State: 8 bytes per id given out by the lexicon, 24 if documents count, none in a run where nobody else reads the tokens; on completion a string per term that is kept, or that is frequent enough and left
 * out for another reason.
 * Occurrences of a term before the lexicon pruned it are not in its count. What is not in the vocabulary is accounted for as `encode`
 * does.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range; RangeError through the stream, if
 *   there are no tokens, or no term reaches minCount and there are no extra terms
 * @example
 *   const vocabulary = await run(files({ paths: "corpus.txt" }).pipe(tokenize(), buildVocab({ minCount: 5 })));
 */
export function buildVocab(options?: BuildVocabOptions): OperatorFunction<TokenBatch, Vocabulary> {
  const settings = parseOptions(buildVocabSchema, options);
  const extraTerms = [...settings.extraTerms, ...(settings.extraTermsOf?.terms ?? [])];
  const extra = new Set(extraTerms).size;
  if (settings.maxSize !== undefined && settings.maxSize < extra)
    throw new RangeError(`buildVocab: maxSize must leave room for the ${extra} extra terms, got ${settings.maxSize}`);
  return (source) =>
    defer(() => {
      const { account } = currentScope();
      const counter = new TermCounter(settings.minDocuments !== undefined || settings.maxDocuments !== undefined);
      const labels = new LabelCounter();
      return source.pipe(
        scan((counter, batch) => {
          counter.add(batch);
          labels.add(batch.documents?.labels);
          return counter;
        }, counter),
        startWith(counter),
        last(),
        map((counter) => vocabularyOf(counter, { ...settings, extraTerms }, account, labels.set())),
      );
    });
}

/** Terms by their counts. */
type Groups = Map<number, string[]>;

function vocabularyOf(
  counter: TermCounter,
  { minCount, maxSize, extraTerms, minDocuments, maxDocuments }: Settings,
  account: Ledger,
  labels: LabelSet | undefined,
): Vocabulary {
  const extra = new Map(extraTerms.map((term) => [term, 0]));
  const groups: Groups = new Map();
  const isOutside = documentBounds(counter.documents, minDocuments, maxDocuments);
  const outside = new Map<string, OutsideDocuments>();
  const live = counter.liveTokens;
  let belowMinCount = live;
  // A text is made of each term that is visited.
  counter.forEachTerm(extra.size > 0 ? 1 : minCount, (term, count, documents) => {
    if (count >= minCount || extra.has(term)) belowMinCount -= count;
    const why = isOutside(documents);
    if (extra.has(term)) extra.set(term, count);
    else if (count < minCount) return;
    else if (why) {
      outside.set(term, why);
      account.add(why, count);
    } else enter(groups, term, count);
  });
  if (groups.size + extra.size === 0) throw noTerms(counter, minCount, outside.size);
  let { terms, counts } = ranked(groups);
  const most = maxSize === undefined ? terms.length : maxSize - extra.size;
  account.add("belowMinCount", belowMinCount);
  account.add("truncated", sumOf(counts.slice(most)));
  account.add("pruned", counter.tokens - live);
  const cut = terms.splice(most);
  if (extra.size > 0) {
    const kept: Groups = new Map();
    terms.forEach((term, i) => {
      enter(kept, term, counts[i]!);
    });
    for (const [term, count] of extra) enter(kept, term, count);
    ({ terms, counts } = ranked(kept));
  }
  const truncated = cut.length > 0 ? new Set(cut) : undefined;
  const kept = Float64Array.from(counts.slice(0, terms.length));
  const vocabulary = makeVocabulary(terms, kept, truncated, labels, outside);
  if (extra.size === 0) noteRareTerms(vocabulary, counter, minCount);
  return vocabulary;
}

/** Why a term of so many documents is left out, if it is. As in scikit-learn, a share of all documents need not be a whole number. */
function documentBounds(all: number, min = 0, max = Infinity): (documents: number) => OutsideDocuments | undefined {
  const countOf = (bound: number) => (bound < 1 ? bound * all : bound);
  const [least, most] = [countOf(min), countOf(max)];
  return (documents) => {
    if (documents < least) return "belowMinDocuments";
    return documents > most ? "aboveMaxDocuments" : undefined;
  };
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

function enter(groups: Groups, term: string, count: number): void {
  const group = groups.get(count);
  if (group) group.push(term);
  else groups.set(count, [term]);
}

/** Count descending, then by code point. Most terms share their count with many, so fewer are compared where those are sorted apart. */
function ranked(groups: Groups): { terms: string[]; counts: number[] } {
  const terms: string[] = [];
  const counts: number[] = [];
  for (const [count, group] of [...groups].sort(([a], [b]) => b - a)) {
    for (const term of sortedByCodePoints(group)) {
      terms.push(term);
      counts.push(count);
    }
  }
  return { terms, counts };
}

function noTerms(counter: TermCounter, minCount: number, outside: number): RangeError {
  let terms = 0;
  let most = 0;
  counter.forEachTerm(1, (_, count) => {
    terms++;
    most = Math.max(most, count);
  });
  if (terms === 0) return new RangeError("buildVocab: the corpus must have tokens, got none");
  if (outside > 0)
    return new RangeError(
      `buildVocab: at least one term must be in minDocuments to maxDocuments of the ${plural(counter.documents, "document")}, got none of the ${plural(outside, "term")} that occur minCount = ${plural(minCount, "time")}`,
    );
  return new RangeError(
    `buildVocab: at least one term must occur minCount = ${plural(minCount, "time")}, the most frequent of ${plural(terms, "term")} occurs ${plural(most, "time")}`,
  );
}
