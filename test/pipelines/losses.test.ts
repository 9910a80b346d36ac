import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import * as pipelines from "#pipelines";
import { type Sabotage, SabotagedCopies } from "../support/sabotaged.js";
import { shortOrLong } from "../support/shortOrLong.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const sentences = ["the cat sat on the mat", "a dog and a cat", "我 爱 北京", "new york and new york", "the end"];
const corpus = Array.from({ length: 240 }, (_, k) => `${sentences[k % sentences.length]} ${sentences[k % 3]}\n`).join(
  "",
);

/** Each consumer in a branch of its own; batches are so small that every stage sees many. */
const branches = {
  vocabulary: "[buildVocab: { minCount: 100, maxSize: 6 }, writeVocabulary: { path: v.arrow }]",
  "vocabulary lines": "[buildVocab, writeVocabulary: { path: v.txt }]",
  phrases: "[learnPhrases: { minCount: 2, threshold: 1 }, joinPhrases, buildVocab, writeVocabulary: { path: p.txt }]",
  terms:
    "[mapTerms: { table: forms.tsv }, dropTerms: { terms: [the], language: chinese }, stem, writeTokens: { path: t.txt.gz }, buildVocab, writeVocabulary: { path: t.txt }]",
  ids: "[buildVocab: { minCount: 1 }, encode, writeIds: { path: ids.arrow }]",
  pairs:
    "[buildVocab: { minCount: 1 }, encode, windowContexts: { batchSize: 50 }, contextPairs, miniBatch: { batchSize: 7 }, writePairs: { path: pairs.parquet }]",
  table:
    "[buildVocab: { minCount: 1 }, encode, windowContexts: { batchSize: 50, radius: random }, accumulateCooccurrence, writeCooccurrence: { path: t.arrow }]",
  "table on threads":
    "[buildVocab: { minCount: 1 }, encode, windowContexts: { batchSize: 50, side: left }, accumulateCooccurrence: { workers: 2 }, writeCooccurrence: { path: t.bin }]",
  association:
    "[buildVocab: { minCount: 1 }, encode, windowContexts, accumulateCooccurrence, associate, writeCooccurrence: { path: a.arrow }]",
  word2vec:
    "[buildVocab: { minCount: 1 }, encode, windowContexts: { batchSize: 50, radius: fixed, sample: 0 }, word2vec: { vectorSize: 4, epochs: 2 }, writeVectors: { path: w.vec }]",
  hogwild:
    "[buildVocab: { minCount: 1 }, encode, windowContexts: { batchSize: 50, radius: fixed, sample: 0 }, word2vec: { vectorSize: 4, epochs: 2, workers: 2, deterministic: false, architecture: cbow }, writeVectors: { path: h.bin }]",
  glove:
    "[buildVocab: { minCount: 1 }, encode, windowContexts, accumulateCooccurrence, glove: { vectorSize: 4, epochs: 2 }, writeVectors: { path: g.tsv }]",
  tfidf:
    "[wordNgrams, buildVocab: { minCount: 1, minDocuments: 2, maxDocuments: 0.9 }, encode, documentTerms, documentFrequencies, weighTerms, writeDocumentTerms: { path: m.npz }]",
  hashed: "[hashTerms: { columns: 64 }, oneHot, writeDocumentTerms: { path: h.mtx }]",
  "weights online":
    "[buildVocab: { minCount: 1 }, encode, documentTerms, weighTermsOnline, writeDocumentTerms: { path: o.parquet, cells: true }]",
  growing:
    "[growVocab: { minCount: 1, maxSize: 5 }, windowContexts: { batchSize: 50, radius: fixed, sample: 0 }, word2vec: { vectorSize: 4, online: true }, writeVectors: { path: o.arrow }]",
} as const;
type Branch = keyof typeof branches;

function running(names: readonly Branch[], changed = pipelines) {
  return runningSteps(corpus, Object.fromEntries(names.map((name) => [name, branches[name]])), changed);
}

