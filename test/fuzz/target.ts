import fc from "fast-check";

/** Something to be fuzzed: cases, which survive JSON, and what must hold for each of them. */
export interface Fuzzing<Case = unknown> {
  readonly cases: fc.Arbitrary<Case>;
  /** Throws if it does not hold. */
  check(one: Case): Promise<void> | void;
}

export interface Target {
  readonly name: string;
  /** The folder is empty, and stays as long as cases are checked. */
  prepare(folder: string): Promise<Fuzzing> | Fuzzing;
}

/** What an arbitrary makes. */
export type CaseOf<Cases> = Cases extends fc.Arbitrary<infer Case> ? Case : never;

/** Declares a target; the type of its cases is known inside it only. */
export function target<Case>(
  name: string,
  prepare: (folder: string) => Promise<Fuzzing<Case>> | Fuzzing<Case>,
): Target {
  return { name, prepare: prepare as Target["prepare"] };
}

/** Words of the engine, which tell nobody what is wrong with his file. */
const native =
  /Cannot (read|set|destructure|convert|mix)|is not (a function|iterable|defined|a constructor)|call stack|array length/i;

/** @throws if an error would not help the one who gets it */
export function assertClear(error: unknown, isNativeAllowed = false): void {
  const { message } = error as Error;
  if (!(error instanceof Error) || message === "" || message.includes("\n"))
    throw new Error(`an error must be one line, got ${JSON.stringify(message)}`, { cause: error });
  if (!isNativeAllowed && native.test(message))
    throw new Error(`an error must say what is wrong, got ${JSON.stringify(message)}`, { cause: error });
}

/** What takes the place of a few bytes somewhere: bytes of its own, or words of the format. */
export interface Edit {
  /** Where, as a share of 2^16. */
  readonly at: number;
  readonly removed: number;
  readonly added: string;
}

/** Some changes of a text; fast-check makes them fewer and smaller when one fails. */
export function edits(words: readonly string[]): fc.Arbitrary<Edit[]> {
  const added = fc.oneof(fc.constant(""), fc.constantFrom(...words), fc.string({ unit: latin1, maxLength: 8 }));
  const edit = fc.record({ at: fc.nat(0xffff), removed: fc.nat(24), added });
  return fc.array(edit, { minLength: 1, maxLength: 6 });
}

const latin1 = fc.nat(255).map((code) => String.fromCharCode(code));

export function edited(text: string, changes: readonly Edit[]): string {
  return changes.reduce((before, { at, removed, added }) => {
    const start = Math.floor((at / 0x10000) * (before.length + 1));
    return before.slice(0, start) + added + before.slice(start + removed);
  }, text);
}
