/**
 * How fast a file's words are counted, whole process, and how well Chinese is cut.
 *
 *     npm run bench:tokenize -- FILE [--mode words] [--rounds 5] [--peers] [--gold FILE]
 *
 * With `--peers`, GloVe's `vocab_count` (in the folder GLOVE_BIN) counts the same file in turn. `--gold` names a file with a
 * sentence a line, its words separated by spaces, and adds the F1 score of mode chinese on it.
 */
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { count, tap } from "rxjs";
import { buildVocab, createHanSegmenter, normalize, tokenize } from "../operators/index.js";
import { run } from "../pipelines/index.js";
import { files, fromTexts } from "../sources/index.js";

interface Pass {
  readonly tokens: number;
  readonly terms: number;
  /** Without the start of the process and of the dictionary. */
  readonly seconds: number;
  readonly peakBytes: number;
}

/** As in the demonstration scripts of word2vec and GloVe. */
const minCount = 5;

type Mode = "words" | "whitespace" | "chinese" | "characters";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mode: { type: "string", default: "words" },
    rounds: { type: "string", default: "5" },
    peers: { type: "boolean", default: false },
    gold: { type: "string" },
    pass: { type: "boolean", default: false }, // what each round runs in a process of its own
  },
});
const [path] = positionals;
if (path === undefined) throw new TypeError("bench/tokenize: a file must be given");
const mode = values.mode as Mode;

if (values.pass) console.log(JSON.stringify(await countWords(path, mode)));
else await compare(path);

/** The vocabulary pass: text to lower-cased words, counted. */
async function countWords(path: string, mode: Mode): Promise<Pass> {
  if (mode === "chinese") createHanSegmenter(); // reads the dictionary, once a process
  const start = performance.now();
  let tokens = 0;
  const vocabulary = await run(
    files({ paths: path, format: "lines" }).pipe(
      normalize(),
      tokenize({ mode }),
      tap(({ ids }) => {
        tokens += ids.length;
      }),
      buildVocab({ minCount }),
    ),
  );
  const seconds = (performance.now() - start) / 1000;
  return { tokens, terms: vocabulary!.terms.length, seconds, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

async function compare(path: string): Promise<void> {
  const megabytes = statSync(path).size / 1e6;
  const peer = values.peers ? join(process.env.GLOVE_BIN ?? ".", "vocab_count") : undefined;
  const ours: number[] = [];
  const theirs: number[] = [];
  let pass: Pass | undefined;
  const inside: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const [seconds, output] = timed(process.execPath, [fileURLToPath(import.meta.url), path, "--pass", "--mode", mode]);
    pass = JSON.parse(output) as Pass;
    ours.push(seconds);
    inside.push(pass.seconds);
    if (peer) theirs.push(timed(peer, ["-verbose", "0", "-min-count", String(minCount)], path)[0]);
  }
  const { tokens, terms, peakBytes } = pass!;
  const show = (name: string, seconds: number) =>
    console.log(
      `${name.padEnd(24)} ${seconds.toFixed(2)} s  ${(megabytes / seconds).toFixed(1)} MB/s  ${(tokens / 1e6 / seconds).toFixed(2)} M tokens/s`,
    );
  console.log(
    `${path}: ${megabytes.toFixed(1)} MB, ${tokens} tokens, ${terms} terms that occur ${minCount} times, mode ${mode}, lower-cased`,
  );
  console.log(`medians of ${ours.length} rounds; at most ${(peakBytes / 1e6).toFixed(0)} MB of memory`);
  show("lexstream, process", median(ours));
  show("lexstream, pass alone", median(inside));
  if (peer) {
    show("GloVe vocab_count", median(theirs));
    console.log(`lexstream is ${(median(theirs) / median(ours)).toFixed(2)} times as fast`);
  }
  if (values.gold !== undefined)
    console.log(`F1 of words in ${values.gold}: ${(await wordF1(values.gold)).toFixed(4)}`);
}

/** Runs a program to its end; the seconds it took, and what it printed. */
function timed(program: string, args: readonly string[], input?: string): [seconds: number, output: string] {
  const stdin = input === undefined ? "ignore" : openSync(input, "r");
  const start = performance.now();
  const { status, stdout, error } = spawnSync(program, args, { stdio: [stdin, "pipe", "ignore"], maxBuffer: 2 ** 30 });
  const seconds = (performance.now() - start) / 1000;
  if (typeof stdin === "number") closeSync(stdin);
  if (status !== 0)
    throw new Error(`bench/tokenize: ${program} must end well: ${error?.message ?? `exit code ${status}`}`);
  return [seconds, stdout.toString()];
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
}

/** Harmonic mean of precision and recall of the words, by where they stand; punctuation is no word on either side. */
async function wordF1(goldPath: string): Promise<number> {
  const lines = readFileSync(goldPath, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  const gold = new Set(lines.flatMap((words, line) => spansOf(words).map(([start, end]) => `${line} ${start} ${end}`)));
  const found: string[] = [];
  let line = -1;
  await run(
    fromTexts(lines.map((words) => words.join(""))).pipe(
      tokenize({ mode: "chinese", characterOffsets: true }),
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
  return (2 * right) / (gold.size + found.length);
}

function spansOf(words: readonly string[]): [start: number, end: number][] {
  let end = 0;
  return words
    .map((word): [string, number, number] => {
      end += word.length;
      return [word, end - word.length, end];
    })
    .filter(([word]) => /[\p{L}\p{N}]/u.test(word))
    .map(([, start, end]) => [start, end]);
}
