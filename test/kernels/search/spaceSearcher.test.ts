import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { makeVocabulary, SpaceSearcher } from "#kernels";
import { projectDocuments, weighTerms } from "#operators";
import type { SemanticSpace } from "#schemas";
import { weightPresets } from "../../../dist/kernels/documents/termWeights.js";
import { collect } from "../../support/collect.js";
import { countsOf, searchIndexOf } from "../../support/searchIndexOf.js";

/** Water lies along the first dimension, kings along the second; 河 is half of each. */
const space: SemanticSpace = {
  vocabulary: makeVocabulary(["river", "boat", "king", "河"], Float64Array.of(3, 2, 2, 1)),
  termVectors: Float32Array.of(0.8, 0, 0.6, 0, 0, 1, 0.5, 0.5),
  singularValues: Float64Array.of(2, 1),
  squares: 6,
  documents: 5,
  metadata: new Map(),
};
const texts = [["river", "river"], ["boat", "king", "stone"], [], ["河"], ["stone"]];
const index = searchIndexOf(texts);

describe("search in a space", () => {
  it("ranks documents by cosine, those that share no word with the query among them", () => {
    const searcher = new SpaceSearcher(index, space, undefined);
    const hits = searcher.search(["boat", "unknown", "boat"], 10);
    // boat is (1.2, 0): river 1; boat + king (.6, 1) / sqrt 1.36; 河 1 / sqrt 2; nothing of the other two lies in the space.
    expect(hits.map(({ document }) => document)).toEqual([0, 3, 1]);
    [1, Math.SQRT1_2, 0.6 / Math.sqrt(1.36)].forEach((score, place) => {
      expect(hits[place]!.score).toBeCloseTo(score, 6);
    });
    expect(searcher.search(["boat"], 1)).toHaveLength(1);
    expect(searcher.search(["stone", "unknown"], 10)).toEqual([]);
    expect(searcher.search([], 10)).toEqual([]);
  });

  it("tells what each term of the query adds, also where the document does not hold it", () => {
    const searcher = new SpaceSearcher(index, space, undefined);
    const query = ["king", "河", "king"];
    for (const { document, score } of searcher.search(query, 10)) {
      const parts = searcher.explain(query, document);
      expect(parts.reduce((sum, part) => sum + part.score, 0)).toBeCloseTo(score, 6);
    }
    expect(searcher.explain(query, 3)).toEqual([
      { term: "king", inQuery: 2, count: 0, documents: 1, score: expect.any(Number) },
      { term: "河", inQuery: 1, count: 1, documents: 1, score: expect.any(Number) },
    ]);
  });

  it.each([
    ["scikit-learn, sublinear", { ...weightPresets.sklearn, tf: "logarithm" as const }, { sublinear: true }],
    ["gensim", weightPresets.gensim, { preset: "gensim" as const }],
    ["pivoted", { tf: "raw", idf: "corrected", norm: "pivotedUnique", base: "2" } as const, { smart: "ntu" }],
  ])(
    "is the cosine of what weighTerms and projectDocuments make of the same documents: %s",
    async (_, scheme, options) => {
      const { vocabulary } = space;
      const known = texts.map((words) => words.filter((word) => vocabulary.idOf(word) !== undefined));
      const counts = Float64Array.of(1, 1, 1, 1); // each term is in one document
      const frequencies = { vocabulary, counts, documents: texts.length, tokens: 5 };
      const project = async (documents: readonly (readonly string[])[]) => {
        const rows = from([countsOf(documents, { vocabulary })]);
        const [batch] = await collect(rows.pipe(weighTerms(frequencies, options), projectDocuments(space)));
        return documents.map((_, row) => batch!.values.subarray(2 * row, 2 * row + 2));
      };
      const query = ["river", "河", "river"];
      const [[x, y]] = (await project([query])) as [Float32Array];
      const documents = await project(known);
      const hits = new SpaceSearcher(index, space, { scheme, slope: 0.25 }).search(query, 10);
      expect(hits).toHaveLength(3);
      for (const { document, score } of hits) {
        const [a, b] = documents[document]! as unknown as [number, number];
        expect(score).toBeCloseTo((a * x! + b * y!) / Math.hypot(a, b) / Math.hypot(x!, y!), 6);
      }
    },
  );
});