async function runningSteps(text: string, steps: Readonly<Record<string, string>>, { compile, ...rest } = pipelines) {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "corpus.txt"), text);
  writeFileSync(join(folder, "forms.tsv"), "sat\tsit\nand\t\n");
  const wanted = Object.entries(steps).map(([name, written]) => `  ${name}: ${written}`);
  const config = `
source: { files: { paths: corpus.txt } }
steps: [tokenize: { mode: whitespace, batchSize: 40 }]
branches:
${wanted.join("\n")}`;
  return rest.runPipeline(compile(rest.parseConfig(config, join(folder, "c.yaml"))), { out: join(folder, "out") });
}

/** A place, what becomes of it, the branch that loses something there, and what is said. */
const sabotages: Readonly<Record<string, readonly [...Sabotage, Branch, RegExp]>> = {
  "windowContexts throws its last batch away": [
    "operators/windows/windowContexts.js",
    "defer(() => passes.end())",
    "defer(() => [])",
    "table",
    /^windowContexts: the \d+ tokens that came in must be passed on or counted as left out, got \d+ in branch table$/,
  ],
  "the window marker counts every second token and drops it": [
    "kernels/embedding/windowMarker.js",
    "ids[length] = source[i];",
    "if (i % 2 === 0) { this.used++; continue; } ids[length] = source[i];",
    "word2vec",
    /^windowContexts: the \d+ tokens/,
  ],
  "writeTokens writes every second token": [
    "sinks/writeTokens.js",
    "if (i < ids.length)",
    "if (i < ids.length && i % 2 === 0)",
    "terms",
    /^writeTokens: all \d+ tokens that came in must be taken, got \d+ in branch terms$/,
  ],
  "the text to be counted lacks each batch but the first": [
    "kernels/cooccurrence/textBlock.js",
    "    add(batch) {",
    "    add(batch) { if (this.isBlind) return; this.isBlind = true;",
    "table",
    /^cooccurrence: the table must weigh as much as the windows, [\d.]+, got [\d.]+$/,
  ],
  "a thread counts every second row": [
    "kernels/cooccurrence/rowCounter.js",
    "kernel.addPlaces(first, ends[row]);",
    "if (row % 2 === 0) kernel.addPlaces(first, ends[row]);",
    "table on threads",
    /^cooccurrence: the table must weigh as much/,
  ],
  "the first place of each term is not counted": [
    "kernels/cooccurrence/rowCounter.js",
    "kernel.addPlaces(first, ends[row]);",
    "kernel.addPlaces(first + 1, ends[row]);",
    "table",
    /^cooccurrence: the table must weigh as much/,
  ],
  "a view leaves rows out": [
    "operators/cooccurrence/associate.js",
    "onRead(columns.length);",
    "if (row > 3) break; onRead(columns.length);",
    "association",
    /^associate: the \d+ cells that came in must be passed on or counted as left out/,
  ],
  "writeIds writes its first batch only": [
    "sinks/writeRows.js",
    "async write(batch) {",
    "async write(batch) { if (table) return;",
    "ids",
    /^writeIds: all \d+ tokens that came in must be taken, got \d+ in branch ids$/,
  ],
  "writePairs writes its first batch only": [
    "sinks/writeRows.js",
    "async write(batch) {",
    "async write(batch) { if (table) return;",
    "pairs",
    /^writePairs: all \d+ pairs that came in must be taken, got \d+ in branch pairs$/,
  ],
  "contextPairs spells its first batch only": [
    "kernels/embedding/pairSpeller.js",
    "export function* spellPairs(batch, batchSize) {",
    "export function* spellPairs(batch, batchSize) { if (batch.position > 0) return;",
    "pairs",
    /^contextPairs: the \d+ pairs that came in/,
  ],
  "miniBatch takes its first batch only": [
    "operators/windows/miniBatch.js",
    "    *push(batch) {",
    "    *push(batch) { if (this.isFull) return; this.isFull = true;",
    "pairs",
    /^miniBatch: the \d+ pairs that came in/,
  ],
  "encode drops every second id": [
    "kernels/vocabulary/idTable.js",
    "if (places)\n                places[length] = i;",
    "places ??= Uint32Array.from(ids.keys()); if (i % 2 === 1) continue; places[length] = i;",
    "ids",
    /^encode: the \d+ tokens that came in/,
  ],
  "growVocab drops every second row": [
    "kernels/vocabulary/growingVocabulary.js",
    "kept[length++] = row;",
    "{ if (i % 2 === 0) kept[length++] = row; }",
    "growing",
    /^growVocab: the \d+ tokens that came in/,
  ],
  "the log of kept tokens loses batches": [
    "pipelines/running/streamLog.js",
    "    write(batch) {",
    "    write(batch) { if (this.#size.batches > 2) return;",
    "ids",
    /^conservation: ids: read .* must add up, got \d+$/,
  ],
  "a vocabulary counts its first batch only": [
    "kernels/vocabulary/termCounter.js",
    "    add(batch) {",
    "    add(batch) { if (this.#counts.size + this.#counted.size > 0) return;",
    "vocabulary lines",
    /^buildVocab: the \d+ tokens that came in/,
  ],
  "phrases are learned from the first batch only": [
    "operators/vocabulary/learnPhrases.js",
    "terms.add(batch);",
    "if (lexicon) return; terms.add(batch);",
    "phrases",
    /^learnPhrases: all \d+ tokens that came in must be taken/,
  ],
  "phrases swallow tokens without a word": [
    "operators/vocabulary/joinPhrases.js",
    "?.takeJoined() ?? 0",
    "?.takeJoined() * 0 || 0",
    "phrases",
    /^joinPhrases: the \d+ tokens that came in/,
  ],
  "a vocabulary's first row is written only": [
    "sinks/writeVocabulary.js",
    "vocabulary.counts], vocabulary.terms.length)",
    "vocabulary.counts], 1)",
    "vocabulary",
    /^writeVocabulary: all 6 terms that came in must be taken, got 1 in branch vocabulary$/,
  ],
  "a vocabulary's first line is written only": [
    "sinks/writeVocabulary.js",
    "terms.slice(from, from + LINES)",
    "terms.slice(from, from + 1)",
    "vocabulary lines",
    /^writeVocabulary: all \d+ terms/,
  ],
  "a table's cells are not written": [
    "sinks/writeCooccurrence.js",
    "yield batch;",
    "",
    "table on threads",
    /^writeCooccurrence: all \d+ cells that came in must be taken, got 0/,
  ],
  "vectors are written without some lines": [
    "storage/vectors/vectorText.js",
    "file.write(line.subarray(0, end));",
    "if (row > 2) continue; file.write(line.subarray(0, end));",
    "word2vec",
    /^writeVectors: all \d+ terms that came in must be taken, got 3/,
  ],
  "vectors are written without some records": [
    "storage/vectors/vectorText.js",
    'end += block.write(term, end, "utf8");',
    'if (row > 2) continue; end += block.write(term, end, "utf8");',
    "hogwild",
    /^writeVectors: all \d+ terms/,
  ],
  "a model is fed its first batch only": [
    "operators/feed.js",
    "    push(batch) {",
    "    push(batch) { if (this.#hasBegun) return;",
    "word2vec",
    /^word2vec: all \d+ tokens that came in must be taken/,
  ],
  "word2vec learns from its first batch only": [
    "models/word2vec/word2vec.js",
    "const step = engine.update(batch, change);",
    "const step = batch.position > 0 ? { taken: 0, examples: 0, loss: 0, epoch: 0 } : engine.update(batch, change);",
    "word2vec",
    /^word2vec: a step must take all \d+ tokens that it is given, got 0$/,
  ],
  "a thread of word2vec trains its first slot only": [
    "kernels/embedding/word2vecThread.js",
    "kernel.train(...",
    "if (turn === 0) kernel.train(...",
    "word2vec",
    /^word2vec: a training thread must learn from all \d+ examples that it is given, got 0$/,
  ],
  "each thread of word2vec leaves slots out": [
    "kernels/embedding/word2vecThread.js",
    "kernel.train(...",
    "if (turn % 3 === 0) kernel.train(...",
    "hogwild",
    /^word2vec: a training thread must learn/,
  ],
  "glove reads every second cell": [
    "kernels/embedding/gloveTiles.js",
    "this.#count = end - start;",
    "this.#count = (end - start) >> 1;",
    "glove",
    /^glove: a step must take all \d+ cells that it is given, got \d+$/,
  ],
  "a thread of glove trains nothing": [
    "kernels/embedding/gloveThread.js",
    "        trainTile(job, kernel",
    "        if (epoch === 0) trainTile(job, kernel",
    "glove",
    /^glove: a step must take all \d+ cells that it is given, got 0$/,
  ],
  "the projector's vectors lack rows": [
    "storage/vectors/vectorText.js",
    "file.write(line.subarray(0, end));",
    "if (row > 2) continue; file.write(line.subarray(0, end));",
    "glove",
    /^writeVectors: all \d+ terms/,
  ],
};

