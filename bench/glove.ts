/**
 * How fast GloVe fits a finished table, and how well its vectors agree with people: whole processes, from the files of the vocabulary
 * and the table to the written vectors.
 *
 *     npm run bench:glove -- VOCABULARY COOCCURRENCE [--epochs 15] [--workers 2] [--rounds 5] [--vectorSize 100] [--xMax 10]
 *         [--hogwild] [--similarity FILE]... [--analogies FILE]...
 *
 * VOCABULARY is a `vocab.txt`, COOCCURRENCE a `cooccurrence.bin`. Stanford's `shuffle` and `glove` (in the folder GLOVE_BIN) train on the same
 * files, on as many threads, in turn. They compute in doubles and read the cells from their file in each epoch; lexstream computes in
 * single precision and holds them in memory.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { of } from "rxjs";
import { Vectors } from "../kernels/index.js";
import { glove } from "../models/index.js";
import { run } from "../runtime/index.js";
import { writeVectors } from "../sinks/index.js";
import { readCooccurrence, readVectors, readVocabulary } from "../storage/index.js";
import { namesOf, scoresOf } from "./scores.js";
import { type Contender, compareInTurn, inScratch, installed } from "./wholeProcess.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    epochs: { type: "string", default: "15" },
    workers: { type: "string", default: "2" },
    rounds: { type: "string", default: "5" },
    vectorSize: { type: "string", default: "100" },
    xMax: { type: "string", default: "10" },
    hogwild: { type: "boolean", default: false },
    similarity: { type: "string", multiple: true, default: [] },
    analogies: { type: "string", multiple: true, default: [] },
    fit: { type: "string" }, // where our own program, which is this one, writes its vectors
  },
});
if (positionals[0] === undefined || positionals[1] === undefined)
  throw new TypeError("bench/glove: a vocabulary and a co-occurrence table must be given");
const [vocabularyPath, tablePath] = [resolve(positionals[0]), resolve(positionals[1])];

if (values.fit !== undefined) await trainTo(values.fit);
else
  await inScratch((folder) =>
    compareInTurn([ours(folder), ...installed([peer(folder)])], Number(values.rounds), [
      "last loss",
      ...namesOf(values),
    ]),
  );

/** Writes the vectors, and tells the mean loss of each epoch as Stanford's program does. */
async function trainTo(path: string): Promise<void> {
  const model = glove({
    vectorSize: Number(values.vectorSize),
    xMax: Number(values.xMax),
    epochs: Number(values.epochs),
    workers: Number(values.workers),
    deterministic: !values.hogwild,
  });
  const table = await readCooccurrence(tablePath, await readVocabulary(vocabularyPath));
  for await (const { loss, examples } of model.fit(table)) console.error(`cost: ${loss / examples}`);
  await run(of(await model.result()).pipe(writeVectors({ path, format: "gloveText" })));
}

function ours(folder: string): Contender {
  const [output, messages] = [join(folder, "ours.txt"), join(folder, "ours.log")];
  const self = fileURLToPath(import.meta.url);
  const options = ["--fit", output, ...process.argv.slice(2)];
  const programs = [{ command: process.execPath, args: [self, ...options], messages }];
  const name = `lexstream, ${values.hogwild ? "hogwild, " : ""}${values.workers} workers`;
  return { name, programs, facts: () => factsOf(output, messages) };
}

function peer(folder: string): Contender {
  const bin = process.env.GLOVE_BIN ?? "";
  const [shuffled, vectors, messages] = ["shuffled", "vectors", "glove.log"].map((name) => join(folder, name));
  const options = {
    ...{ "-input-file": shuffled!, "-vocab-file": vocabularyPath, "-save-file": vectors!, "-verbose": "2" },
    ...{ "-threads": values.workers, "-iter": values.epochs, "-vector-size": values.vectorSize, "-x-max": values.xMax },
  };
  const programs = [
    {
      command: join(bin, "shuffle"),
      args: ["-verbose", "0", "-temp-file", join(folder, "part")],
      input: tablePath,
      output: shuffled!,
    },
    { command: join(bin, "glove"), args: Object.entries(options).flat(), messages: messages! },
  ];
  return { name: "Stanford's `shuffle` and `glove`", programs, facts: () => factsOf(`${vectors}.txt`, messages!) };
}

async function factsOf(vectors: string, messages: string): Promise<string[]> {
  const [, loss = ""] = [...readFileSync(messages, "utf8").matchAll(/cost: ([\d.]+)/g)].at(-1) ?? [];
  const scores = scoresOf(new Vectors(await readVectors(vectors)), values);
  return [Number(loss).toFixed(4), ...scores];
}
