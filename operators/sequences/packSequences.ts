import { concat, defer, mergeMap, type Observable, type OperatorFunction } from "rxjs";
import { BlockLayout } from "../../kernels/sequences/blockLayout.js";
import { PartLanes } from "../../kernels/sequences/partLanes.js";
import type { LayoutSettings, RowLayout } from "../../kernels/sequences/rowLayout.js";
import { SequencePacker } from "../../kernels/sequences/sequencePacker.js";
import { TurnLanes } from "../../kernels/sequences/turnLanes.js";
import { requireFixed } from "../../kernels/vocabulary/vocabulary.js";
import { type RunScope, requireScope } from "../../runtime/flow.js";
import { fromPull } from "../../runtime/fromPull.js";
import { boolean, integer, oneOf } from "../../schemas/fields.js";
import { defineOptions, type OptionsOf, parseOptions, type SettingsOf } from "../../schemas/options.js";
import type { SequenceBatch } from "../../schemas/sequences.js";
import type { StageState } from "../../schemas/state.js";
import type { IdBatch } from "../../schemas/tokens.js";
import { defineUnit } from "../../schemas/units.js";

const BATCH_SIZE = 32;

export const packSequencesSchema = defineUnit({
  name: "packSequences",
  kind: "operator",
  reads: "ids",
  makes: "sequences",
  resumable: true,
  summary: "Lays text in rows of one length with the id that follows at each place, for language models",
  paper: "Lanes: Zaremba et al. 2014, arXiv:1409.2329",
  fields: {
    length: integer({
      default: 64,
      min: 2,
      max: 65_536,
      aliases: ["blockSize", "bptt"],
      description: "Places in a row",
    }),
    batchSize: integer({
      optional: true,
      min: 1,
      max: 65_536,
      description: `Rows in a batch, ${BATCH_SIZE} if left out; not with lanes, each of which is a row`,
    }),
    across: oneOf(["document", "corpus"], {
      default: "document",
      description: "Within what a row goes on: the text of one document, or that of all of them one behind the other",
    }),
    stride: integer({
      optional: true,
      min: 1,
      description:
        "How far a row begins behind the one before, length if left out; with less, the places that they share are context in the second one, with nothing to predict",
    }),
    lanes: integer({
      default: 0,
      min: 0,
      max: 65_536,
      description:
        "Parallel lanes of text for models that keep their state from batch to batch: each row goes on where the same row of the batch before ended; 0 for rows that stand alone",
    }),
    shuffle: integer({
      default: 0,
      min: 0,
      max: 16_777_216,
      description: "Rows among which the order is shuffled, anew in each epoch; 0 keeps that of the text",
    }),
    seed: integer({ default: 1, min: 0, description: "Seed of the draws for shuffle" }),
  },
  cost: ({ length, batchSize = BATCH_SIZE, lanes, shuffle }) => {
    const batchRows = lanes > 0 ? lanes : batchSize;
    const rows = batchRows + shuffle;
    return {
      memory: { bytes: 12 * rows * length, from: ["batchSize", "lanes", "shuffle", "length"] },
      makes: { batchRows, rowLength: length },
    };
  },
  create: (_, options, { isLive = false }): OperatorFunction<IdBatch, SequenceBatch> =>
    packSequences({ ...options, isLive }),
});

/** In code it is an option whether the text may go on for ever; a run knows it. */
const packOptions = defineOptions({
  name: "packSequences",
  fields: {
    ...packSequencesSchema.fields,
    isLive: boolean({
      default: false,
      description: "The text may never end: lanes across a corpus take whole documents by turn, instead of equal parts",
    }),
  },
});

export type PackSequencesOptions = OptionsOf<typeof packOptions>;

/**
 * Lays text in rows of T places with the id one ahead as the target of each, as causal language models read it.
 *
 * In:  IdBatch. Out: SequenceBatch of `batchSize` rows (the last of a pass may have fewer), or of one row a lane. Every id of a stretch but
 * the first is the target of one place in an epoch; a stretch is a document, or with `across: corpus` the corpus. Any split of a text
 * into batches gives the same events. A change of epoch ends a pass; where the vocabulary changes, stretches are cut.
 * Lanes take the next whole document each, when their own has ended; with `across: corpus`, equal parts of the corpus, known at the end
 * of the text, or, of a live source, whole documents by turn, which rows then cross.
 * Counts what is predicted alone, `onlyTargets`, and stretches of one id, `alone`, in the run's ledger, and places that repeat one as `added`.
 * State: batchSize + shuffle + 1 rows; lanes hold at most lanes times the longest document; equal parts 4 bytes a token of a pass.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind, out of range, or does not go with another one; RangeError
 *   through the stream, if a corpus has no more tokens than lanes; TypeError on subscription outside `run`, and through the
 *   stream, if equal parts come in several epochs or in a vocabulary that changes
 * @see Zaremba et al. 2014, arXiv:1409.2329; the reader of TensorFlow's PTB tutorial
 * @example
 *   ids$.pipe(packSequences({ length: 35, lanes: 20, across: "corpus" }), writeSequences({ path: "sequences.arrow" }))
 */
