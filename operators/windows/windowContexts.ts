import { concat, defer, mergeMap, type OperatorFunction } from "rxjs";
import { WindowMarker, type WindowSettings } from "../../kernels/embedding/windowMarker.js";
import { currentScope, type RunScope } from "../../runtime/flow.js";
import type { ContextBatch } from "../../schemas/contexts.js";
import { integer, number, oneOf } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../../schemas/options.js";
import type { StageState } from "../../schemas/state.js";
import type { IdBatch } from "../../schemas/tokens.js";
import { defineUnit } from "../../schemas/units.js";
import { carryDocuments } from "../documents/carryDocuments.js";

export const windowContextsSchema = defineUnit({
  name: "windowContexts",
  kind: "operator",
  reads: "ids",
  makes: "contexts",
  resumable: true,
  standard: {},
  summary: "Lays a window of neighbours around every token, after leaving out some of the frequent ones",
  paper: "Mikolov et al. 2013, arXiv:1301.3781, section 3; subsampling: arXiv:1310.4546, section 2.3",
  fields: {
    windowSize: integer({
      default: 5,
      min: 1,
      max: 50,
      aliases: ["window", "ws"],
      description: "Tokens on each side of the centre",
    }),
    radius: oneOf(["fixed", "random"], {
      default: "fixed",
      description:
        "How far a window reaches: windowSize, or for each centre a draw from 1 .. windowSize, as in word2vec",
    }),
    sample: number({
      default: 0,
      min: 0,
      max: 1,
      aliases: ["t"],
      description: "Share of all tokens above which a term's occurrences are thinned out, such as 0.001; 0 keeps all",
    }),
    side: oneOf(["both", "left", "right"], {
      default: "both",
      description: "On which side of the centre neighbours count",
    }),
    boundary: oneOf(["sentence", "document"], { default: "sentence", description: "What windows do not cross" }),
    seed: integer({ default: 1, min: 0, description: "Seed of the draws for sample and radius" }),
    batchSize: integer({ default: 16384, min: 1, max: 16_777_216, description: "Most centres in a batch" }),
  },
  cost: ({ windowSize, side }, { sizes }) => ({
    memory: { bytes: 8 * sizes.vocabulary, from: ["vocabulary"] },
    makes: { pairs: (side === "both" ? 2 : 1) * windowSize * sizes.tokens },
  }),
  create: (_, options): OperatorFunction<IdBatch, ContextBatch> => windowContexts(options),
});

export type WindowContextsOptions = OptionsOf<typeof windowContextsSchema>;

/**
 * Lays a window around every token, as word2vec and GloVe read text. Tokens left out by subsampling go first; windows then reach
 * over the gaps.
 *
 * In:  IdBatch. Out: ContextBatch of `batchSize` centres (the last of a pass may have fewer), with their neighbours on both sides.
 * A change of epoch ends a pass; where the vocabulary changes, sentences and documents are cut, and a batch without centres tells the
 * new one. Draws depend on the seed, the epoch and the token's position in its pass, so any split of a text into batches gives the same
 * events. Counts `subsampled` and `used` in the run's ledger.
 * State: batchSize + 2 windowSize tokens, and 8 bytes per term.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range; RangeError through the stream, if
 *   `sample` leaves nothing of a finished vocabulary
 * @see Mikolov et al. 2013, arXiv:1301.3781 and arXiv:1310.4546; word2vec.c
 * @example
 *   ids$.pipe(windowContexts({ windowSize: 5, radius: "random", sample: 0.001 }), feed(word2vec({ vectorSize: 100 })))
 */
export function windowContexts(options?: WindowContextsOptions): OperatorFunction<IdBatch, ContextBatch> {
  const settings = parseOptions(windowContextsSchema, options);
  return carryDocuments((source) =>
    defer(() => {
      const scope = currentScope();
      const passes = new Passes(settings, scope);
      scope.keep(passes);
      return concat(
        source.pipe(mergeMap((batch) => passes.push(batch))),
        defer(() => passes.end()),
      );
    }),
  );
}

const NOTHING: StageState = { facts: {}, arrays: {} };

/** One marker after the other, as the epoch or the vocabulary changes. */
class Passes {
  readonly #settings: WindowSettings;
  readonly #scope: RunScope;
  #epoch: number | undefined;
  #marker: WindowMarker | undefined;
  /** What the first marker goes on from. */
  #start: StageState | undefined;

  constructor(settings: WindowSettings, scope: RunScope) {
    this.#settings = settings;
    this.#scope = scope;
  }

  *push(batch: IdBatch): Generator<ContextBatch> {
    if (batch.epoch !== this.#epoch) {
      yield* this.end();
      this.#epoch = batch.epoch;
      this.#marker = new WindowMarker(this.#settings, batch.vocabulary, batch.epoch);
      requireTokens(this.#settings, this.#marker);
      if (this.#start) this.#marker.restore(this.#start);
      this.#start = undefined;
    } else if (batch.vocabulary !== this.#marker!.vocabulary) {
      yield* this.#marker!.end(false);
      this.#marker = this.#marker!.inVocabulary(batch.vocabulary);
      if (batch.vocabulary.terms.length > 0) yield this.#marker.announce();
    }
    const marker = this.#marker!;
    const { used } = marker;
    yield* marker.push(batch);
    this.#scope.ledger.add("used", marker.used - used);
    this.#scope.lost("subsampled", batch.ids.length - (marker.used - used));
  }

  save(): StageState {
    if (this.#start) return this.#start;
    const { facts, arrays } = this.#marker?.save() ?? NOTHING;
    return { facts: { ...facts, ...(this.#epoch === undefined ? {} : { epoch: this.#epoch }) }, arrays };
  }

  /** The vocabulary comes with the first batch, which belongs to the same epoch. */
  restore(state: StageState): void {
    if (state.facts.epoch !== undefined) this.#start = state;
  }

  *end(): Generator<ContextBatch> {
    if (this.#marker) yield* this.#marker.end(true);
  }
}

/** With fewer expected in an epoch, nine epochs of ten would have none. */
const LEAST_EXPECTED = 0.1;

/** A vocabulary that is finished tells what subsampling will leave of it; one that grows does not. */
function requireTokens({ sample }: WindowSettings, { vocabulary, expectedCentres }: WindowMarker): void {
  const { tokens } = vocabulary;
  if ("generation" in vocabulary || tokens === 0 || expectedCentres >= LEAST_EXPECTED) return;
  throw new RangeError(
    `windowContexts: sample must leave tokens to learn from, got ${sample}, which keeps ${expectedCentres.toPrecision(2)} of ${tokens} on average; raise it`,
  );
}
