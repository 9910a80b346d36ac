import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Ledger } from "../kernels/ledger.js";
import type {
  ContextBatch,
  DataType,
  FinalCooccurrence,
  IdBatch,
  PairBatch,
  TokenBatch,
  Vocabulary,
} from "../schemas/index.js";
import { show } from "../schemas/index.js";
import { fromTexts } from "../sources/fromTexts.js";
import { cutTo, outputPaths, type Pipeline } from "./compile.js";
import type { ConfigTest } from "./config.js";
import { execute } from "./execute.js";
import { nodesOf, type PipelineNode } from "./nodes.js";
import { readTables, withInputs, withTables } from "./stepInputs.js";

export interface ConfigTestResult {
  readonly name: string;
  /** What was expected and what came instead; empty if the test passed. */
  readonly failures: readonly string[];
}

/** What a test may expect, each by data type: `tokens`, `vocabulary`, `ids`, `pairs`, `cooccurrence`, `vectors`. */
type Seen = Map<DataType, unknown[]>;

/**
 * Runs a config's own tests: the documents take the place of the source, only the steps run that lead to what a test expects, and what
 * the first step of each kind made is compared with it.
 */
export async function runConfigTests(pipeline: Pipeline): Promise<ConfigTestResult[]> {
  const results: ConfigTestResult[] = [];
  for (const test of pipeline.config.tests) results.push({ name: test.name, failures: await runTest(pipeline, test) });
  return results;
}

async function runTest(whole: Pipeline, test: ConfigTest): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "lexstream-test-"));
  const seen: Seen = new Map();
  const makers = [...firstOfEachType(whole.root)].filter(([type]) => Object.hasOwn(test.expect, type));
  const pipeline = cutTo(
    whole,
    makers.map(([, node]) => node),
  );
  const configFolder = dirname(whole.file);
  const firsts = new Set(makers.map(([, node]) => node.id));
  try {
    const tables = await readTables(pipeline, configFolder);
    await execute(pipeline, {
      source: () => fromTexts(test.documents),
      sourceBytes: undefined,
      cachePath: (name) => join(folder, name),
      ledger: new Ledger(),
      optionsOf: (node) => withTables(node, { ...withInputs(node, configFolder), ...outputsIn(folder, node) }, tables),
      onValue: (node, value) => {
        const type = node.unit.schema.produces;
        if (firsts.has(node.id)) seen.set(type, [...(seen.get(type) ?? []), value]);
      },
    });
  } catch (error) {
    return [`the run failed: ${(error as Error).message}`];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const failures = await Promise.all(
    Object.entries(test.expect).map(([type, expected]) => compare(seen, type, expected)),
  );
  return failures.flat();
}

/** The first step that makes each type of data; sinks only pass on. */
function firstOfEachType(root: PipelineNode): Map<DataType, PipelineNode> {
  const makers = nodesOf(root).filter(({ unit }) => unit.schema.kind !== "sink");
  return new Map(makers.toReversed().map((node) => [node.unit.schema.produces, node]));
}

function outputsIn(folder: string, node: PipelineNode): Record<string, string> {
  return Object.fromEntries(outputPaths(node).map(([option, path]) => [option, join(folder, path)]));
}

async function compare(seen: Seen, type: string, expected: unknown): Promise<string[]> {
  const reader = readers[type];
  if (!reader) return [`expect.${type}: unknown data type; known ones are ${Object.keys(readers).join(", ")}`];
  const values = seen.get(type as DataType);
  if (!values) return [`expect.${type}: the pipeline must make ${type}, and did not`];
  const found = await reader(values, expected);
  return isDeepStrictEqual(found, expected) ? [] : [`expect.${type}: expected ${show(expected)}, got ${show(found)}`];
}

/** How each type of data is written in a test; `expected` says which part of a large value is asked for. */
const readers: Record<string, (values: readonly unknown[], expected: unknown) => unknown> = {
  tokens: (batches) =>
    sentences((batches as TokenBatch[]).map((batch) => ({ ...batch, term: (id) => batch.lexicon.term(id) ?? "" }))),
  ids: (batches) =>
    sentences((batches as IdBatch[]).map((batch) => ({ ...batch, term: (id) => batch.vocabulary.terms[id]! }))),
  vocabulary: ([vocabulary]) => {
    const { terms, counts } = vocabulary as Vocabulary;
    return Object.fromEntries(terms.map((term, id) => [term, counts[id]]));
  },
  contexts: (batches) =>
    (batches as ContextBatch[]).reduce((total, batch) => total + batch.endCentre - batch.firstCentre, 0),
  pairs: (batches) => (batches as PairBatch[]).flatMap(pairRows),
  cooccurrence: ([table], expected) => cellsNamed(table as FinalCooccurrence, expected),
  vectors: ([vectors]) => {
    const { terms, vectorSize } = vectors as { terms: readonly string[]; vectorSize: number };
    return { terms: terms.length, vectorSize };
  },
};

interface NamedBatch {
  readonly ids: Uint32Array;
  readonly sentenceOffsets: Uint32Array;
  readonly term: (id: number) => string;
}

/** Batches of ids as lists of terms, one list a sentence. */
function sentences(batches: readonly NamedBatch[]): string[][] {
  const lists: string[][] = [];
  for (const { ids, sentenceOffsets, term } of batches) {
    const terms = Array.from(ids, term);
    lists.at(-1)?.push(...terms.slice(0, sentenceOffsets[0] ?? terms.length));
    lists.push(...Array.from(sentenceOffsets, (start, index) => terms.slice(start, sentenceOffsets[index + 1])));
  }
  return lists;
}

function pairRows({ vocabulary, centre, context }: PairBatch): string[][] {
  return Array.from(centre, (id, row) => [vocabulary.terms[id]!, vocabulary.terms[context[row]!]!]);
}

/** The expected cells, `{ "the cat": 1.5 }`, as the table has them. */
async function cellsNamed(table: FinalCooccurrence, expected: unknown): Promise<Record<string, number>> {
  const wanted = new Set(Object.keys(expected as object));
  const { terms } = table.vocabulary;
  const found: Record<string, number> = {};
  for await (const { row, column, weight } of table.batches()) {
    row.forEach((id, cell) => {
      const name = `${terms[id]} ${terms[column[cell]!]}`;
      if (wanted.has(name)) found[name] = weight[cell]!;
    });
  }
  return Object.fromEntries([...wanted].map((name) => [name, found[name] ?? 0]));
}
