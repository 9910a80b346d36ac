/** A fault in an input's content. */
export interface InputFault extends Error {
  /** What the message says, without who reads and where. */
  readonly reason: string;
}
