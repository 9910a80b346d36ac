import { expect, it } from "vitest";
import { TokenDocuments } from "#kernels";
import type { TokenBatch } from "#schemas";

const words = ["peel", "the", "大蒜"];
const lexicon = { size: words.length, term: (id: number) => words[id], count: () => 1, prunedOccurrences: 0 };

const batch = (
  ids: readonly number[],
  starts: readonly number[],
  labels: readonly (readonly string[])[],
): TokenBatch => ({
  ...{ lexicon, ids: Uint32Array.from(ids), sentenceOffsets: new Uint32Array(0) },
  ...{ documentOffsets: Uint32Array.from(starts), documents: { labels } },
});

it("puts documents together across batches, empty ones too, with their labels", () => {
  const found: unknown[] = [];
  const documents = new TokenDocuments();
  const visit = (...document: readonly unknown[]) => found.push(document);
  documents.finish(visit);
  documents.add(batch([0, 1], [0], [["a"]]), visit);
  documents.add(batch([2, 0], [1, 1], [["b"], ["c", "d"]]), visit);
  documents.add(batch([], [0], [[]]), visit);
  documents.finish(visit);
  expect(found).toEqual([
    [["peel", "the", "大蒜"], ["a"], 3],
    [[], ["b"], 0],
    [["peel"], ["c", "d"], 1],
    [[], [], 0],
  ]);
});
