import { afterEach, describe, expect, it } from "vitest";
import { drawBelow, drawUniform, makeVocabulary, randomStream, topicTerms } from "#kernels";
import { type LdaOptions, lda } from "#models";
import type { DocumentTermBatch, Topics, Vocabulary, VocabularySnapshot } from "#schemas";
import { seeds, shortOrLong } from "../../support/shortOrLong.js";

type LdaModel = ReturnType<typeof lda>;
const open: LdaModel[] = [];
const made = (options: LdaOptions) => {
  const model = lda(options);
  open.push(model);
  return model;
};
afterEach(async () => {
  for (const model of open.splice(0)) await model.close();
});

/** Rows of documents, each a list of term ids. */
function batchOf(
  documents: readonly (readonly number[])[],
  vocabulary: Vocabulary,
  first = 0,
  epoch = 0,
): DocumentTermBatch {
  const rows = documents.map((tokens) => {
    const counts = new Map<number, number>();
    for (const id of tokens) counts.set(id, (counts.get(id) ?? 0) + 1);
    return [...counts].sort(([a], [b]) => a - b);
  });
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, d) => {
    offsets[d + 1] = offsets[d]! + row.length;
  });
  return {
    ...{ vocabulary, offsets, epoch },
    terms: Uint32Array.from(rows.flat(), ([term]) => term),
    values: Float64Array.from(rows.flat(), ([, count]) => count),
    lengths: Uint32Array.from(documents, ({ length }) => length),
    rowDocuments: Uint32Array.from(documents.keys(), (d) => first + d),
  };
}

const TOPICS = 4;
const TERMS = 40;

/** Terms 10 k to 10 k + 9 belong to topic k; a document has one topic, and another of its tokens in ten. */
function planted(documents: number, seed: number): number[][] {
  const draws = randomStream(seed, "planted");
  return Array.from({ length: documents }, (_, d) => {
    const topic = drawBelow(draws, 1000 * d, TOPICS);
    return Array.from({ length: 5 + (d % 40) }, (_, i) => {
      const at = 1000 * d + 3 * i + 1;
      const own = drawUniform(draws, at) < 0.9 ? topic : drawBelow(draws, at + 1, TOPICS);
      return 10 * own + drawBelow(draws, at + 2, 10);
    });
  });
}

function vocabularyOf(documents: readonly (readonly number[])[], name = (id: number) => `t${id}`): Vocabulary {
  const counts = new Float64Array(TERMS);
  for (const id of documents.flat()) counts[id]!++;
  return makeVocabulary(
    Array.from({ length: TERMS }, (_, id) => name(id)),
    counts,
  );
}

const small = { topics: TOPICS, batchSize: 64, epochs: 4, workers: 1, kernel: "plain", learningOffset: 1 } as const;

/** Cuts documents into batches of these sizes, over and over. */
async function learned(
  model: LdaModel,
  documents: readonly (readonly number[])[],
  sizes = [100],
  vocabulary = vocabularyOf(documents),
) {
  const losses: number[] = [];
  for (let epoch = 0; epoch < model.epochs; epoch++) {
    let loss = 0;
    for (let from = 0, k = 0; from < documents.length; k++) {
      const to = Math.min(documents.length, from + sizes[k % sizes.length]!);
      loss += (await model.update(batchOf(documents.slice(from, to), vocabulary, from, epoch))).loss;
      from = to;
    }
    losses.push(loss);
  }
  return { topics: await model.result(), losses };
}

const bytes = ({ weights, alpha }: Topics) => [Buffer.from(weights.buffer).toString("hex"), [...alpha]];

describe("lda finds planted topics", () => {
  it.each(seeds)("with seed %d", async (seed) => {
    const { topics, losses } = await learned(made({ ...small, seed, epochs: 15 }), planted(600, seed));
    const found = topicTerms(topics, { k: 10, by: "probability" }).map(({ terms }) => [
      ...new Set(terms.map(({ term }) => Math.floor(Number(term.slice(1)) / 10))),
    ]);
    expect(found.every((origins) => origins.length === 1)).toBe(true);
    expect(new Set(found.flat()).size).toBe(TOPICS);
    expect(losses.at(-1)).toBeLessThan(losses[1]!);
  });

  it("in Chinese as in English, whatever the terms are", async () => {
    const documents = planted(300, 7);
    const { topics } = await learned(made(small), documents);
    const chinese = await learned(
      made(small),
      documents,
      [100],
      vocabularyOf(documents, (id) => `词${id}`),
    );
    expect(bytes(chinese.topics)).toEqual(bytes(topics));
    expect(topicTerms(chinese.topics)[0]!.terms[0]!.term).toMatch(/^词/);
  });
});

