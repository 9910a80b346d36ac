import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Ledger } from "../../runtime/ledger.js";
import { fromTexts } from "../../sources/fromTexts.js";
import { cutTo } from "../graph/compile.js";
import { nodesOf, type PipelineNode } from "../graph/nodes.js";
import type { Pipeline } from "../graph/pipeline.js";
import { outputPaths } from "../graph/writtenPaths.js";
import { execute } from "../running/execute.js";
import type { ConfigTest } from "./config.js";
import { differenceText } from "./differenceText.js";
import type { Registry } from "./registry.js";
import { readValues, withValues } from "./stepInputs.js";
import { withInputs } from "./withInputs.js";

export interface ConfigTestResult {
  readonly name: string;
  /** What was expected and what came instead; empty if the test passed. */
  readonly failures: readonly string[];
}

/** What came out, by kind of data. */
type Seen = Map<string, unknown[]>;

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
  const makers = [...firstOfEachKind(whole.root)].filter(([kind]) => Object.hasOwn(test.expect, kind));
  const pipeline = cutTo(
    whole,
    makers.map(([, node]) => node),
  );
  const configFolder = dirname(whole.file);
  const firsts = new Set(makers.map(([, node]) => node.id));
  try {
    const values = await readValues(pipeline, configFolder);
    await execute(pipeline, {
      source: () => fromTexts(test.documents),
      sourceBytes: undefined,
      logPath: (name) => join(folder, name),
      ledger: new Ledger(),
      optionsOf: (node) => withValues(node, { ...withInputs(node, configFolder), ...outputsIn(folder, node) }, values),
      onValue: (node, value) => {
        const { name } = node.makes;
        if (firsts.has(node.id)) seen.set(name, [...(seen.get(name) ?? []), value]);
      },
    });
  } catch (error) {
    return failuresAlone(whole, test, error as Error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const failures = await Promise.all(
    Object.entries(test.expect).map(([kind, expected]) => compare(pipeline.registry.kinds, seen, kind, expected)),
  );
  return failures.flat();
}

/** What each expectation comes to without the others, where a step has failed that leads to one of them. */
async function failuresAlone(pipeline: Pipeline, test: ConfigTest, { message }: Error): Promise<string[]> {
  const entries = Object.entries(test.expect);
  if (entries.length === 1) return [`expect.${entries[0]![0]}: the run failed: ${message}`];
  const failures: string[] = [];
  for (const [kind, expected] of entries)
    failures.push(...(await runTest(pipeline, { ...test, expect: { [kind]: expected } })));
  return failures;
}

/** The first step that makes each kind of data; sinks only pass on. */
function firstOfEachKind(root: PipelineNode): Map<string, PipelineNode> {
  const makers = nodesOf(root).filter(({ unit }) => unit.kind !== "sink");
  return new Map(makers.toReversed().map((node) => [node.makes.name, node]));
}

function outputsIn(folder: string, node: PipelineNode): Record<string, string> {
  return Object.fromEntries(outputPaths(node).map(([option, path]) => [option, join(folder, path)]));
}

async function compare(kinds: Registry["kinds"], seen: Seen, name: string, expected: unknown): Promise<string[]> {
  const kind = kinds.get(name);
  const known = [...kinds.values()].filter(({ shown }) => shown).map((each) => each.name);
  if (!kind?.shown) return [`expect.${name}: unknown kind of data; known ones are ${known.join(", ")}`];
  const values = seen.get(name);
  if (!values) return [`expect.${name}: the pipeline must make ${name}, and did not`];
  const found = await kind.shown(values as never, expected);
  return isDeepStrictEqual(found, expected) ? [] : [`expect.${differenceText(name, expected, found)}`];
}
