import type { Observable, OperatorFunction } from "rxjs";
import type { AnyClassifier } from "./classifier.js";
import type { Compared } from "./compared.js";
import type { Cost, CostInput } from "./cost.js";
import type { Kind, Kinds } from "./kinds.js";
import type { LanguageModel, NetworkSettings } from "./languageModel.js";
import type { Model } from "./models.js";
import type { Fields, OptionsOf, OptionsSchema, SettingsOf } from "./options.js";
import type { SubwordForm } from "./subwords.js";
import type { LiveStart, TextBatch } from "./text.js";
import type { TextPredictor } from "./textPredictor.js";

export type UnitKind = "source" | "operator" | "model" | "sink";

/** Whole values that a unit needs besides what it reads: the kind of each, by the name under which it is handed over. */
export type Needs = Readonly<Record<string, Kind>>;
export type NeededValues<N extends Needs> = { readonly [Name in keyof N]: Kinds[N[Name]] };

/** A step of a config: a unit's name, and its options with every default filled in. */
export type TextStep = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Options of a unit, or what they are where some are given. */
export type LanguageOptions =
  | Readonly<Record<string, unknown>>
  | ((given: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>);

/** What a unit is told besides its options. */
export interface UnitContext {
  /** Which pass over the stream this is, from 0; random draws differ between passes. */
  readonly epoch: number;
  /** In a run, the steps that made what is read of the text, as a config writes them, with files by their names alone. */
  readonly textSteps?: readonly TextStep[] | undefined;
  /**
   * In a run, opens a language model by the unit that made it (`ContextModel` of kernels/neural), for units that ask it.
   * @throws TypeError if no unit knows its network, or that tells no layers
   */
  readonly openLanguageModel?: (who: string, model: LanguageModel) => unknown;
  /** What it reads comes from a live source, in the only pass over it, and may never end. */
  readonly isLive?: boolean;
  /** The networks of language models, by the names of the units that bring them. */
  readonly networks?: Networks;
  /** Makes a classifier ready to be asked. */
  readonly predictorOf?: (classifier: AnyClassifier) => TextPredictor;
  /** Where a live source begins. */
  readonly start?: LiveStart | undefined;
  /** All that reads what it makes `readsCounts`: of tokens, how many there are can be told in place of ids (`TokenBatch.counted`). */
  readonly countsOnly?: boolean;
  /** All that reads what it makes `readsAtOnce`: the memory of a batch is its own again once the batch was passed on. */
  readonly readAtOnce?: boolean;
}

/** What makes the networks of a unit's results. */
export interface NetworkForm {
  /** The network, by its settings and terms. */
  network?(settings: NetworkSettings, terms: Pick<LanguageModel, "terms" | "counts">): unknown;
  /** What a thread runs that learns with it. */
  readonly networkScript?: URL;
}

export type Networks = ReadonlyMap<string, NetworkForm>;

/** What a reader of a model's result wants to see of the model's epochs. */
export interface SnapshotsWanted<Value, Part = Value> {
  /** How many values it reads at most, one behind the other: of epochs that are spread evenly, the result last. */
  readonly count: number;
  /** What it needs of each, without what later learning changes. */
  part(value: Value): Part;
}

/** How one step spoils another behind it. */
export interface TakesAway {
  /** How it reads after the step's name: `which makes all letters small`. */
  readonly how: string;
  /** Options with which it does not. */
  readonly unless?: Readonly<Record<string, unknown>>;
}

/** Everything that is said about a unit that a config can name, and the function behind it. */
export interface Unit<
  F extends Fields = Fields,
  K extends UnitKind = UnitKind,
  R extends Kind | "nothing" = Kind | "nothing",
  N extends Needs = Needs,
  M extends Kind = Kind,
  Name extends string = string,
> extends OptionsSchema<F>,
    NetworkForm {
  readonly name: Name;
  readonly kind: K;
  /** What comes to it. */
  readonly reads: R;
  /** Finished values that it needs as well. */
  readonly needs?: N;
  /** Options of files that hold such values, by the name of the need: where one is given, no step must make the value. */
  readonly needsInFiles?: Readonly<Record<string, string>>;
  /** It reads a stream in passes of its own, as often as it wants to, though all that it needs may be there before. */
  readonly readsAgain?: true;
  /** A sink passes on what it reads. */
  readonly makes: M;
  /** One sentence, no full stop. */
  readonly summary: string;
  /** The paper or reference program it follows. */
  readonly paper?: string;
  /** Of a source: subscribing again reads the same text again, so that a graph may pass over it more than once. */
  readonly replayable?: boolean;
  /** Of a source: it may never end, and goes on from the cursor of a batch. */
  readonly live?: true;
  /** Of a source: it never ends by itself, so that what needs the end of the text cannot stand behind it. */
  readonly endless?: true;
  /**
   * Within a pass over a live source it goes on from a state that it told (`RunScope.keep`, a model's `save`), or has none. Of some units,
   * as its options say.
   */
  readonly resumable?: true | ((options: OptionsOf<OptionsSchema<F>>) => boolean);
  /** It stands in the pipelines that are made from a model's name alone (`train`), with these options. */
  readonly standard?: Readonly<Record<string, unknown>>;
  /**
   * Options of steps above it that it was made for, where a config leaves them out: GloVe's windows are not word2vec's. Pipelines that are
   * made from a model's name alone have these steps.
   */
  readonly upstream?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /**
   * How it takes part where models are compared; it does not if left out. One that reads what another such unit makes stands behind that one.
   */
  readonly compared?: Compared;
  /** Steps that take away what it looks for, so that it belongs before them. */
  readonly before?: Readonly<Record<string, TakesAway>>;
  /** Options for texts in a language. */
  readonly languages?: Readonly<Record<string, LanguageOptions>>;
  /** Its output is made for people: the command line shows it when the run is done. */
  readonly isReport?: true;
  /** Of a reader of tokens: how often each term occurs is all that it asks, so that their lexicon can tell it. */
  readsCounts?(options: OptionsOf<OptionsSchema<F>>): boolean;
  /** Of a reader of a stream: it is done with a batch when it returns, and keeps nothing of its memory nor passes any on. */
  readonly readsAtOnce?: true;
  /** Of a reader of what a model makes: it reads what was learned by earlier epochs before the result. */
  snapshots?(options: SettingsOf<OptionsSchema<F>>): SnapshotsWanted<Kinds[R & Kind]>;
  /** Of a writer: the files that it makes besides those that its options name. */
  besides?(options: OptionsOf<OptionsSchema<F>>): readonly string[];
  /** Of a unit that makes terms: some that its options alone will make, by the option. */
  termsOf?(options: OptionsOf<OptionsSchema<F>>): Readonly<Record<string, readonly string[]>>;
  /** Of a writer: throws a RangeError for terms that it could not write. */
  requireTerms?(options: OptionsOf<OptionsSchema<F>>, terms: readonly string[]): void;
  /** Of a unit that makes subwords: what its options will make them of, by the option. */
  subwordsOf?(options: OptionsOf<OptionsSchema<F>>): Readonly<Record<string, SubwordForm["units"]>>;
  /** Of a writer: throws a RangeError for subwords that it could not write. */
  requireSubwords?(options: OptionsOf<OptionsSchema<F>>, units: SubwordForm["units"]): void;
  /**
   * What it takes in a run of such sizes; a unit that declares none is named as not told.
   * @throws RangeError where a run would refuse the sizes
   */
  cost?(options: SettingsOf<OptionsSchema<F>>, input: CostInput): Cost;
  /** Makes the source's stream, the operator or the model. The options were checked; in a config, defaults are filled in. */
  create(needs: NeededValues<N>, options: OptionsOf<OptionsSchema<F>>, context: UnitContext): Created<K, R, M>;
}

type Created<K extends UnitKind, R extends Kind | "nothing", M extends Kind> = K extends "source"
  ? Observable<TextBatch>
  : K extends "model"
    ? Model<R & Kind, M>
    : OperatorFunction<Kinds[R & Kind], Kinds[M]>;

/** A unit of any kinds, as a registry holds it: its options and needs are checked by whoever calls `create`. */
export interface AnyUnit
  extends Omit<
    Unit,
    | "create"
    | "cost"
    | "resumable"
    | "readsCounts"
    | "snapshots"
    | "besides"
    | "termsOf"
    | "requireTerms"
    | "subwordsOf"
    | "requireSubwords"
  > {
  readonly resumable?: true | ((options: never) => boolean);
  readsCounts?(options: never): boolean;
  snapshots?(options: never): SnapshotsWanted<never, unknown>;
  besides?(options: never): readonly string[];
  termsOf?(options: never): Readonly<Record<string, readonly string[]>>;
  requireTerms?(options: never, terms: readonly string[]): void;
  subwordsOf?(options: never): Readonly<Record<string, SubwordForm["units"]>>;
  requireSubwords?(options: never, units: SubwordForm["units"]): void;
  cost?(options: never, input: CostInput): Cost;
  create(needs: never, options: never, context: UnitContext): unknown;
}

/** States the return type of `create` in full: it may then call a function whose options are typed by this very unit. */
export function defineUnit<
  const F extends Fields,
  const K extends UnitKind,
  const R extends Kind | "nothing",
  const M extends Kind,
  const Name extends string,
  const N extends Needs = Readonly<Record<never, never>>,
>(unit: Unit<F, K, R, N, M, Name>): Unit<F, K, R, N, M, Name> {
  return unit;
}
