import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";

const dist = join(import.meta.dirname, "../../dist");

/** A module and all that is loaded with it, at once; packages and Node's own modules by their names. */
function loadedWith(path: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(path)) return loaded;
  loaded.add(path);
  if (!path.startsWith("/")) return loaded;
  for (const [, name] of readFileSync(path, "utf8").matchAll(/^(?:import|export)\b[^"\n]*"([^"\n]+)";$/gm))
    loadedWith(name!.startsWith(".") ? join(dirname(path), name!) : name!, loaded);
  return loaded;
}

const files = (module: string) =>
  [...loadedWith(join(dist, module))]
    .filter((path) => path.startsWith(dist))
    .map((path) => path.slice(dist.length + 1));

it.each([
  ["cli/lexstream.js", 3],
  ["cli/commands/run.js", 15],
  ["index.js", 15],
])("%s is a few files, without packages and without what reads and writes tables", (entry, most) => {
  expect(files(entry)).toContain("chunks/start.js");
  expect(files(entry).length).toBeLessThanOrEqual(most);
  expect(files(entry).filter((file) => /arrow|parquet|csv/.test(file))).toEqual([]);
  const builtIn = /^(node:|\/|(fs|path|url|module|buffer|process)$)/;
  expect([...loadedWith(join(dist, entry))].filter((name) => !builtIn.test(name))).toEqual([]);
});

it.each([
  "cli/commands/run.js",
  "sources/files.js",
  "operators/text/tokenize.js",
  "kinds/vectors.js",
  "models/word2vec/word2vec.js",
  "models/glove/glove.js",
  "sinks/writeVectors.js",
])("what a run of the quickstart asks for comes without what others need: %s", (module) => {
  expect(files(module)).toContain("chunks/run.js");
  expect(files(module)).not.toContain("chunks/lexstream.js");
});

it.each([
  "kinds/vectorAnswers/searchThread.js",
  "models/elmo/elmoWorker.js",
  "models/glove/gloveWorker.js",
  "models/rnnlm/rnnlmWorker.js",
  "models/word2vec/word2vecWorker.js",
  "operators/cooccurrence/shardThread.js",
  "runtime/inWorkers.thread.js",
])("the thread %s loads what threads need, and no more", (thread) => {
  expect(files(thread)).toEqual([thread, "chunks/threads.js"]);
});
