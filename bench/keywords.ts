/**
 * How well and how fast keywords are found: precision against phrases that people gave, as F1 of the first 5, 10 and 15, the mean over
 * documents; phrases are equal after lower-casing, English ones by their stems. Beside it the same with only those that stand in the text.
 *
 *     npm run bench:keywords -- FILE... [--method tfidf] [--language english] [--tagged] [--rounds 5]
 *
 * A line of a file, which may be packed with gzip, is `number<tab>phrase; phrase; ...<tab>text`. Without a method, all are tried.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { scoreKeyphrases } from "../kernels/evaluation/keyphrases.js";
import { hanShare } from "../kernels/text/hanShare.js";
import { type KeywordsOptions, keywords } from "../operators/index.js";
import { type JudgedText, judgedTexts, spelled } from "../pipelines/tools/keyphraseScorings.js";
import { run } from "../runtime/index.js";
import { fromTexts } from "../sources/index.js";
import { median } from "./wholeProcess.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    method: { type: "string" },
    language: { type: "string" },
    tagged: { type: "boolean", default: false },
    rounds: { type: "string", default: "5" },
  },
});
if (positionals.length === 0) throw new TypeError("bench/keywords: a file must be given");

type Language = "english" | "chinese";

const SHOWN = [5, 10, 15] as const;

console.log(`| file | method | ${SHOWN.map((k) => `F1@${k} (in the text)`).join(" | ")} | MB/s | CPU s |`);
console.log("|---|---|---|---|---|---|---|");
for (const file of positionals) {
  const documents = read(file);
  const language = (values.language ?? guess(documents)) as Language;
  for (const method of values.method ? [values.method] : ["tfidf", "textRank", "phrases"])
    await measure(file, documents, { language, method, tagged: values.tagged } as KeywordsOptions);
}

function read(file: string): JudgedText[] {
  const bytes = readFileSync(file);
  return judgedTexts((file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8"), file);
}

function guess(documents: readonly JudgedText[]): Language {
  return hanShare(new TextEncoder().encode(documents[0]!.text)) > 0.05 ? "chinese" : "english";
}

async function measure(file: string, documents: readonly JudgedText[], options: KeywordsOptions): Promise<void> {
  const texts = documents.map(({ text }) => text);
  const megabytes = Buffer.byteLength(texts.join("")) / 1e6;
  const found: string[][] = texts.map(() => []);
  await run(fromTexts(texts).pipe(keywords({ ...options, topN: SHOWN.at(-1)! })), {
    onEvent: ({ document, phrase }) => document.forEach((number, row) => void found[number]!.push(phrase[row]!)),
  });
  const times: number[] = [];
  const processor: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    await run(fromTexts(texts).pipe(keywords(options)));
    const { user, system } = process.cpuUsage(cpu);
    times.push((performance.now() - start) / 1e3);
    processor.push((user + system) / 1e6);
  }
  const scores = SHOWN.map(
    (k) => `${score(documents, found, options, k, false)} (${score(documents, found, options, k, true)})`,
  );
  console.log(
    `| ${basename(file)} | ${options.method}${options.tagged ? ", tagged" : ""} | ${scores.join(" | ")} | ${(megabytes / median(times)).toFixed(1)} | ${median(processor).toFixed(2)} |`,
  );
}

/** F1 of all that was given, or of what stands in the text. */
function score(
  documents: readonly JudgedText[],
  found: readonly (readonly string[])[],
  options: KeywordsOptions,
  k: number,
  isInText: boolean,
): string {
  const phrases = documents.map(({ given, text }, number) => {
    const bare = spelled(options.tagged ? text.replaceAll(/\/[^/\s]+(?=\s|$)/g, "") : text);
    const stands = (phrase: string) =>
      options.language === "chinese" ? bare.includes(phrase) : ` ${bare} `.includes(` ${phrase} `);
    const wanted = given.map(spelled).filter((phrase) => !isInText || stands(phrase));
    return { given: wanted, found: found[number]!.map(spelled) };
  });
  return scoreKeyphrases(phrases, k).f1.toFixed(3);
}
