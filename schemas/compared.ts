/** A text over which models are compared. */
export interface ComparedText {
  /** Its tokens, perhaps estimated from its beginning. */
  readonly tokens: number;
  readonly documents: number;
  /** What learning may take, of two processors. */
  readonly seconds: number;
}

/** How a unit takes part where models are compared over one text. */
export interface Compared {
  /**
   * Options of it and of other steps of its pipeline, by unit, that suit such a text. They follow from these numbers alone, never from a clock,
   * so that a comparison can be repeated.
   */
  readonly options: (text: ComparedText) => Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** It learns from texts with labels, those of a set to score on, in the place of the text. */
  readonly learnsFrom?: "labelled";
}

/** Passes over a text within the time, by how many tokens a second are learned from: one at least, and no more than help. */
export function passesWithin({ tokens, seconds }: ComparedText, tokensPerSecond: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor((seconds * tokensPerSecond) / Math.max(1, tokens))));
}

/** Steps within the time, by how many a second are taken. */
export const stepsWithin = ({ seconds }: ComparedText, stepsPerSecond: number): number =>
  Math.max(1, Math.round(seconds * stepsPerSecond));

/** The terms that all models learn, so that they are scored on the same ones. */
export const comparedVocabulary = { minCount: 5, maxSize: 10_000 } as const;