describe("lda makes the same bytes", () => {
  const documents = planted(500, 3);

  it("at any number of workers", async () => {
    const { topics } = await learned(made({ ...small, asymmetric: true }), documents);
    for (const workers of shortOrLong([3], [2, 3, 8]))
      expect(bytes((await learned(made({ ...small, asymmetric: true, workers }), documents)).topics)).toEqual(
        bytes(topics),
      );
  });

  it("from batches cut in any way", async () => {
    const { topics } = await learned(made(small), documents);
    for (const sizes of [[1], [7, 1, 300], [500]])
      expect(bytes((await learned(made(small), documents, sizes)).topics)).toEqual(bytes(topics));
  });

  it.each(["plain", "reference"] as const)("when it is interrupted: %s", async (kernel) => {
    const options = { ...small, kernel, asymmetric: true, holdout: 0.1, epochs: 2 };
    const vocabulary = vocabularyOf(documents);
    const { topics } = await learned(made(options), documents, [90], vocabulary);
    const batches = [0, 1].flatMap((epoch) =>
      Array.from({ length: 6 }, (_, k) => batchOf(documents.slice(90 * k, 90 * (k + 1)), vocabulary, 90 * k, epoch)),
    );
    let model = made(options);
    for (const [k, batch] of batches.entries()) {
      await model.update(batch);
      if (kernel !== "reference" && k % shortOrLong(5, 1) > 0) continue; // each model starts threads
      const state = structuredClone(model.save!())!;
      model = made(options);
      await model.restore!(state as never, { vocabulary });
    }
    const again = await model.result();
    expect(bytes(again)).toEqual(bytes(topics));
    expect(again.metadata).toEqual(topics.metadata);
  });
});

it("agrees with the reference in double precision, which decays every row in every step", async () => {
  const documents = planted(400, 11);
  const options = { ...small, asymmetric: true, batchSize: 30 };
  const fast = await learned(made(options), documents);
  const plain = await learned(made({ ...options, kernel: "reference" }), documents);
  fast.topics.weights.forEach((weight, at) => {
    const expected = plain.topics.weights[at]!;
    expect(Math.abs(weight - expected)).toBeLessThan(0.02 * expected + 0.05);
  });
  for (const [epoch, loss] of fast.losses.entries()) expect(loss / plain.losses[epoch]!).toBeCloseTo(1, 3);
});

it("learns how common topics are, and tells the perplexity of documents kept aside", async () => {
  const documents = planted(900, 5).filter((tokens, d) => d % 3 === 0 || Math.floor(tokens[0]! / 10) === 0);
  const { topics } = await learned(made({ ...small, asymmetric: true, holdout: 0.1, epochs: 10 }), documents);
  const perplexities = JSON.parse(topics.metadata.get("heldOutPerplexities")!) as number[];
  expect(perplexities).toHaveLength(10);
  expect(perplexities.at(-1)!).toBeLessThan(25); // 40 terms, 10 a topic
  const [most] = Array.from(topics.alpha).sort((a, b) => b - a);
  const first = topicTerms(topics, { k: 1 }).findIndex(({ terms }) => Number(terms[0]!.term.slice(1)) < 10);
  expect(topics.alpha[first]).toBe(most);
});

it("keeps documents without terms: they are taken, and change nothing", async () => {
  const documents = planted(100, 2);
  const vocabulary = vocabularyOf(documents);
  const model = made({ ...small, epochs: 1 });
  const step = await model.update(batchOf([[], ...documents, []], vocabulary));
  expect(step.taken).toBe(documents.flat().length);
  const topics = await model.result();
  expect(topics.weights.every(Number.isFinite)).toBe(true);
});

