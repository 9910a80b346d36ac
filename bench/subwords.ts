/**
 * How fast lines become ids of pieces, and whether the ids are those of `@huggingface/tokenizers`, which reads the same `tokenizer.json`: one
 * thread, processor seconds of this process.
 *
 *     npm run bench:subwords -- FILE... [--tokenizer tokenizer.json]... [--lines 100000] [--size 30000]
 *
 * Without `--tokenizer`, a byte-level BPE and a WordPiece of `--size` pieces are learned from the first of the lines.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { parseArgs } from "node:util";
import { makeSubwordVocabulary } from "../kernels/index.js";
import { encodeSubwords, learnSubwords, tokenize } from "../operators/index.js";
import { run } from "../runtime/index.js";
import type { SubwordVocabulary } from "../schemas/index.js";
import { fromTexts } from "../sources/index.js";
import { fileBytes } from "../storage/files/fileBytes.js";
import { parseTokenizer, tokenizerJson } from "../storage/tokenizers/tokenizerJson.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tokenizer: { type: "string", multiple: true, default: [] },
    lines: { type: "string", default: "100000" },
    size: { type: "string", default: "30000" },
  },
});
if (positionals.length === 0) throw new TypeError("bench/subwords: a file must be given");

/** Its types are none that this compiler reads. */
const { Tokenizer } = createRequire(import.meta.url)("@huggingface/tokenizers") as {
  readonly Tokenizer: new (
    json: unknown,
    config: unknown,
  ) => { encode(text: string): { readonly ids: readonly number[] } };
};

type Json = Readonly<Record<string, unknown>>;
interface Named {
  readonly name: string;
  readonly json: Json;
}

console.log(
  "| file | tokenizer | lines | MB | ids | lines that differ | MB/s | ids in the stream, MB/s | `@huggingface/tokenizers`, MB/s |",
);
console.log("|---|---|---|---|---|---|---|---|---|");
for (const path of positionals) {
  const lines = await firstLines(path, Number(values.lines));
  for (const named of await tokenizersFor(lines))
    console.log(`| ${basename(path)} | ${await compared(named, lines)} |`);
}

async function firstLines(path: string, count: number): Promise<string[]> {
  const lines: string[] = [];
  const input = Readable.from(fileBytes(path));
  for await (const line of createInterface({ input })) {
    if (line !== "") lines.push(line);
    if (lines.length === count) break;
  }
  input.destroy();
  return lines;
}

async function tokenizersFor(lines: readonly string[]): Promise<Named[]> {
  if (values.tokenizer.length > 0)
    return values.tokenizer.map((path) => ({
      name: basename(path),
      json: JSON.parse(readFileSync(path, "utf8")) as Json,
    }));
  const some = lines.slice(0, 20_000);
  const learned: Named[] = [];
  for (const kind of ["bpe", "wordPiece"] as const) {
    const { result, seconds } = await timed(() =>
      run(
        fromTexts(some).pipe(
          tokenize({ mode: "whitespace", maxTokenLength: 1_000_000 }),
          learnSubwords({ kind, size: Number(values.size) }),
        ),
      ),
    );
    const { tokenizer, terms } = result!;
    learned.push({
      name: `${kind} of ${terms.length}, learned in ${seconds.toFixed(1)} s`,
      json: tokenizerJson(tokenizer, terms),
    });
  }
  return learned;
}

async function compared({ name, json }: Named, lines: readonly string[]): Promise<string> {
  const megabytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0) / 1e6;
  const ours = vocabularyOf(json);
  const theirs = new Tokenizer(json, {});
  const own = await timed(() => lines.map((line) => ours.encode(line)));
  const other = await timed(() => lines.map((line) => theirs.encode(line).ids));
  const stream = await timed(() =>
    run(
      fromTexts(lines).pipe(
        tokenize({ mode: "whitespace", maxTokenLength: 1_000_000 }),
        encodeSubwords(vocabularyOf(json)),
      ),
    ),
  );
  const differing = lines.filter((_, i) => own.result[i]!.join() !== other.result[i]!.join()).length;
  const ids = own.result.reduce((sum, each) => sum + each.length, 0);
  const speed = ({ seconds }: { readonly seconds: number }) => (megabytes / seconds).toFixed(1);
  return [name, lines.length, megabytes.toFixed(1), ids, differing, speed(own), speed(stream), speed(other)].join(
    " | ",
  );
}

function vocabularyOf(json: Json): SubwordVocabulary {
  const { form, pieces } = parseTokenizer(json, "tokenizer");
  return makeSubwordVocabulary(form, pieces);
}

async function timed<Result>(work: () => Result | Promise<Result>): Promise<{ result: Result; seconds: number }> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
}
