import { concat, defer, ignoreElements, type OperatorFunction, of, tap } from "rxjs";
import { BigramCounter } from "../../kernels/vocabulary/bigramCounter.js";
import { TermCounter } from "../../kernels/vocabulary/termCounter.js";
import { currentScope } from "../../runtime/flow.js";
import { integer, number } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions, type SettingsOf } from "../../schemas/options.js";
import type { Phrases } from "../../schemas/phrases.js";
import type { Lexicon, TokenBatch } from "../../schemas/tokens.js";
import { defineUnit } from "../../schemas/units.js";

export const learnPhrasesSchema = defineUnit({
  name: "learnPhrases",
  kind: "operator",
  reads: "tokens",
  makes: "phrases",
  summary: "Finds pairs of neighbouring terms that occur together more often than chance would have it",
  paper: "Mikolov et al. 2013, arXiv:1310.4546, section 4; word2phrase.c",
  fields: {
    minCount: integer({
      min: 1,
      default: 5,
      description: "Occurrences a term needs, and by which those of a pair are discounted",
    }),
    threshold: number({
      min: 0,
      default: 100,
      description: "Score from which on a pair is a phrase; higher for fewer",
    }),
    maxPairs: integer({
      min: 1,
      default: 20_000_000,
      description: "Distinct pairs held at once; when they become more, the rarest quarter or so is pruned",
    }),
  },
  create: (_, options): OperatorFunction<TokenBatch, Phrases> => learnPhrases(options),
});

export type LearnPhrasesOptions = OptionsOf<typeof learnPhrasesSchema>;
type Settings = SettingsOf<typeof learnPhrasesSchema>;

/**
 * Finds phrases such as "new york", by word2phrase's score: (n(a b) - minCount) N / (n(a) n(b)), with N the number of tokens.
 * Pairs lie within a sentence.
 *
 * In:  TokenBatch. Out: one Phrases, on completion. Counts `prunedPairs` in the run's ledger.
 * State: 8 bytes per id given out by the lexicon, 32 to 64 bytes a pair.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range
 * @see Mikolov et al. 2013, arXiv:1310.4546, section 4
 * @example
 *   const phrases = await run(tokens$.pipe(learnPhrases({ threshold: 200 })));
 */
export function learnPhrases(options?: LearnPhrasesOptions): OperatorFunction<TokenBatch, Phrases> {
  const settings = parseOptions(learnPhrasesSchema, options);
  return (source) =>
    defer(() => {
      const scope = currentScope();
      const terms = new TermCounter();
      const pairs = new BigramCounter(settings.maxPairs);
      let lexicon: Lexicon | undefined;
      let previous: number | undefined;
      let tokens = 0;

      function count(batch: TokenBatch): void {
        terms.add(batch);
        tokens += batch.ids.length;
        lexicon = batch.lexicon;
        let from = 0;
        for (const start of batch.sentenceOffsets) {
          countPairs(batch.ids, from, start);
          previous = undefined;
          from = start;
        }
        countPairs(batch.ids, from, batch.ids.length);
      }

      function countPairs(ids: Uint32Array, from: number, to: number): void {
        for (let i = from; i < to; i++) {
          if (previous !== undefined) pairs.add(previous, ids[i]!);
          previous = ids[i]!;
        }
      }

      function finish(): Phrases {
        scope.ledger.add("prunedPairs", pairs.prunedOccurrences);
        scope.took(tokens);
        return lexicon ? select(lexicon, pairs, terms.terms(), tokens, settings) : { pairs: new Map(), size: 0 };
      }

      return concat(
        source.pipe(tap(count), ignoreElements()),
        defer(() => of(finish())),
      );
    });
}

function select(
  lexicon: Lexicon,
  pairs: BigramCounter,
  counts: ReadonlyMap<string, number>,
  tokens: number,
  { minCount, threshold }: Settings,
): Phrases {
  const chosen = new Map<string, Map<string, number>>();
  let size = 0;
  pairs.forEach((first, second, count) => {
    if (count < minCount) return;
    const [a, b] = [lexicon.term(first), lexicon.term(second)];
    if (a === undefined || b === undefined) return;
    const score = ((count - minCount) * tokens) / (counts.get(a)! * counts.get(b)!);
    if (score <= threshold) return;
    const partners = chosen.get(a) ?? new Map<string, number>();
    chosen.set(a, partners.set(b, score));
    size++;
  });
  return { pairs: chosen, size };
}
