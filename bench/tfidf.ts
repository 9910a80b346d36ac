/**
 * How fast a file of lines becomes a matrix of TF-IDF weights: whole processes, from the text to the written matrix.
 *
 *     PYTHON=python3 npm run bench:tfidf -- FILE [--rounds 5]
 *
 * FILE holds words between spaces, a document a line. The peers run in the Python that PYTHON names, on one thread, each as its
 * documentation says: scikit-learn's `TfidfVectorizer` and `HashingVectorizer`, which write their matrix with `save_npz`, and gensim's
 * `Dictionary`, `doc2bow` and `TfidfModel`, whose weights are counted and not written.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { openMatrix } from "../storage/index.js";
import { type Contender, compareInTurn, inScratch, lexstreamRun, noteAbsent } from "./wholeProcess.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "5" } },
});
if (positionals[0] === undefined) throw new TypeError("bench/tfidf: a file must be given");
const corpus = resolve(positionals[0]);
const python = process.env.PYTHON ?? "python3";

const read = "import sys\nlines = open(sys.argv[1], encoding='utf8')\n";
const written =
  "from scipy.sparse import save_npz\nsave_npz(sys.argv[2], matrix, compressed=False)\nprint(*matrix.shape, matrix.nnz)\n";
const scripts = {
  "scikit-learn, `TfidfVectorizer`": `${read}from sklearn.feature_extraction.text import TfidfVectorizer
matrix = TfidfVectorizer(analyzer=str.split).fit_transform(lines)
${written}`,
  "scikit-learn, `HashingVectorizer`": `${read}from sklearn.feature_extraction.text import HashingVectorizer
matrix = HashingVectorizer(analyzer=str.split, norm=None).fit_transform(lines)
${written}`,
  "gensim, `Dictionary`, `doc2bow`, `TfidfModel`": `${read}from gensim.corpora import Dictionary
from gensim.models import TfidfModel
documents = [line.split() for line in lines]
dictionary = Dictionary(documents, prune_at=None)
bags = [dictionary.doc2bow(words) for words in documents]
model = TfidfModel(bags)
print(len(documents), len(dictionary), sum(len(model[bag]) for bag in bags))
`,
};

await inScratch(async (folder) => {
  const contenders = [
    ours(folder, "lexstream, TF-IDF", [
      { buildVocab: { minCount: 1 } },
      "encode",
      "documentTerms",
      "documentFrequencies",
      "weighTerms",
    ]),
    ours(folder, "lexstream, `hashTerms`", [{ hashTerms: { columns: 2 ** 20 } }]),
    ...Object.entries(scripts).flatMap(([name, script]) => peer(folder, name, script)),
  ];
  await compareInTurn(contenders, Number(values.rounds), ["documents", "columns", "cells"]);
});

function ours(folder: string, name: string, steps: readonly unknown[]): Contender {
  const tokens = { tokenize: { mode: "whitespace" } };
  const [program, out] = lexstreamRun(folder, corpus, [
    tokens,
    ...steps,
    { writeDocumentTerms: { path: "matrix.npz" } },
  ]);
  const facts = async () => {
    const file = await openMatrix(join(out, "matrix.npz"));
    file.close();
    return [file.documents, file.columns, file.cells].map(String);
  };
  return { name, programs: [program], facts };
}

function peer(folder: string, name: string, script: string): Contender[] {
  const own = mkdtempSync(join(folder, "peer-"));
  const [path, output] = [join(own, "peer.py"), join(own, "told")];
  writeFileSync(path, script);
  const imported = /^from (\w+)/m.exec(script)![1]!;
  if (spawnSync(python, ["-c", `import ${imported}`]).status !== 0) {
    noteAbsent(name);
    return [];
  }
  const command = {
    command: "env",
    args: ["OMP_NUM_THREADS=1", python, path, corpus, join(own, "matrix.npz")],
    output,
  };
  return [{ name, programs: [command], facts: () => readFileSync(output, "utf8").trim().split(" ") }];
}
