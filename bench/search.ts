/**
 * How long a query takes in an index of many documents, on one thread.
 *
 *     npm run bench:search -- FILE [--documents 1000000] [--words 40] [--queries 1000]
 *
 * FILE has tokens between white space. Documents are stretches of about `--words` of them that begin at equal distances, so that they overlap if there are
 * more than the text has room for. Queries are of words that stand together in the text: 3 of the rarer half of their place's words, and
 * sentences of 10 as they stand. Each is asked by BM25 for 10 documents; every 50th is asked for by the plain search, too, which must find the same.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { DocumentTermCounter } from "../kernels/documents/documentTermCounter.js";
import { bm25Scoring, drawBelow, makeVocabulary, plainSearch, randomStream, searcherOf } from "../kernels/index.js";
import { bm25 } from "../models/index.js";
import type { Hit, IdBatch, SearchIndex, Vocabulary } from "../schemas/index.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    documents: { type: "string", default: "1000000" },
    words: { type: "string", default: "40" },
    queries: { type: "string", default: "1000" },
  },
});
if (positionals[0] === undefined) throw new TypeError("bench/search: a file must be given");
const [documents, words, queries] = [Number(values.documents), Number(values.words), Number(values.queries)];

const { vocabulary, ids } = read(resolve(positionals[0]));
const index = await timed("index", () => indexOf(vocabulary, ids));
const searcher = await timed("searcher", async () => searcherOf(index));
const resident = Math.round(process.memoryUsage.rss() / 2 ** 20);
console.log(
  `${index.lengths.length} documents, ${index.terms.length} terms, ${index.documents.length} postings; ${resident} MiB resident`,
);
report("3 rarer words", (at) => rarerOf(at, 3));
report("10 words as they stand", (at) => Array.from(ids.subarray(at, at + 10)));

function read(path: string): { readonly vocabulary: Vocabulary; readonly ids: Uint32Array } {
  const known = new Map<string, number>();
  const counts: number[] = [];
  const found: number[] = [];
  for (const line of readFileSync(path, "utf8").split("\n"))
    for (const token of line.split(" ")) {
      if (token === "") continue;
      const id = known.get(token) ?? known.size;
      known.set(token, id);
      counts[id] = (counts[id] ?? 0) + 1;
      found.push(id);
    }
  return { vocabulary: makeVocabulary([...known.keys()], Float64Array.from(counts)), ids: Uint32Array.from(found) };
}

async function indexOf(all: Vocabulary, tokens: Uint32Array): Promise<SearchIndex> {
  const model = bm25();
  const counter = new DocumentTermCounter();
  const distance = (tokens.length - 2 * words) / documents;
  const lengths = randomStream(1, "bench lengths");
  for (let document = 0; document < documents; document++) {
    const from = Math.floor(document * distance);
    const length = words / 2 + drawBelow(lengths, document, words + 1);
    const batch: IdBatch = {
      vocabulary: all,
      ids: tokens.subarray(from, from + length),
      documentOffsets: Uint32Array.of(0),
      sentenceOffsets: Uint32Array.of(0),
      epoch: 0,
    };
    for (const rows of counter.push(batch)) await model.update(rows);
  }
  for (const rows of counter.end()) await model.update(rows);
  return model.result();
}

async function timed<Made>(what: string, make: () => Promise<Made>): Promise<Made> {
  const [before, used] = [performance.now(), process.cpuUsage()];
  const made = await make();
  const { user, system } = process.cpuUsage(used);
  const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(2);
  console.log(`${what}: ${seconds(performance.now() - before)} s, ${seconds((user + system) / 1000)} processor s`);
  return made;
}

/** The rarest of the next 10 different words. */
function rarerOf(at: number, count: number): number[] {
  const next = [...new Set(ids.subarray(at, at + 10))];
  return next
    .sort((a, b) => vocabulary.counts[a]! - vocabulary.counts[b]!)
    .slice(0, 5)
    .slice(-count);
}

function report(what: string, queryAt: (at: number) => number[]): void {
  const places = randomStream(2, "bench queries");
  const scoring = bm25Scoring(index, index.scoring);
  const milliseconds: number[] = [];
  for (let query = 0; query < queries; query++) {
    const tokens = queryAt(drawBelow(places, query, ids.length - 10)).map((id) => vocabulary.terms[id]!);
    const before = performance.now();
    const hits = searcher.search(tokens, 10);
    milliseconds.push(performance.now() - before);
    if (query % 50 === 0) requireSame(hits, plainSearch(index, scoring, tokens, 10), tokens);
  }
  milliseconds.sort((a, b) => a - b);
  const told = [50, 90, 99].map((percent) => `p${percent} ${at(milliseconds, percent)} ms`);
  const mean = milliseconds.reduce((sum, time) => sum + time, 0) / queries;
  console.log(`${what}, ${queries} queries: ${told.join(", ")}, mean ${mean.toFixed(2)} ms`);
}

function at(sorted: readonly number[], percent: number): string {
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))]!.toFixed(2);
}

function requireSame(found: readonly Hit[], wanted: readonly Hit[], tokens: readonly string[]): void {
  if (JSON.stringify(found) !== JSON.stringify(wanted))
    throw new Error(`bench/search: both searches must find the same for ${tokens.join(" ")}`);
}
