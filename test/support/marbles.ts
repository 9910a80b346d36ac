import { type RunHelpers, TestScheduler } from "rxjs/testing";
import { expect } from "vitest";

/** A test in virtual time: `it("...", marbles(({ cold, expectObservable }) => ...))`. */
export function marbles(test: (helpers: RunHelpers) => void): () => void {
  return () => new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(test);
}