describe("a run in which something is lost fails, and says where", () => {
  let copies: SabotagedCopies;

  beforeAll(() => {
    copies = new SabotagedCopies();
    return () => copies.remove();
  });

  it("but not without a fault", async () => {
    const { manifest } = await running(Object.keys(branches) as Branch[]);
    const { vocabulary, ...others } = Object.fromEntries(manifest.conservation.map((each) => [each.branch, each]));
    const counts = corpus
      .split(/\s+/)
      .reduce((map, word) => map.set(word, (map.get(word) ?? 0) + 1), new Map<string, number>());
    const frequent = [...counts].filter(([word, count]) => word !== "" && count >= 100).map(([, count]) => count);
    const used = frequent
      .sort((a, b) => b - a)
      .slice(0, 6)
      .reduce((sum, count) => sum + count);
    const truncated = frequent.slice(6).reduce((sum, count) => sum + count);
    const belowMinCount = vocabulary!.read - used - truncated;
    expect(vocabulary).toMatchObject({ used, truncated, belowMinCount, pruned: 0, subsampled: 0 });
    for (const each of [truncated, belowMinCount]) expect(each).toBeGreaterThan(0);
    expect(Object.keys(others)).toHaveLength(Object.keys(branches).length - 1);
  });

  it.each(Object.entries(sabotages).filter((_, k) => k % shortOrLong(3, 1) === 0))(
    "%s",
    async (_, [file, find, replacement, branch, said]) => {
      const changed = await copies.pipelines([file, find, replacement]);
      await expect(running([branch], changed)).rejects.toThrow(said);
    },
  );
});