describe("lda online", () => {
  const snapshot = (terms: readonly string[], generation: number, since: readonly number[]): VocabularySnapshot => ({
    ...makeVocabulary(terms, new Float64Array(terms.length).fill(5)),
    ...{ maxSize: 4, generation, since: Uint32Array.from(since) },
  });

  it("lets new and replaced rows begin at the prior, and sorts terms by count", async () => {
    const model = made({ topics: 2, online: true, batchSize: 2, workers: 1, kernel: "plain", termPrior: 0.25 });
    await model.update(
      batchOf(
        [
          [0, 0, 1],
          [1, 1],
        ],
        snapshot(["a", "b"], 1, [1, 1]),
      ),
    );
    const before = (await model.snapshot!())!;
    expect(before.vocabulary.terms).toEqual(["a", "b"]);
    await model.update(batchOf([], snapshot(["c", "b", "d"], 2, [2, 1, 2])));
    const { vocabulary, weights } = (await model.snapshot!())!;
    const row = (term: string) => [...weights.subarray(2 * vocabulary.idOf(term)!, 2 * vocabulary.idOf(term)! + 2)];
    expect(row("c")).toEqual([0.25, 0.25]);
    expect(row("d")).toEqual([0.25, 0.25]);
    expect(row("b").some((weight) => weight > 0.3)).toBe(true);
  });

  it("leaves out the cells of waiting documents whose term has lost its row", async () => {
    const model = made({ topics: 2, online: true, batchSize: 2, workers: 1, kernel: "plain" });
    await model.update(batchOf([[0, 1]], snapshot(["a", "b"], 1, [1, 1])));
    await model.update(batchOf([[1]], snapshot(["c", "b"], 2, [2, 1]), 1));
    expect((await model.result()).metadata.get("replacedCells")).toBe("1");
  });
});

describe("lda refuses", () => {
  const vocabulary = makeVocabulary(["a", "b"], Float64Array.from([2, 2]));
  const fed = async (options: LdaOptions, batch: DocumentTermBatch) => {
    const model = made({ workers: 1, epochs: 1, ...options });
    await model.update(batch);
    return model.result();
  };

  it.each([
    [{ topicPrior: 0 }, "lda: topicPrior must be a number > 0, got 0"],
    [{ termPrior: 0 }, "lda: termPrior must be a number > 0, got 0"],
    [{ topics: 0 }, "lda: topics must be an integer from 1 to 10000, got 0"],
    [{ topicPrior: Number.NaN }, "lda: topicPrior must be a number > 0, got NaN"],
    [{ online: true, epochs: 2 }, "lda: epochs must be 1 with online, got 2"],
    [{ online: true, holdout: 0.1 }, "lda: holdout must be 0 with online, got 0.1"],
  ])("options %j at the call", (options, message) => {
    expect(() => lda(options)).toThrow(message);
  });

  it("a pass of which all documents were kept aside", async () => {
    const documents = Array.from({ length: 40 }, () => [0]);
    const held = batchOf(documents.slice(0, 1), vocabulary);
    const seeds = Array.from({ length: shortOrLong(6, 40) }, (_, seed) => seed);
    const messages = await Promise.all(
      seeds.map((seed) =>
        fed({ topics: 1, holdout: 0.5, seed }, held).then(
          () => "",
          ({ message }: Error) => message,
        ),
      ),
    );
    expect(new Set(messages)).toEqual(
      new Set(["", "lda: there must be documents to learn from besides those kept aside, got none"]),
    );
  });

  it("more topics than documents", async () => {
    await expect(fed({ topics: 3 }, batchOf([[0], [1]], vocabulary))).rejects.toThrow(
      "lda: topics must be at most as many as documents, 2, got 3",
    );
  });

  it("values that are no weights", async () => {
    const batch = { ...batchOf([[0], [1]], vocabulary), values: Float64Array.from([1, Number.NaN]) };
    await expect(fed({ topics: 2 }, batch)).rejects.toThrow(
      "lda: values of terms must be finite and not below 0, got NaN in document 1",
    );
  });

  it("documents without any term, and no documents", async () => {
    await expect(fed({ topics: 1 }, batchOf([[], []], vocabulary))).rejects.toThrow(
      "lda: documents must have terms of the vocabulary, got 2 without",
    );
    await expect(made({}).result()).rejects.toThrow("lda: the stream must have documents, got none");
  });

  it("topics that do not fit into memory, before it learns", async () => {
    const large = makeVocabulary(
      Array.from({ length: 60_000 }, (_, id) => `t${id}`),
      new Float64Array(60_000).fill(1),
    );
    await expect(made({ topics: 10_000 }).update(batchOf([[0]], large))).rejects.toThrow(
      "lda: topics must fit into 3.75 GiB, got 60000 terms x 10000 topics = 4.5 GiB; lower topics or raise minCount",
    );
  });

  it("another vocabulary, and another number of passes", async () => {
    const model = made({ topics: 1, epochs: 2, workers: 1 });
    await model.update(batchOf([[0]], vocabulary));
    await expect(model.update(batchOf([[0]], makeVocabulary(["a"], Float64Array.from([1]))))).rejects.toThrow(
      "lda: every batch must have the same vocabulary, got another one",
    );
    await expect(model.result()).rejects.toThrow(
      "lda: must be fed as many passes over the documents as its epochs, 2, got 1",
    );
  });
});
