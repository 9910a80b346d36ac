import { concat, defer, from, mergeMap, type OperatorFunction } from "rxjs";
import { PairPacker, type PairRowSettings } from "../../kernels/sequences/pairPacker.js";
import { PAIR_SPECIALS } from "../../kernels/sequences/sentencePairer.js";
import { requireFixed } from "../../kernels/vocabulary/vocabulary.js";
import { currentScope, type RunScope } from "../../runtime/flow.js";
import { integer, number } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../../schemas/options.js";
import type { SequenceBatch } from "../../schemas/sequences.js";
import type { StageState } from "../../schemas/state.js";
import type { IdBatch } from "../../schemas/tokens.js";
import { defineUnit } from "../../schemas/units.js";

export const sentencePairsSchema = defineUnit({
  name: "sentencePairs",
  kind: "operator",
  reads: "ids",
  makes: "sequences",
  resumable: true,
  summary: "Lays text in rows of two parts, the second of which follows the first or is of another document",
  paper: "Devlin et al. 2019, arXiv:1810.04805; google-research/bert, create_pretraining_data.py",
  fields: {
    length: integer({
      default: 128,
      min: 8,
      max: 65_536,
      aliases: ["maxSeqLength"],
      description: "Places in a row, three of which are [CLS] and two [SEP]",
    }),
    batchSize: integer({ default: 32, min: 1, max: 65_536, description: "Rows in a batch" }),
    shortShare: number({
      default: 0.1,
      min: 0,
      max: 1,
      description: "Share of rows that are to have fewer tokens, any number from 2 on",
    }),
    randomShare: number({
      default: 0.5,
      min: 0,
      max: 1,
      description: "Share of rows whose second part is of another document, where one follows",
    }),
    reservoir: integer({
      default: 1024,
      min: 1,
      max: 1_048_576,
      description: "Earlier documents that are held, from which second parts are drawn",
    }),
    seed: integer({ default: 1, min: 0, description: "Seed of the draws" }),
  },
  cost: ({ length, batchSize, reservoir }) => ({
    memory: { bytes: 12 * batchSize * length + 16 * reservoir * length, from: ["batchSize", "reservoir", "length"] },
    makes: { batchRows: batchSize, rowLength: length },
  }),
  create: (_, options): OperatorFunction<IdBatch, SequenceBatch> => sentencePairs(options),
});

export type SentencePairsOptions = OptionsOf<typeof sentencePairsSchema>;

/**
 * Lays text in rows [CLS] A [SEP] B [SEP] for next-sentence prediction. A is the beginning of some sentences that fill a row, up to a drawn one; B
 * is what follows, or, in `randomShare` of the rows, text of an earlier document, and what follows is laid in the next row. A sentence with
 * none behind it in its document always has a B of another one.
 *
 * In:  IdBatch with sentences. Out: SequenceBatch (B x T) with `segments`, 0 up to the first [SEP] and 1 behind it, and `labels`, 0 where B follows
 * and 1 where it does not; nothing is to be predicted before `maskTokens`. Draws are functions of the seed, the epoch and the number of
 * the row: any split of a text into batches gives the same events. A change of epoch ends a pass.
 * Counts in the run's ledger: rows as `nextPairs` and `randomPairs`; of these `withoutNext`, whose A is a single sentence; of those `withoutOther`,
 * drawn to be random when no earlier document was held; `cutSentences`, longer than a row; and tokens: `truncated`, `alone` (single sentences
 * when no earlier document was held, in no row), and as `added` the special tokens and the text of other documents.
 * State: `batchSize` rows and up to `reservoir` stretches of 4 T tokens and a sentence.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range; through the stream, if the vocabulary has no
 *   [CLS] or [SEP], or grows
 * @see Devlin et al. 2019, arXiv:1810.04805, appendix A.2
 * @example
 *   ids$.pipe(sentencePairs({ length: 128 }), maskTokens(), writeSequences({ path: "pairs.arrow" }))
 */
export function sentencePairs(options?: SentencePairsOptions): OperatorFunction<IdBatch, SequenceBatch> {
  const settings = parseOptions(sentencePairsSchema, options);
  return (source) =>
    defer(() => {
      const passes = new Passes(settings, currentScope());
      return concat(
        source.pipe(mergeMap((batch) => passes.push(batch))),
        defer(() => from(passes.end())),
      );
    });
}

const NOTHING: StageState = { facts: {}, arrays: {} };

/** One packer after the other, as the epoch changes. */
class Passes {
  readonly #settings: PairRowSettings;
  readonly #scope: RunScope;
  #packer: PairPacker | undefined;
  /** What the first packer goes on from. */
  #start: StageState | undefined;

  constructor(settings: PairRowSettings, scope: RunScope) {
    this.#settings = settings;
    this.#scope = scope;
    scope.keep(this);
  }

  push(batch: IdBatch): SequenceBatch[] {
    requireFixed("sentencePairs", batch.vocabulary);
    if (batch.epoch === this.#packer?.epoch) return this.#told(this.#packer.push(batch));
    const before = this.end();
    this.#packer = new PairPacker("sentencePairs", this.#settings, batch);
    if (this.#start) this.#packer.restore(this.#start);
    this.#start = undefined;
    return [...before, ...this.#told(this.#packer.push(batch))];
  }

  end(): SequenceBatch[] {
    return this.#packer ? this.#told(this.#packer.end()) : [];
  }

  save(): StageState {
    return this.#start ?? this.#packer?.save() ?? NOTHING;
  }

  restore(state: StageState): void {
    if (Object.keys(state.facts).length > 0) this.#start = state;
  }

  /** Tells what was counted in making the batches. */
  #told(batches: SequenceBatch[]): SequenceBatch[] {
    const { alone, truncated, repeated, ...pairs } = this.#packer!.takeCounts();
    for (const [counter, amount] of Object.entries(pairs)) if (amount > 0) this.#scope.ledger.add(counter, amount);
    if (alone > 0) this.#scope.lost("alone", alone);
    if (truncated > 0) this.#scope.lost("truncated", truncated);
    const added = repeated + PAIR_SPECIALS * (pairs.nextPairs + pairs.randomPairs);
    if (added > 0) this.#scope.added(added);
    return batches;
  }
}
