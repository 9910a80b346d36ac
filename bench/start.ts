/**
 * What the start of the program takes, in processor seconds, beside Node's own: commands that have little to do, in turn.
 *
 *     npm run bench:start
 *
 * Ends with 1 if the median of one is above its limit.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { costOf, inScratch, lexstreamProgram, lexstreamRun, median, type Program } from "./wholeProcess.js";

const rounds = 9;
const fileOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const node = (...args: string[]): Program => ({ command: process.execPath, args });

await inScratch(async (folder) => {
  const corpus = join(folder, "corpus.txt");
  const lines = readFileSync(fileOf("data/sample-english-two-novels.txt"), "utf8").split("\n");
  writeFileSync(corpus, lines.slice(0, 20).join("\n"));
  const count = ["normalize", "splitSentences", "tokenize", { buildVocab: { minCount: 1 } }];
  const learn = ["encode", "windowContexts", { word2vec: { vectorSize: 10 } }, { writeVectors: { path: "v.arrow" } }];
  const [counting] = lexstreamRun(folder, corpus, [...count, { writeVocabulary: { path: "vocab.txt" } }]);
  const [learning, out] = lexstreamRun(folder, corpus, [...count, ...learn]);
  costOf([learning]); // makes what is inspected

  const starts: readonly (readonly [name: string, program: Program, limit?: number])[] = [
    ["node -e 0", node("-e", "0")],
    ["--help", node(lexstreamProgram, "--help"), 0.35],
    ["lint", node(lexstreamProgram, "lint", fileOf("pipelines/configs/quickstart.yaml")), 0.4],
    ["inspect", node(lexstreamProgram, "inspect", join(out, "v.arrow")), 0.45],
    ["run, 20 lines, words counted", counting, 0.5],
    ["run, 20 lines, vectors learned", learning, 0.5],
  ];
  const seconds = starts.map((): number[] => []);
  for (let round = 0; round < rounds; round++)
    starts.forEach(([, program], which) => {
      seconds[which]!.push(costOf([program]).processorSeconds);
    });
  for (const [which, [name, , limit = Number.POSITIVE_INFINITY]] of starts.entries()) {
    const took = median(seconds[which]!);
    const isLate = took > limit;
    console.log(`${took.toFixed(2)} s  ${name}${isLate ? `, which must be at most ${limit} s` : ""}`);
    if (isLate) process.exitCode = 1;
  }
});
