import { isDeepStrictEqual } from "node:util";
import { isPlainObject } from "../../schemas/index.js";
import { CROISSANT } from "../../schemas/runFolder.js";
import type { PluginOptions } from "../config/loadPipeline.js";
import { nodesOf, type PipelineNode } from "../graph/nodes.js";
import type { Pipeline } from "../graph/pipeline.js";
import { outputPaths } from "../graph/writtenPaths.js";
import { type Manifest, originsIn, resolvedConfig } from "./manifest.js";
import { readManifest } from "./readManifest.js";
import { pipelineOf } from "./rerun.js";

/** Something that two runs have differently; undefined where one of them does not have it. */
export interface Difference {
  /** Such as `/steps/buildVocab/minCount`, the path of a file, the name of a counter. */
  readonly what: string;
  readonly first: unknown;
  readonly second: unknown;
}

export interface OutputDifference extends Difference {
  /** The differences in config, inputs, versions and arithmetic that lead to it. None: it was changed afterwards, or is not deterministic. */
  readonly because: readonly string[];
}

export interface RunDifferences {
  /** Versions of lexstream and Node, and the arithmetic of vectors. */
  readonly versions: readonly Difference[];
  readonly config: readonly Difference[];
  /** By place: the first file of each, the second, ... with its hash. */
  readonly inputs: readonly Difference[];
  readonly outputs: readonly OutputDifference[];
  readonly counts: readonly Difference[];
}

/**
 * Says what two finished runs have differently, and which of it leads to each output that differs. Reads manifests alone:
 * `verifyRun` tells whether the files are still those.
 * @throws Error if a folder has no manifest; SyntaxError if it is not one of ours
 */
export async function diffRuns(
  firstFolder: string,
  secondFolder: string,
  options: PluginOptions = {},
): Promise<RunDifferences> {
  const [first, second] = [await readManifest(firstFolder, "diff"), await readManifest(secondFolder, "diff")];
  const versions = [...differencesOf(versionsOf(first), versionsOf(second))];
  const inputs = [...differencesOf(inputsOf(first), inputsOf(second))];
  const pipelines = [await pipelineIn(firstFolder, first, options), await pipelineIn(secondFolder, second, options)];
  const trees = pipelines.map((pipeline) => (pipeline ? nodesOf(pipeline.root) : []));
  const seenFromHere = (manifest: Manifest, pipeline: Pipeline | undefined): Manifest =>
    pipeline ? { ...manifest, config: resolvedConfig(pipeline, "") } : manifest;
  const config = configDifferences(seenFromHere(first, pipelines[0]), seenFromHere(second, pipelines[1]));
  const causesOf = causeFinder(trees, { versions, config, inputs });
  const outputs = [...differencesOf(outputsOf(first), outputsOf(second))].map((difference) => ({
    ...difference,
    because: causesOf(difference.what),
  }));
  const counts = [...differencesOf(first.counts, second.counts)];
  return {
    versions,
    config: config.map(({ what, first, second }) => ({ what, first, second })),
    inputs,
    outputs,
    counts,
  };
}

type Values = Readonly<Record<string, unknown>>;

function versionsOf(manifest: Manifest): Values {
  const { lexstream, node } = manifest;
  const arithmetic = originsIn(manifest).map(([model, said]) => [`arithmetic of ${model}`, said.arithmetic]);
  return { lexstream, node, ...Object.fromEntries(arithmetic) };
}

function inputsOf({ inputs }: Manifest): Values {
  return Object.fromEntries(inputs.map(({ path, bytes, sha256 }, k) => [`input ${k + 1}`, { path, bytes, sha256 }]));
}

function outputsOf({ outputs }: Manifest): Values {
  const products = outputs.filter(({ path }) => path !== CROISSANT); // it only repeats the hashes of the others
  return Object.fromEntries(products.map(({ path, ...record }) => [path, record]));
}

