import type { Observable } from "rxjs";
import type { MaybePromise } from "./maybePromise.js";
import type { TextBatch } from "./text.js";

/** One number of how good a value is. */
export interface Measure {
  /** One sentence, no full stop. */
  readonly about: string;
  readonly better: "higher" | "lower";
}

/** The numbers of a value, by measure; NaN of one that there is none of. */
export type Scores = Readonly<Record<string, number>>;

/** Scores values, all on the same items. */
export interface Scorer<Value> {
  /** How many there are, to judge what is chance. */
  readonly items: number;
  /** What they are: `texts`. */
  readonly unit: string;
  score(value: Value): MaybePromise<Scores>;
}

interface Measured {
  /** The first is taken where none is asked for. */
  readonly measures: Readonly<Record<string, Measure>>;
}

/** How good a value is on texts that it has not learned from. */
export interface TextScoring<Value> extends Measured {
  readonly on: "texts";
  /** Looks at the texts, which may be read again. Rejects with RangeError if nothing can be scored on them. */
  open(texts: Observable<TextBatch>, signal?: AbortSignal): Promise<Scorer<Value>>;
}

/** How good a value is on a file with a form of its own. */
export interface FileScoring<Value> extends Measured {
  readonly on: "file";
  /** @throws SyntaxError for a file of another form */
  open(text: string, path: string): Scorer<Value>;
}

/** How good a value is on several files that belong together. */
export interface FilesScoring<Value> extends Measured {
  readonly on: "files";
  /** What else is needed besides the file that the scoring is named by: `relevance`. */
  readonly besides: readonly string[];
  /** @throws SyntaxError for a file of another form; RangeError if nothing can be scored on them */
  open(path: string, besides: Readonly<Record<string, string>>): MaybePromise<Scorer<Value>>;
}

/** What a stage makes of other texts, each a document, than those of its run. */
export type OfTexts<Batch> = (texts: readonly string[]) => Promise<readonly Batch[]>;

/** How good what a stage makes of texts is: of those in a file with a form of its own, in the place of the run's. */
export interface StageScoring<Batch> extends Measured {
  readonly on: "stage";
  /** @throws SyntaxError for a file of another form */
  open(text: string, path: string): Scorer<OfTexts<Batch>>;
}

export type Scoring<Value> = TextScoring<Value> | FileScoring<Value> | FilesScoring<Value> | StageScoring<Value>;

/** All that a kind of data can be scored on, by the name of what it is scored on: `labelled`, `similarity`. */
export type Scorings<Value> = Readonly<Record<string, Scoring<Value>>>;
