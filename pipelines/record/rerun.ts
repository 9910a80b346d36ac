import { mkdtemp, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseConfig } from "../config/config.js";
import { compileWithPlugins, type PluginOptions } from "../config/loadPipeline.js";
import type { Pipeline } from "../graph/pipeline.js";
import { type RunPipelineOptions, runPipeline } from "../running/runPipeline.js";
import { differenceOf } from "./fileRecord.js";
import type { Manifest } from "./manifest.js";
import { readManifest } from "./readManifest.js";
import { MANIFEST } from "./runDirectory.js";
import { type VerifiedFile, verifyInputs } from "./verifyRun.js";

/**
 * Runs again what a manifest describes, beside the run's folder, and compares every output with it.
 *
 * Out: the outputs, with what is wrong with those that came out otherwise; or the inputs, if one of them has changed, since then
 * the run cannot be repeated. What was made for it is removed.
 * @throws Error if the folder has no manifest, or if what it describes does not run
 */
export async function rerun(
  folder: string,
  options: Omit<RunPipelineOptions, "out" | "force"> & PluginOptions = {},
): Promise<VerifiedFile[]> {
  const manifest = await readManifest(folder, "verify");
  const inputs = await verifyInputs(folder, manifest);
  if (inputs.some(({ fault }) => fault !== undefined)) return inputs;
  const pipeline = await pipelineOf(folder, manifest, options);
  const { name, replayable } = pipeline.root.unit;
  if (!replayable)
    throw new Error(`verify: a run must have read files to be run again, got one of ${name} in ${folder}`);
  const elsewhere = await mkdtemp(join(dirname(resolve(folder)), ".lexstream-rerun-"));
  try {
    const { manifest: again } = await runPipeline(pipeline, { ...options, out: elsewhere });
    return compare(folder, manifest, again);
  } finally {
    await rm(elsewhere, { recursive: true, force: true });
  }
}

/**
 * The pipeline that the manifest of a run's folder describes: its config with every default filled in.
 * @throws ConfigError if this version of lexstream has no such pipeline, or needs modules that must not be loaded
 */
export async function pipelineOf(
  folder: string,
  { format, name, seed, about, config, configFile }: Manifest,
  options: PluginOptions = {},
): Promise<Pipeline> {
  const { description, ...dataset } = about;
  const file = format === 1 ? configFile : join(folder, MANIFEST);
  const loaded = parseConfig(JSON.stringify({ name, description, dataset, seed, ...config }), file);
  return compileWithPlugins(loaded, options);
}

function compare(folder: string, first: Manifest, again: Manifest): VerifiedFile[] {
  const made = new Map(again.outputs.map((record) => [record.path, record]));
  const compared = first.outputs.map((expected) => {
    const found = made.get(expected.path);
    made.delete(expected.path);
    const fault = found ? differenceOf(expected, found) : "must be made again, and was not";
    return { path: join(folder, expected.path), fault };
  });
  const more = [...made.keys()].map((path) => ({ path: join(folder, path), fault: "must not be made, and was" }));
  return [...compared, ...more];
}
