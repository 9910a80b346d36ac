/**
 * The models `lines-*.bin` of `test/fixtures/fasttext` were made by fastText 0.9.2 (Debian's package) from `lines.txt` beside them, with MODEL skipgram or cbow and
 * LOSS ns or hs: `fasttext MODEL -input lines.txt -output lines-MODEL-LOSS -loss LOSS -dim 5 -bucket 80 -minn 2 -maxn 3 -ws 3 -neg 3 -epoch 4
 * -lr 0.1 -minCount 1 -t 0.02 -thread 1`.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  BagRecords,
  BagTrainer,
  characterBuckets,
  makeHuffmanCodes,
  makeVocabulary,
  TermLists,
  writePairExamples,
} from "#kernels";
import type { ContextBatch, DenseRows } from "#schemas";
import { readFastTextFile } from "../../../dist/storage/fasttext/fastTextFile.js";
import { firstInput, linesOf, MinstdRand, noiseDraws } from "../../support/fastTextDraws.js";

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/fasttext/${name}`, import.meta.url));
const END = "</s>";
const form = { units: "characters", minLength: 2, maxLength: 3, buckets: 80 } as const;
const [vectorSize, windowSize, negative] = [5, 3, 3];

/** fastText's training, done again by the reference with the same random numbers. */
async function trainedAs(name: string, architecture: "skipGram" | "cbow", loss: "ns" | "hs") {
  const { words } = await readFastTextFile(fixture(name));
  const vocabulary = makeVocabulary(words.texts, words.counts);
  const lists = new TermLists();
  words.texts.forEach((term, id) => {
    const buckets = term === END ? [] : characterBuckets(term, form);
    lists.push([id, ...buckets.map((bucket) => words.texts.length + bucket)]);
  });
  const inputRows = words.texts.length + form.buckets;
  const trainer = new BagTrainer({
    ...{ vectorSize, scoredBy: "rows", divides: false, groupSize: 1, order: "fastText" },
    ...{ inputRows, outputRows: words.texts.length, maxInputs: 1000, maxOutputs: 1000, lists: lists.pushed },
  });
  trainer.weights.input.set(firstInput(inputRows, vectorSize));
  const lines = readFileSync(fixture("lines.txt"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => Uint32Array.from([...line.split(" "), END], (term) => vocabulary.idOf(term)!));
  const draws = new MinstdRand(0);
  const records = new BagRecords();
  const writeOutputs = loss === "ns" ? withNoise(words.counts, draws, records) : withPath(words.counts, records);
  const reading = { counts: words.counts, epochs: 4, learningRate: 0.1, sample: 0.02 };
  for (const { ids, rate } of linesOf(lines, draws, reading))
    for (let centre = 0; centre < ids.length; centre++) {
      const batch: ContextBatch = {
        ...{ vocabulary, ids, windowSize, side: "both", epoch: 0, position: 0, expectedCentres: 1 },
        ...{ firstCentre: centre, endCentre: centre + 1, documentOffsets: new Uint32Array(0) },
        sentenceOffsets: Uint32Array.of(0),
        radius: new Uint8Array(ids.length).fill(draws.integer(1, windowSize)),
      };
      const writeInputs = (term: number) => records.list(term);
      writePairExamples(records, batch, { architecture, rateOf: () => rate, writeInputs, writeOutputs });
      trainer.learn(records.take(1, true));
    }
  return trainer.weights;
}

function withNoise(counts: Float64Array, draws: MinstdRand, records: BagRecords) {
  const noise = noiseDraws(counts, draws);
  return (term: number) => {
    records.output(term, 1, 1);
    for (let k = 0; k < negative; k++) records.output(noise(term), 0, 1);
  };
}

function withPath(counts: Float64Array, records: BagRecords) {
  const { offsets, nodes, bits } = makeHuffmanCodes(counts);
  return (term: number) => {
    for (let entry = offsets[term]!; entry < offsets[term + 1]!; entry++)
      records.output(nodes[entry]!, bits[entry]!, 1);
  };
}

/** The largest difference, as a part of the largest number. */
function differenceOf(found: Float32Array, wanted: Float32Array): number {
  const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest(found.map((value, i) => value - wanted[i]!)) / largest(wanted);
}

describe("writePairExamples with a trainer in fastText's order", () => {
  it.each([
    ["lines-skipgram-ns.bin", "skipGram", "ns"],
    ["lines-cbow-ns.bin", "cbow", "ns"],
    ["lines-skipgram-hs.bin", "skipGram", "hs"],
  ] as const)(
    "computes what fastText's program computes, given its random numbers: %s",
    async (name, architecture, loss) => {
      const { input, output } = await readFastTextFile(fixture(name));
      const weights = await trainedAs(name, architecture, loss);
      expect(differenceOf(weights.input, (input as DenseRows).values)).toBeLessThan(1e-5);
      expect(differenceOf(weights.output, (output as DenseRows).values)).toBeLessThan(1e-5);
    },
  );
});
