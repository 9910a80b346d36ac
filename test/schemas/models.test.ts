import { kinds } from "lexstream";
import { expect, it } from "vitest";
import { nothingLearned } from "#schemas";

it.each([
  [kinds.contexts, 4, "m: words must have neighbours, got 4 words without any; the cause may be one word a line, "],
  [kinds.contexts, 0, "m: words must have neighbours, got no words at all; the cause may be one word a line, "],
  [kinds.documentTerms, 12, "m: documentTerms must hold something to learn from, got none in 12 tokens"],
  [kinds.searchIndex, 0, "m: searchIndex must hold something to learn from, got none in 0 "],
])("what could not be learned from is named as its kind says: %#", (kind, amount, message) => {
  expect(nothingLearned("m", kind as never, amount).message).toMatch(new RegExp(`^${message}`));
});
