import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compile, parseConfig, runCost } from "#pipelines";
import { command } from "../../support/command.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

/** Ten tokens of three terms in two documents, each of which holds all three: six cells. */
const CORPUS = "a b c a b\nc a b a c\n";

const config = (model: string) => `
source: { files: { paths: corpus.txt } }
steps:
  - tokenize
  - buildVocab: { minCount: 1 }
  - writeVocabulary: { path: v.txt }
  - encode
  - documentTerms
  - accumulateDocumentTerms
  - ${model}
`;

async function folderWith(model: string) {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "corpus.txt"), CORPUS);
  writeFileSync(join(folder, "c.yaml"), config(model));
  return { folder, pipeline: compile(parseConfig(config(model), join(folder, "c.yaml"))) };
}

describe("runCost", () => {
  it("tells a transformer's memory by the pieces of a tokenizer that is learned above it, and by rows of pairs", async () => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, "corpus.txt"), CORPUS);
    const steps = `[tokenize, learnSubwords: { kind: wordPiece, size: 100 }, encodeSubwords, sentencePairs: { length: 16, batchSize: 4 },
      maskTokens, bert: { layers: 1, heads: 2, vectorSize: 8, positions: 16, parts: 2, workers: 2 }]`;
    const text = `source: { files: { paths: corpus.txt } }\nsteps: ${steps}\n`;
    const told = await runCost(compile(parseConfig(text, join(folder, "c.yaml"))));
    const { cost } = told.steps.find(({ unit }) => unit === "bert")!;
    // Tables of terms, places and two segments, a norm; a block of 12 D^2 + 13 D; the output's layer, norm and biases; the pooler and its classes.
    const parameters = (100 + 16 + 2 + 2) * 8 + (12 * 64 + 13 * 8) + (64 + 8 + 16 + 100) + (64 + 8) + (16 + 2);
    const place = 51 * 8 + 7 * 32 + 2 * 16 + 13 * 8 + 0.45 * 100;
    // Values, two moments and two gradients; of each thread copies of the tables, and what 2 rows of 16 places make.
    expect(cost!.memory.bytes).toBe(4 * 5 * parameters + 8 + 2 * (4 * 3 * parameters + 4 * 32 * place));
    expect(cost!.held!.bytes).toBe(4 * parameters);
  });

  it.each([
    ["", 18_200_000],
    [", characterOffsets: true", 0],
    [", newWords: true", 0],
  ])("tells of the dictionary that a stream copies to cut Chinese text%s", async (options, copied) => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, "corpus.txt"), CORPUS);
    const steps = `[tokenize: { mode: chinese${options} }, buildVocab: { minCount: 1 }, writeVocabulary: { path: v.txt }]`;
    const text = `source: { files: { paths: corpus.txt } }\nsteps: ${steps}\n`;
    const told = await runCost(compile(parseConfig(text, join(folder, "c.yaml"))));
    expect(told.steps.find(({ unit }) => unit === "tokenize")!.cost!.memory.bytes).toBe(2 * 76 * 3 + copied);
  });

  it("adds up what units declare, by the sizes of a text that was read whole", async () => {
    const { pipeline } = await folderWith("lsa: { vectorSize: 2, oversampling: 0, workers: 1, iterations: 4 }");
    const { sampled, steps, peak, logs, passes } = await runCost(pipeline);
    const cost = Object.fromEntries(steps.map((step) => [step.unit, step.cost]));
    const bytesOf = (unit: string) => [cost[unit]!.memory.bytes, cost[unit]!.held?.bytes, cost[unit]!.scratch?.bytes];

    expect(sampled).toEqual({ bytes: CORPUS.length, scale: 1 });
    expect(bytesOf("tokenize")).toEqual([2 * 76 * 3, undefined, undefined]);
    expect(bytesOf("buildVocab")).toEqual([8 * 3, 100 * 3, undefined]);
    expect(bytesOf("accumulateDocumentTerms")).toEqual([12 * 6 + 12 * 2, 12 * 6 + 12 * 2, undefined]);
    // Of 32 columns: X twice for 4 terms, products of 4,096 rows, 32 x 32 sums and transforms, scratch; offsets and cells in lines of 64 bytes;
    // the first line; a copy of X for 3 terms and the vectors.
    const layout = 2 * 4 * 32 * 4 + 4096 * 32 * 4 + 32 * 32 * 12 + 16 * 32 + 64 + 64 + 64;
    const lsa = layout + 4 * 3 * 32 + 4 * 3 * 2;
    expect(bytesOf("lsa")).toEqual([lsa, 4 * 3 * 2, undefined]);
    expect(cost.encode).toBeUndefined();

    expect(logs).toEqual([{ id: "steps/0", memory: 4 * 10 + 8 * 2, scratch: 0 }]);
    expect(peak).toEqual({
      id: "steps/6/lsa",
      bytes: 116e6 + lsa + 96,
      fixed: 116e6,
      parts: [
        { id: "steps/6/lsa", bytes: lsa },
        { id: "steps/5", bytes: 96 },
      ],
    });
    expect(passes.map(({ passes }) => passes)).toEqual([1, 1, 1]); // the matrix fits in memory and is read once
  });

  it("counts a table that outgrows memory as a file, which is read in each pass", async () => {
    const { pipeline } = await folderWith("lsa: { vectorSize: 2, memory: 8, iterations: 4 }");
    const { steps, passes } = await runCost(pipeline, { cells: 1e9, documents: 1e7 });
    expect(steps.find(({ unit }) => unit === "accumulateDocumentTerms")!.cost).toMatchObject({
      memory: { bytes: 512e6 },
      scratch: { bytes: 12e9 + 12e7 },
    });
    expect(passes.at(-1)).toEqual({ id: "steps/6/lsa", passes: 6 });
  });

  it("says what a run would refuse, and leaves it out", async () => {
    const { pipeline } = await folderWith("ldaSampler: { topics: 2, memory: 1 }");
    const { steps, peak } = await runCost(pipeline);
    expect(steps.at(-1)!.refused).toContain("ldaSampler: the table must fit in 1 bytes of memory");
    expect(peak.bytes).toBeLessThan(113e6);
  });

  it("takes sizes that are stated in the place of those of the text", async () => {
    const { pipeline } = await folderWith("plsa: { topics: 4 }");
    const { steps } = await runCost(pipeline, { vocabulary: 1000, documents: 500 });
    // 12 bytes a term and topic, a block of 1,024 documents and 65,536 cells; 4 bytes a document and topic
    const plsa = steps.at(-1)!.cost!.memory.bytes;
    expect(Math.round((plsa - 4 * 500 * 4) / 1000)).toBe(
      Math.round((12 * 1000 * 4 + 8 * 65_536 + 20 * 1024) / 1000) + 1,
    );
  });

  it("is told by lint --cost, where units without a declaration are named", async () => {
    const { folder } = await folderWith("ldaSampler: { topics: 2, iterations: 3 }");
    const file = join(folder, "c.yaml");
    const { out, code } = await command("lint", file, "--cost", "--size", "tokens=1000000");
    expect(code).toBe(0);
    expect(out).toContain("sizes: counted in the whole text, 20 B");
    expect(out).toMatch(/ldaSampler +8\.\d MB .*tokens 1\.0 M, documents 2, vocabulary 3, topics 2/);
    expect(out).toContain("not told: files, writeVocabulary, encode");
    const json = JSON.parse((await command("lint", file, "--cost", "--json")).out);
    expect(json.steps[0]).toMatchObject({ unit: "files", told: false });
    expect((await command("lint", file, "--cost", "--size", "words=3")).err).toContain(
      "lint: --size must be NAME=N with a NAME of documents, tokens",
    );
    expect((await command("lint", file, "--size", "tokens=3")).err).toContain("lint: --size must come with --cost");
  });
});
