import type { MaybePromise } from "./maybePromise.js";
import type { Fields, OptionsSchema, SettingsOf } from "./options.js";

export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * A question over HTTP: its name is the path, its fields are the query, `GET /neighbors?term=cat`. One with a `body` can be posted, too: as
 * plain text, which is that field, or as a JSON object of fields.
 */
export interface ValueQuestion<Asked, F extends Fields = Fields> extends OptionsSchema<F> {
  /** The field that may be too long for a URL: a text. */
  readonly body?: keyof F & string;
  /** One sentence, no full stop. */
  readonly summary: string;
  /** JSON Schema of each property that every reply has. */
  readonly reply: Readonly<Record<string, JsonSchema>>;
  /** JSON Schema of each property that a reply may have besides; none if left out. */
  readonly mayReply?: Readonly<Record<string, JsonSchema>>;
  /** Why there may be no reply, which `NotFound` tells in particular: `The term is not in the vocabulary`. */
  readonly missing?: string;
  /** Whether it is offered of this value, where not every value of the kind can be asked it; its answer says why not. */
  suits?(asked: Asked): boolean;
  /**
   * @throws NotFound if there is nothing of that name; RangeError or TypeError whose line begins with the name of the question and a colon, if it
   *   cannot be asked so
   */
  answer(asked: Asked, settings: SettingsOf<OptionsSchema<F>>): MaybePromise<Readonly<Record<string, unknown>>>;
}

/** A question about a value of any kind: whoever calls `answer` has checked the settings. */
export interface AnyQuestion extends Omit<ValueQuestion<never>, "answer" | "body" | "suits"> {
  readonly body?: string;
  suits?(asked: never): boolean;
  answer(asked: never, settings: never): MaybePromise<Readonly<Record<string, unknown>>>;
}

export function defineQuestion<const F extends Fields, Asked>(
  question: ValueQuestion<Asked, F>,
): ValueQuestion<Asked, F> {
  return question;
}

/** A question names something that is not there. */
export class NotFound extends RangeError {
  override readonly name = "NotFound";
  /** Names that may have been meant. */
  readonly suggestions: readonly string[];

  constructor(message: string, suggestions: readonly string[] = []) {
    super(message);
    this.suggestions = suggestions;
  }
}

/** A whole number that tells how large a value is. */
export interface Told {
  of(asked: never): number;
  /** It is the same for all values of a run: no metric. */
  readonly isFixed?: true;
}

/** On the thread that learns: makes copies for the thread that answers. */
export interface Copier<Value> {
  /** A copy that later learning does not change, and that a message to another thread can carry. Called, and awaited, between two updates. */
  copy(value: Value): MaybePromise<unknown>;
  /** Takes back what the other thread does not need any more. */
  takeBack?(rest: never): void;
}

/** On the thread that answers: makes copies ready to be asked. */
export interface Opener {
  open(copy: never): MaybePromise<unknown>;
  /** Nobody asks the value any more. */
  release?(asked: never): void;
  close?(): MaybePromise<void>;
}

/** How values get to the thread that answers. */
export interface Transport<Value> {
  copier(): Copier<Value>;
  opener(giveBack: (rest: unknown) => void): MaybePromise<Opener>;
}

/** Another whole value, of a kind by its name. */
export interface Beside {
  readonly kind: string;
  /** The value that is asked with both. */
  join(value: never, other: never): unknown;
}

/** What can be asked of a fitted value, while it is learned or once it lies in a file. */
export interface Answers<Value> {
  /** What the questions are about, as it reads after "questions about": `word vectors`. */
  readonly about: string;
  readonly questions: readonly AnyQuestion[];
  /** What `/status` and `/metrics` tell of the value, by name. */
  readonly told?: Readonly<Record<string, Told>>;
  /** What questions may be answered with besides the value, read once. */
  readonly beside?: Beside;
  /** The value is made on the way to others: `serve` takes that of a run only where it is named. */
  readonly onTheWay?: true;
  /** A structured clone of the value is asked if left out: data without functions. */
  readonly transport?: Transport<Value>;
}
