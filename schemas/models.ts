import type { DataKind, Kind, Kinds } from "./kinds.js";
import type { MaybePromise } from "./maybePromise.js";
import { plural } from "./plural.js";
import type { StageState } from "./state.js";
import type { Vocabulary } from "./vocabulary.js";

/** What a model tells of a step. Mean loss = loss / examples. */
export interface StepStats {
  /** How much of what it was given the step went through, in the measure of its kind, as counted where the work is done. */
  readonly taken: number;
  /** Training examples seen in this step. */
  readonly examples: number;
  /** Loss summed over the examples, in the model's own unit (nats for word2vec, weighted squares for GloVe). */
  readonly loss: number;
  /** Which epoch the step belonged to, from 0. */
  readonly epoch: number;
}

/** What a model is told before it learns. */
export interface ModelContext {
  /** The vocabulary of what it reads, where that has one. */
  readonly vocabulary?: Vocabulary | undefined;
  /** Aborted once nobody waits for the model any more. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * What learns: a plain object, with no RxJS inside. One that reads a stream is updated batch by batch, in `epochs` passes; one that reads
 * a whole value fits it. Everything may be asynchronous, and at most `updatesUnderWay` calls are under way at a time.
 */
export interface Model<R extends Kind = Kind, M extends Kind = Kind, Made extends Kinds[M] = Kinds[M]> {
  readonly name: string;
  readonly reads: R;
  readonly makes: M;
  /** Passes over what it reads that the model wants; fewer, where `endPass` says so. */
  readonly epochs: number;
  /** False where there is nothing that learning makes less; the loss of its steps is 0 then, and nobody is told of it. */
  readonly hasLoss?: false;
  /** How many updates may be asked for before the first is done, 1 if left out; they are made in the order of the calls. */
  readonly updatesUnderWay?: number;
  /** Called once, before the first update or fit, and not where `restore` is. */
  begin?(context: ModelContext): MaybePromise<void>;
  /** Learns from the next batch of a stream. */
  update?(batch: Kinds[R]): MaybePromise<StepStats>;
  /**
   * The stream of a pass has ended: learns from what still waits for a step, and tells of it, with nothing `taken`. Called behind the last
   * update, and again where a run goes on from behind the end of its pass; a model in which nothing waits leaves it out.
   */
  endStream?(): MaybePromise<StepStats>;
  /**
   * A pass over its stream is over, and another one would come: whether the model wants none any more, though `epochs` says so. Called while
   * no update is under way; a model that never ends early leaves it out.
   */
  endPass?(): MaybePromise<boolean>;
  /** The mean loss of what is held out, of each pass so far, in the unit of `loss`; a model that looks at none leaves it out. */
  readonly heldOutLosses?: readonly number[];
  /** What else it tells of what is held out, by name: a number of each pass so far; none of what it has nothing to tell of. */
  readonly heldOutScores?: Readonly<Record<string, readonly number[]>>;
  /** One line about how it computes, which who runs it should know; undefined before the first update. */
  notice?(): string | undefined;
  /** Learns from a whole value. Yields once per epoch; goes on after `restore`. */
  fit?(whole: Kinds[R], signal?: AbortSignal): AsyncIterable<StepStats>;
  /** The loss of a batch or value, which changes nothing. */
  score?(held: Kinds[R]): MaybePromise<StepStats>;
  /**
   * The state to go on from, to be used before the next update or epoch; asked for while none is under way. Undefined where the model
   * cannot be interrupted just now. A model that cannot tell its state leaves both this and `restore` out.
   */
  save?(): MaybePromise<StageState | undefined>;
  /** Goes on from a saved state; called before the first update or fit. */
  restore?(state: StageState, context: ModelContext): MaybePromise<void>;
  /** A copy of what it has learned so far, which changes nothing; asked for while no update is under way. Undefined before the first. */
  snapshot?(): MaybePromise<Made | undefined>;
  /**
   * What was learned; only after the last batch.
   * @throws RangeError if the model was fed another number of passes than it wants
   */
  result(): MaybePromise<Made>;
  /** Gives back threads and memory; the model cannot be used afterwards. */
  close(): MaybePromise<void>;
}

/** A model over a stream. */
export interface UpdatedModel<R extends Kind, M extends Kind, Made extends Kinds[M] = Kinds[M]>
  extends Model<R, M, Made> {
  update(batch: Kinds[R]): MaybePromise<StepStats>;
}

/** A model over a whole value. */
export interface FittedModel<R extends Kind, M extends Kind, Made extends Kinds[M] = Kinds[M]>
  extends Model<R, M, Made> {
  fit(whole: Kinds[R], signal?: AbortSignal): AsyncIterable<StepStats>;
}

/** What to throw where a model, or a table, found no example in a whole pass over what it read: of a kind, so much in the kind's own measure. */
export function nothingLearned<K extends Kind>(who: string, kind: DataKind<K>, amount: number): RangeError {
  const { name, amounts = {}, examples } = kind;
  const [measure = name] = Object.keys(amounts);
  if (!examples)
    return new RangeError(`${who}: ${name} must hold something to learn from, got none in ${amount} ${measure}`);
  const found = amount === 0 ? "no words at all" : `${plural(amount, "word")} without any`;
  return new RangeError(`${who}: ${examples.rule}, got ${found}; the cause may be ${examples.causes}`);
}
