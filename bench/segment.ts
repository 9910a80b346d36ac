/**
 * How fast Chinese is cut into words, and how well: whole processes, from the text to the written vocabulary, beside a program that
 * does the same with `@node-rs/jieba` without its hidden Markov model.
 *
 *     npm run bench:segment -- FILE [--rounds 7] [--gold FILE]
 *
 * `--gold` names a file with a sentence a line, its words separated by spaces, and tells precision, recall and F1 of mode chinese on it.
 */
import { createReadStream, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Jieba } from "@node-rs/jieba";
import { count, tap } from "rxjs";
import { tokenize } from "../operators/index.js";
import { run } from "../runtime/index.js";
import { fromTexts } from "../sources/index.js";
import { type Contender, compareInTurn, inScratch, lexstreamRun } from "./wholeProcess.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "7" },
    gold: { type: "string" },
    jieba: { type: "string" }, // where the other program, which is this one, writes its vocabulary
  },
});
if (positionals[0] === undefined) throw new TypeError("bench/segment: a file must be given");
const corpus = resolve(positionals[0]);
const minCount = 5;

if (values.jieba !== undefined) await countWithJieba(corpus, values.jieba);
else {
  await compare(corpus);
  if (values.gold !== undefined)
    for (const newWords of [false, true])
      console.log(`${values.gold}, newWords ${newWords}: ${await agreement(values.gold, newWords)}`);
}

async function countWithJieba(path: string, out: string): Promise<void> {
  const jieba = Jieba.withDict(readFileSync(createRequire(import.meta.url).resolve("@node-rs/jieba/dict.txt")));
  const counts = new Map<string, number>();
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity }))
    for (const word of jieba.cut(line, false)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const kept = [...counts].filter(([word, times]) => times >= minCount && isWord(word));
  const rows = kept.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([word, times]) => `${word} ${times}\n`);
  writeFileSync(out, rows.join(""));
}

function compare(corpus: string): Promise<void> {
  return inScratch(async (folder) => {
    const steps = [
      { tokenize: { mode: "chinese" } },
      { buildVocab: { minCount } },
      { writeVocabulary: { path: "vocab.txt" } },
    ];
    const [program, out] = lexstreamRun(folder, corpus, steps);
    const vocabulary = join(folder, "jieba.txt");
    const self = fileURLToPath(import.meta.url);
    const contenders: Contender[] = [
      { name: "lexstream, mode chinese", programs: [program], facts: () => factsOf(join(out, "vocab.txt")) },
      {
        name: "`@node-rs/jieba`, `cut(line, false)`",
        programs: [{ command: process.execPath, args: [self, corpus, "--jieba", vocabulary] }],
        facts: () => factsOf(vocabulary),
      },
    ];
    await compareInTurn(contenders, Number(values.rounds), ["terms", "their occurrences"]);
  });
}

function factsOf(vocabulary: string): string[] {
  const counts = readFileSync(vocabulary, "utf8")
    .trimEnd()
    .split("\n")
    .map((row) => Number(row.split(" ").at(-1)));
  return [String(counts.length), String(counts.reduce((sum, times) => sum + times, 0))];
}

function isWord(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

/** Of the words, by where they stand; punctuation is no word on either side. */
async function agreement(goldPath: string, newWords: boolean): Promise<string> {
  const lines = readFileSync(goldPath, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  const gold = new Set(lines.flatMap((words, line) => spansOf(words).map(([start, end]) => `${line} ${start} ${end}`)));
  const found: string[] = [];
  let line = -1;
  await run(
    fromTexts(lines.map((words) => words.join(""))).pipe(
      tokenize({ mode: "chinese", newWords, characterOffsets: true }),
      tap(({ ids, documentOffsets, characters }) => {
        let next = 0;
        for (let i = 0; i < ids.length; i++) {
          for (; documentOffsets[next]! <= i; next++) line++;
          found.push(`${line} ${characters!.start[i]} ${characters!.end[i]}`);
        }
        line += documentOffsets.length - next;
      }),
      count(),
    ),
  );
  const right = found.filter((span) => gold.has(span)).length;
  const [precision, recall, f1] = [right / found.length, right / gold.size, (2 * right) / (gold.size + found.length)];
  return `precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}, F1 ${f1.toFixed(3)} of ${gold.size} words`;
}

function spansOf(words: readonly string[]): [start: number, end: number][] {
  let end = 0;
  return words
    .map((word): [string, number, number] => {
      end += word.length;
      return [word, end - word.length, end];
    })
    .filter(([word]) => isWord(word))
    .map(([, start, end]) => [start, end]);
}
