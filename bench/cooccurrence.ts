/**
 * How fast a text becomes a co-occurrence table: whole processes, from the text to the written vocabulary and table.
 *
 *     npm run bench:cooccurrence -- FILE [--windowSize 10] [--minCount 5] [--memory 512MB,128MB] [--workers 2] [--rounds 7]
 *
 * FILE holds words between spaces, a document a line. GloVe's `vocab_count` and `cooccur -memory 4` (in the folder GLOVE_BIN), one thread
 * each, read the same file in turn; both sides write the same records, whose number and sum are compared.
 */
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Contender, compareInTurn, inScratch, installed, lexstreamRun } from "./wholeProcess.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    windowSize: { type: "string", default: "10" },
    minCount: { type: "string", default: "5" },
    memory: { type: "string", default: "512MB,128MB" },
    workers: { type: "string", default: "2" },
    rounds: { type: "string", default: "7" },
  },
});
if (positionals[0] === undefined) throw new TypeError("bench/cooccurrence: a file must be given");
const corpus = resolve(positionals[0]);

await inScratch(async (folder) => {
  const ours = values.memory
    .split(",")
    .flatMap((memory) => values.workers.split(",").map((workers) => count(folder, memory, Number(workers))));
  await compareInTurn([...ours, ...installed([peer(folder)])], Number(values.rounds), ["terms", "cells", "sum"]);
});

function count(folder: string, memory: string, workers: number): Contender {
  const [program, out] = lexstreamRun(folder, corpus, [
    { tokenize: { mode: "whitespace" } },
    { buildVocab: { minCount: Number(values.minCount) } },
    { writeVocabulary: { path: "vocab.txt" } },
    "encode",
    { windowContexts: { windowSize: Number(values.windowSize), boundary: "document" } },
    { accumulateCooccurrence: { memory, workers } },
    { writeCooccurrence: { path: "cooccurrence.bin" } },
  ]);
  const facts = () => factsOf(join(out, "vocab.txt"), join(out, "cooccurrence.bin"));
  return { name: `lexstream, memory ${memory}, ${workers} workers and a reader`, programs: [program], facts };
}

function peer(folder: string): Contender {
  const bin = process.env.GLOVE_BIN ?? "";
  const [vocabulary, table] = [join(folder, "vocab.txt"), join(folder, "cooccurrence.bin")];
  const overflow = ["-overflow-file", join(folder, "overflow"), "-memory", "4", "-verbose", "0"];
  const programs = [
    {
      command: join(bin, "vocab_count"),
      args: ["-min-count", values.minCount, "-verbose", "0"],
      input: corpus,
      output: vocabulary,
    },
    {
      command: join(bin, "cooccur"),
      args: ["-vocab-file", vocabulary, "-window-size", values.windowSize, ...overflow],
      input: corpus,
      output: table,
    },
  ];
  return { name: "`vocab_count` and `cooccur -memory 4`", programs, facts: () => factsOf(vocabulary, table) };
}

function factsOf(vocabulary: string, table: string): string[] {
  const records = Buffer.alloc(16 * 65_536);
  const file = openSync(table, "r");
  let [cells, sum] = [0, 0];
  for (let bytes = readSync(file, records); bytes > 0; bytes = readSync(file, records)) {
    for (let at = 8; at < bytes; at += 16) sum += records.readDoubleLE(at);
    cells += bytes / 16;
  }
  closeSync(file);
  const terms = readFileSync(vocabulary, "utf8").trimEnd().split("\n").length;
  return [String(terms), String(cells), sum.toFixed(2)];
}
