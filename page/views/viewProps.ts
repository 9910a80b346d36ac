export interface ViewProps {
  /** What the address says that it is about: a word, or nothing. */
  readonly about: string;
}