describe("a run in which nothing can be learned fails, and says why", () => {
  const lines = "猫\ndog\n北京\ndog\n";
  const vocabulary = "buildVocab: { minCount: 1 }, encode";
  const wordsWithout = (unit: string, words: number) =>
    `${unit}: words must have neighbours, got ${words === 0 ? "no words at all" : `${words} words without any`}; the cause may be one word a line,`;
  const word2vec = (options: string, text = lines): [string, string] => [
    text,
    `[${vocabulary}, windowContexts: { radius: fixed, sample: 0 }, word2vec: { vectorSize: 4, ${options} }, writeVectors: { path: v.vec }]`,
  ];
  const all = ["skipGram", "cbow"].flatMap((architecture) =>
    ["negativeSampling", "hierarchicalSoftmax"].flatMap((loss) =>
      ["deterministic: true", "deterministic: false", "kernel: reference"].map(
        (how) => `architecture: ${architecture}, loss: ${loss}, ${how}`,
      ),
    ),
  );

  it.each([
    ...all.map((options): [string, string, string, string] => [
      `word2vec, ${options}`,
      ...word2vec(options),
      wordsWithout("word2vec", 4),
    ]),
    [
      "a table",
      lines,
      `[${vocabulary}, windowContexts, accumulateCooccurrence, writeCooccurrence: { path: t.arrow }]`,
      wordsWithout("accumulateCooccurrence", 4),
    ],
    [
      "every token subsampled, by the draws of this seed",
      "猫 dog 北京\n",
      `[${vocabulary}, windowContexts: { sample: 0.05, seed: 5, radius: fixed }, word2vec: { vectorSize: 4 }, writeVectors: { path: v.vec }]`,
      wordsWithout("word2vec", 0),
    ],
    [
      "one term for a tree",
      ...word2vec("loss: hierarchicalSoftmax", "啊 啊 啊\n"),
      "word2vec: the vocabulary must have 2 terms or more for hierarchicalSoftmax, got 1",
    ],
    [
      "no association above chance",
      "a a a a\n",
      `[${vocabulary}, windowContexts, accumulateCooccurrence, associate, writeCooccurrence: { path: t.arrow }]`,
      "associate: some cell must have a measure to keep, got none among 1 with measure ppmi",
    ],
  ])("%s", async (_, text, steps, said) => {
    await expect(runningSteps(text, { b: steps })).rejects.toThrow(said);
  });
});
