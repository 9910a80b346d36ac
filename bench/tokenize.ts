/**
 * How fast a file's words are counted: whole processes, from the text to the written vocabulary.
 *
 *     npm run bench:tokenize -- FILE [--rounds 7]
 *
 * lexstream counts twice: what stands between spaces, as GloVe's `vocab_count` (in the folder GLOVE_BIN) does, and words by Unicode's
 * rules after normalisation, which is more work.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Contender, compareInTurn, inScratch, installed, lexstreamRun } from "./wholeProcess.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "7" } },
});
if (positionals[0] === undefined) throw new TypeError("bench/tokenize: a file must be given");
const corpus = resolve(positionals[0]);

/** As in the demonstration scripts of word2vec and GloVe. */
const minCount = 5;

await inScratch(async (folder) => {
  const count = (name: string, steps: readonly unknown[]): Contender => {
    const write = [{ buildVocab: { minCount } }, { writeVocabulary: { path: "vocab.txt" } }];
    const [program, out] = lexstreamRun(folder, corpus, [...steps, ...write]);
    return { name, programs: [program], facts: () => [termsIn(join(out, "vocab.txt"))] };
  };
  const vocabulary = join(folder, "vocab.txt");
  const peer: Contender = {
    name: "GloVe's `vocab_count`",
    programs: [
      {
        command: join(process.env.GLOVE_BIN ?? "", "vocab_count"),
        args: ["-verbose", "0", "-min-count", String(minCount)],
        input: corpus,
        output: vocabulary,
      },
    ],
    facts: () => [termsIn(vocabulary)],
  };
  const contenders = [
    count("lexstream, mode whitespace", [{ tokenize: { mode: "whitespace" } }]),
    count("lexstream, normalize and mode words", ["normalize", { tokenize: { mode: "words" } }]),
    ...installed([peer]),
  ];
  await compareInTurn(contenders, Number(values.rounds), ["terms"]);
});

function termsIn(path: string): string {
  return String(readFileSync(path, "utf8").trimEnd().split("\n").length);
}