export function packSequences(options?: PackSequencesOptions): OperatorFunction<IdBatch, SequenceBatch> {
  const settings = layoutOf(parseOptions(packOptions, options));
  return (source) =>
    defer(() => {
      const scope = requireScope("packSequences");
      const passes = new Passes(settings, scope);
      if (settings.form !== "parts") scope.keep(passes); // those are not laid before the end
      return concat(source.pipe(mergeMap((batch) => passes.push(batch))), laidAtEnd(passes, scope));
    });
}

interface Settings extends LayoutSettings {
  readonly form: "blocks" | "turns" | "parts";
}

/** @throws RangeError if options do not go together */
function layoutOf(options: SettingsOf<typeof packOptions>): Settings {
  const { length, batchSize, across, stride = length, lanes, shuffle, seed, isLive } = options;
  const fail = (rule: string) => {
    throw new RangeError(`packSequences: ${rule}`);
  };
  if (stride > length)
    fail(`stride must be at most length, which is ${length}, else ids are passed over, got ${stride}`);
  const plain = { length, across, stride, shuffle, seed };
  if (lanes === 0) return { ...plain, form: "blocks", batchSize: batchSize ?? BATCH_SIZE };
  if (batchSize !== undefined)
    fail(
      `batchSize must be left out with ${lanes} lanes, each of which is a row, got ${batchSize}; lanes: 0 asks for none`,
    );
  if (stride < length) fail(`stride must be length with lanes, whose rows go on one behind the other, got ${stride}`);
  if (shuffle > 0) fail(`shuffle must be 0 with lanes, whose rows go on one behind the other, got ${shuffle}`);
  return { ...plain, form: across === "corpus" && !isLive ? "parts" : "turns", batchSize: lanes };
}

const NOTHING: StageState = { facts: {}, arrays: {} };

/** One packer after the other, as the epoch changes. */
class Passes {
  readonly #settings: Settings;
  readonly #scope: RunScope;
  #packer: SequencePacker | undefined;
  /** What the first packer goes on from. */
  #start: StageState | undefined;

  constructor(settings: Settings, scope: RunScope) {
    this.#settings = settings;
    this.#scope = scope;
  }

  *push(batch: IdBatch): Generator<SequenceBatch> {
    if (this.#settings.form === "parts") requireSame(batch, this.#packer);
    if (batch.epoch !== this.#packer?.epoch) {
      yield* this.end();
      this.#packer = this.#begin(batch);
    }
    yield* this.#packer!.push(batch);
    this.#tell();
  }

  *end(): Generator<SequenceBatch> {
    if (!this.#packer) return;
    yield* this.#packer.end();
    this.#tell();
  }

  save(): StageState {
    return this.#start ?? this.#packer?.save() ?? NOTHING;
  }

  /** The vocabulary comes with the first batch, which belongs to the same epoch. */
  restore(state: StageState): void {
    if (Object.keys(state.facts).length > 0) this.#start = state;
  }

  #begin(batch: IdBatch): SequencePacker {
    const { length, stride } = this.#settings;
    const packer = new SequencePacker(length, layoutIn(this.#settings, batch.epoch), batch, length / stride);
    if (this.#start) packer.restore(this.#start);
    this.#start = undefined;
    return packer;
  }

  #tell(): void {
    const { repeated, ...left } = this.#packer!.takeCounts();
    for (const [counter, amount] of Object.entries(left)) if (amount > 0) this.#scope.lost(counter, amount);
    if (repeated > 0) this.#scope.added(repeated);
  }
}

function layoutIn(settings: Settings, epoch: number): RowLayout {
  if (settings.form === "blocks") return new BlockLayout(settings, epoch);
  return settings.form === "parts" ? new PartLanes(settings) : new TurnLanes(settings);
}

/** Parts of a corpus are laid in one piece, behind its last token. */
function requireSame({ vocabulary, epoch }: IdBatch, { epoch: before = epoch }: Partial<SequencePacker> = {}): void {
  requireFixed("packSequences", vocabulary);
  if (epoch === before) return;
  throw new TypeError(
    `packSequences: lanes across a corpus must be laid in a stream for each epoch, got epoch ${epoch} behind ${before}`,
  );
}

/** What is held at the end, often many batches: stages behind take them as they are ready, and the run may pause between them. */
function laidAtEnd(passes: Passes, scope: RunScope): Observable<SequenceBatch> {
  async function* batches(): AsyncGenerator<SequenceBatch> {
    for (const batch of passes.end()) {
      await scope.pause(scope.gate);
      yield batch;
    }
  }
  return fromPull(batches);
}