/** What differs in two maps, by key; of inputs, the path alone is no difference. */
function* differencesOf(first: Values, second: Values, under = ""): Generator<Difference> {
  for (const key of new Set([...Object.keys(first), ...Object.keys(second)])) {
    const [a, b] = [first[key], second[key]];
    if (!isDeepStrictEqual(contentOf(a), contentOf(b))) yield { what: under + key, first: a, second: b };
  }
}

function contentOf(value: unknown): unknown {
  return isPlainObject(value) && "sha256" in value ? value.sha256 : value;
}

type Step = Readonly<Record<string, Values>>;

/** A difference in the config, and the ids of the steps that it is a part of. */
interface ConfigDifference extends Difference {
  readonly steps: readonly string[];
}

function configDifferences(first: Manifest, second: Manifest): ConfigDifference[] {
  const [a, b] = [first.config, second.config];
  const branches = new Set([...Object.keys(a.branches), ...Object.keys(b.branches)]);
  return [
    ...[...differencesOf({ seed: first.seed }, { seed: second.seed }, "/")].map((found) => ({ ...found, steps: [] })),
    ...stepDifferences([a.source], [b.source], "source"),
    ...stepDifferences(a.steps, b.steps, "steps"),
    ...[...branches].flatMap((name) =>
      stepDifferences(a.branches[name] ?? [], b.branches[name] ?? [], `branches/${name}`),
    ),
  ];
}

/** Two lists of steps, each step compared with the next one of its name. */
function stepDifferences(first: readonly Step[], second: readonly Step[], place: string): ConfigDifference[] {
  const idOf = (step: Step, index: number) =>
    place === "source" ? `source/${nameOf(step)}` : `${place}/${index}/${nameOf(step)}`;
  const found: ConfigDifference[] = [];
  let next = 0;
  for (const [index, step] of first.entries()) {
    const name = nameOf(step);
    const what = `/${place}/${name}`;
    const partner = second.findIndex((other, k) => k >= next && nameOf(other) === name);
    if (partner < 0) found.push({ what, first: step[name], second: undefined, steps: [idOf(step, index)] });
    else {
      found.push(...extraSteps(second.slice(next, partner), next));
      const other = second[partner]!;
      const steps = [idOf(step, index), idOf(other, partner)];
      for (const difference of differencesOf(step[name]!, other[name]!, `${what}/`))
        found.push({ ...difference, steps });
      next = partner + 1;
    }
  }
  return [...found, ...extraSteps(second.slice(next), next)];

  function extraSteps(steps: readonly Step[], from: number): ConfigDifference[] {
    return steps.map((step, k) => {
      const name = nameOf(step);
      return { what: `/${place}/${name}`, first: undefined, second: step[name], steps: [idOf(step, from + k)] };
    });
  }
}

const nameOf = (step: Step) => Object.keys(step)[0]!;

interface Causes {
  readonly versions: readonly Difference[];
  readonly config: readonly ConfigDifference[];
  readonly inputs: readonly Difference[];
}

/** Says of an output which differences lead to it: those of the steps between the source and its writer, the input and the versions. */
function causeFinder(trees: readonly (readonly PipelineNode[])[], causes: Causes): (output: string) => string[] {
  return (output) => {
    const steps = new Set(trees.flatMap((nodes) => stepsTo(nodes, output)));
    const isKnown = steps.size > 0;
    const config = causes.config.filter((one) => !isKnown || one.steps.some((id) => steps.has(id)));
    return [...config, ...causes.inputs, ...causes.versions].map(({ what }) => what);
  };
}

/** None of a version with other units or options, or with modules that must not be loaded. */
function pipelineIn(folder: string, manifest: Manifest, options: PluginOptions): Promise<Pipeline | undefined> {
  return pipelineOf(folder, manifest, options).catch(() => undefined);
}

/** The steps from the source to whatever writes a file; sinks on the way change nothing, but the last one writes. */
function stepsTo(nodes: readonly PipelineNode[], output: string): string[] {
  const writer = nodes.find((node) => outputPaths(node).some(([, path]) => path === output));
  const steps: string[] = [];
  for (let node = writer; node; node = node.parent) steps.push(node.id);
  return steps;
}
