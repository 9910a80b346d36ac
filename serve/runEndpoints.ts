import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import {
  comparisonsOf,
  type HistoryPoint,
  type Manifest,
  type ModelComparison,
  manifestOf,
  originsIn,
  outputsIn,
  type PipelineGraph,
  type PluginOptions,
  pipelineGraph,
  pipelineOf,
  readHistory,
  titleOf,
} from "../pipelines/index.js";
import { type JsonSchema, NotFound, suggest, text } from "../schemas/index.js";
import { MANIFEST } from "../schemas/runFolder.js";
import type { Endpoint } from "./endpoint.js";

/** A run that is told of. */
export interface RunToShow {
  /** What `run=` calls it. */
  readonly id: string;
  readonly folder: string;
  /** Of a run under way, whose manifest is not written yet. */
  readonly graph?: PipelineGraph | undefined;
}

const object: JsonSchema = { type: "object" };
const string: JsonSchema = { type: "string" };
const listOf = (items: JsonSchema): JsonSchema => ({ type: "array", items });
const isFinished = ({ folder }: RunToShow) => existsSync(join(folder, MANIFEST));

/** What can be asked about runs: what they were made from and made, their graph, and how they went. `plugins` are of their configs. */
export function runEndpoints(runs: readonly RunToShow[], plugins: PluginOptions): readonly Endpoint[] {
  const field = text({ description: "Which of the runs in /runs; the first if left out", optional: true });
  const about = (
    name: string,
    summary: string,
    properties: Readonly<Record<string, JsonSchema>>,
    answer: (run: RunToShow) => unknown,
  ): Endpoint => ({
    query: { name, fields: { run: field } },
    ...{ summary, contentType: "application/json", missing: "There is no such run, or it has not ended" },
    answer: {
      type: "object",
      properties: { run: string, ...properties },
      required: ["run", ...Object.keys(properties)],
    },
    handle: async ({ run }) => {
      const found = runOf(runs, run);
      return { run: found.id, ...((await answer(found)) as object) };
    },
  });
  return [
    {
      query: { name: "runs", fields: {} },
      ...{ summary: "The runs that are shown", contentType: "application/json" },
      answer: { type: "object", properties: { runs: listOf(object) }, required: ["runs"], additionalProperties: false },
      handle: () => ({ runs: runs.map((run) => ({ run: run.id, isFinished: isFinished(run) })) }),
    },
    {
      query: { name: "comparisons", fields: {} },
      ...{ summary: "The comparisons over one text that the runs belong to", contentType: "application/json" },
      answer: {
        ...{ type: "object", properties: { comparisons: listOf(object) }, required: ["comparisons"] },
        additionalProperties: false,
      },
      handle: () => ({ comparisons: comparisonsOf(runs.map(({ folder }) => folder)).map(comparisonForPage) }),
    },
    about("manifest", "What a run was made from, and what it made", { name: string, outputs: listOf(object) }, (run) =>
      summaryOf(finished(run)),
    ),
    about(
      "graph",
      "The steps of a run, and what goes from one to another",
      { nodes: listOf(object), edges: listOf(object) },
      graphBy(plugins),
    ),
    about("history", "How a run went: its work and losses as points", { points: listOf(object) }, ({ folder }) => ({
      points: readHistory(folder).map(pointForPage),
    })),
  ];
}

function runOf(runs: readonly RunToShow[], id: unknown): RunToShow {
  const found = id === undefined ? runs[0] : runs.find((run) => run.id === id);
  if (found) return found;
  const near = suggest(
    String(id),
    runs.map((run) => run.id),
  );
  throw new NotFound(`unknown run ${JSON.stringify(id ?? "")}`, near === undefined ? [] : [near]);
}

function finished(run: RunToShow): Manifest {
  if (isFinished(run)) return manifestOf(run.folder);
  throw new NotFound(`${run.id}: must be a run that has ended, got one under way`);
}

/** Compiling a config takes a while, and a finished run stays as it is. */
function graphBy(plugins: PluginOptions): (run: RunToShow) => Promise<PipelineGraph> {
  const known = new Map<string, Promise<PipelineGraph>>();
  return async (run) => {
    if (run.graph) return run.graph;
    const manifest = finished(run);
    const graph = known.get(run.id) ?? pipelineOf(run.folder, manifest, plugins).then(pipelineGraph);
    known.set(run.id, graph);
    return graph;
  };
}

/** A manifest without the places of files on this machine, which whoever asks without a token need not learn. */
function summaryOf(manifest: Manifest) {
  const { name, seed, lexstream, counts, conservation, losses } = manifest;
  return {
    ...{ name, seed, lexstream, counts, conservation, losses },
    inputs: manifest.inputs.map(({ path, ...input }) => ({ ...input, path: basename(path) })),
    outputs: outputsIn(manifest),
    origins: Object.fromEntries(originsIn(manifest)),
  };
}

/** By the titles of its columns, without the places of files. */
function comparisonForPage({ corpus, columns, rows }: ModelComparison) {
  const withoutPlaces = (fault: string) => fault.replace(/(?<![^\s"'(])\/(?:[^\s/:]+\/)+/g, "");
  return {
    corpus: basename(corpus),
    columns: columns.map((column) => ({ ...column, title: titleOf(column) })),
    rows: rows.map(({ model, fault, scores, cost, bytes }) => ({
      ...{ model, bytes, ...cost, ...(fault === undefined ? {} : { fault: withoutPlaces(fault) }) },
      scores: columns.map(({ name }) => scores[name] ?? null),
    })),
  };
}

/** With mean losses. */
function pointForPage({ losses, ...point }: HistoryPoint) {
  const means = Object.entries(losses).flatMap(([model, { examples, loss }]) =>
    loss === undefined ? [] : [[model, loss / examples] as const],
  );
  return { ...point, losses: Object.fromEntries(means) };
}
