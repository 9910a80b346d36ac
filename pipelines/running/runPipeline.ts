import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join, normalize, resolve } from "node:path";
import { EMPTY, type Observable } from "rxjs";
import { Ledger } from "../../runtime/ledger.js";
import { millisecondsOf, type TextBatch } from "../../schemas/index.js";
import { CROISSANT, REJECTED } from "../../schemas/runFolder.js";
import { listFiles } from "../../sources/documents/listFiles.js";
import { requireUnchanged, stampOf } from "../../storage/files/fileStamp.js";
import { makeFolder } from "../../storage/files/makeFolder.js";
import { beginRun, finishedRun, recordInputs } from "../checkpoint/beginRun.js";
import type { Checkpointer } from "../checkpoint/checkpointer.js";
import { makeUnit } from "../config/makeUnit.js";
import { inputsOf, readValues, stepInputs, withValues } from "../config/stepInputs.js";
import { goesOnInItsSource, isModel, isReadAtOnce, nameOf, nodesOf, type PipelineNode } from "../graph/nodes.js";
import type { Pipeline } from "../graph/pipeline.js";
import { journalPaths, outputPaths, writtenPaths } from "../graph/writtenPaths.js";
import { makeCroissant } from "../record/croissant.js";
import type { FileRecord } from "../record/fileRecord.js";
import { lexstreamVersion } from "../record/lexstreamVersion.js";
import { type Manifest, makeManifest } from "../record/manifest.js";
import { MANIFEST, RunDirectory } from "../record/runDirectory.js";
import { RunHistory } from "../record/runHistory.js";
import { DeadLetters } from "./deadLetters.js";
import { execute } from "./execute.js";
import { placedOptions } from "./placedOptions.js";
import { plannedSteps } from "./plannedSteps.js";
import type { Chore, PassView, Progress } from "./progress.js";
import { type SnapshotOptions, writeSnapshot } from "./snapshots.js";
import { writtenFiles } from "./writtenFiles.js";

export interface RunPipelineOptions {
  /** The folder to write to. */
  readonly out: string;
  /** Replace an earlier run in that folder. */
  readonly force?: boolean;
  /** Go on with the unfinished run in that folder, if there is one. */
  readonly resume?: boolean;
  /** Interrupts the run: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Stops a run whose source is live and can be gone on with (`canStop`): it reads no more, takes a checkpoint and a snapshot, and
   * rejects with `RunStopped`.
   */
  readonly stop?: AbortSignal;
  /** Reads nothing more: ends the unfinished run where it stopped. */
  readonly finish?: boolean;
  /** The time, for the names of snapshots and for the history; needed where the config asks for some. */
  readonly clock?: () => Date;
  /** Sees what each model has learned so far, now and then. */
  readonly publish?: Chore;
  readonly onProgress?: (progress: Progress) => void;
  /** Keep the series of the progress in the folder, as `progress.jsonl`; needs the clock. */
  readonly history?: boolean;
  /** Sees each pass when it begins. */
  readonly onPass?: (pass: PassView) => void;
  /** Sees what each model has learned once it is finished. */
  readonly onLearned?: (model: PipelineNode, value: unknown) => void;
  /** Hears one line of each model that says how it computes. */
  readonly onNotice?: (notice: string) => void;
  /** Where the run counts, for those who watch it; empty at first. */
  readonly ledger?: Ledger;
}

export interface PipelineResult {
  readonly manifest: Manifest;
  /** Texts of the outputs that are meant to be read. */
  readonly reports: readonly string[];
}

/**
 * Runs a compiled pipeline into a folder and writes its manifest last.
 *
 * Memory: as the stages state; tokens that are read again lie in memory up to 8 MiB a stream, else on disk. The same config, seed and input give the same bytes, and so does a run that was
 * interrupted any number of times and went on with `resume`.
 * Rejects with the first error of a stage; what was half-written is gone then, and there is no manifest. The checkpoint stays, if the
 * run had come as far as to take one.
 */
export async function runPipeline(pipeline: Pipeline, options: RunPipelineOptions): Promise<PipelineResult> {
  const { signal, stop, finish = false, ledger = new Ledger() } = options;
  const { unit } = pipeline.root;
  signal?.throwIfAborted();
  const nodes = nodesOf(pipeline.root);
  const kept = nodes.flatMap(journalPaths).map(([, path]) => normalize(path));
  const directory = await RunDirectory.open(options.out, { ...options, kept });
  const rejected = new DeadLetters(directory.resolve(REJECTED), ledger);
  let checkpointer: Checkpointer | undefined;
  let inputs: Promise<FileRecord[]> | undefined;
  const ending = new AbortController();
  const halt = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal;
  try {
    for (const [, path] of nodes.flatMap(writtenPaths)) directory.resolve(path);
    for (const [, path] of nodes.filter(isSink).flatMap(outputPaths)) directory.requireNoFolder(path);
    for (const path of kept) makeFolder(dirname(directory.resolve(path)));
    const configFolder = dirname(pipeline.file);
    const places = {
      inputs: configFolder,
      written: (path: string) => directory.resolve(path),
      scratch: directory.scratch,
    };
    const sourceOptions = placedOptions(pipeline.root, places);
    const sourceInputs = inputsOf(pipeline.root, configFolder).map(({ path }) => path);
    const texts = await listFiles(sourceInputs, unit.name);
    const besides = stepInputs(pipeline, configFolder);
    for (const { path, who } of besides) await listFiles([path], who);
    const files = [...texts, ...(await listFiles(besides.map(({ path }) => path)))];
    if (directory.isFinished) {
      const manifest = await finishedRun(pipeline, files, directory, halt);
      return { manifest, reports: await readReports(pipeline, directory) };
    }
    const stamps = await Promise.all(files.map(({ path }) => stampOf(path)));
    const requireInputs = async () => {
      for (const [k, { path }] of files.entries()) await requireUnchanged("run", path, stamps[k]);
    };
    const beginning = await beginRun(pipeline, files, directory, halt);
    checkpointer = beginning.checkpointer;
    const { from } = beginning;
    if (finish && !from)
      throw new Error(`run: --finish needs an unfinished run over a live source, got none in ${directory.folder}`);
    if (from?.place?.rejected) rejected.goOn(from.place.rejected);
    const hashed = recordInputs(files, checkpointer, halt);
    inputs = hashed;
    inputs.catch(() => {}); // awaited below; until then a failure must not go unhandled
    const values = await readValues(pipeline, configFolder);
    const optionsOf = (node: PipelineNode) => withValues(node, placedOptions(node, places), values);
    const execution = await execute(pipeline, {
      source: (cursor) => (finish ? EMPTY : openSource(pipeline.root, sourceOptions, cursor)),
      sourceBytes: texts.length > 0 ? texts.reduce((total, { size }) => total + size, 0) : undefined,
      logPath: (name) => (checkpointer ? directory.checkpoint.file(name) : join(directory.scratch, name)),
      checkpointer,
      from,
      stop,
      chores: choresOf(pipeline, optionsOf, options),
      ledger,
      optionsOf,
      metadata: async (node) => originOf(node, configFolder, await hashed, texts.length),
      signal,
      onProgress: progressOf(pipeline, directory.folder, options),
      onPass: options.onPass,
      seesBatches: false,
      onValue: (node, value) => {
        noteLearned(node, value, ledger);
        if (isModel(node)) options.onLearned?.(node, value);
      },
      onNotice: options.onNotice,
      onRejected: (rejection) => rejected.add(rejection),
      requireInputs,
      settleRejected: () => rejected.settle(),
      onSourceRead: () => rejected.commit(),
    });
    await requireInputs();
    const outputs = await recordOutputs(directory, ledger);
    const described = await describeOutputs(pipeline, directory, await hashed, outputs);
    const manifest = makeManifest(pipeline, {
      folder: directory.folder,
      inputs: await hashed,
      outputs: [...outputs, described].sort((a, b) => (a.path < b.path ? -1 : 1)),
      execution,
      ledger,
    });
    directory.writeJson(MANIFEST, manifest);
    return { manifest, reports: await readReports(pipeline, directory) };
  } finally {
    ending.abort();
    await inputs?.catch(() => {}); // it has told its error above; its files are closed now
    rejected.close();
    checkpointer?.close();
    await directory.close();
  }
}

/** Who is told of the progress: the history, if one is kept, and whoever watches. */
function progressOf(pipeline: Pipeline, folder: string, options: RunPipelineOptions): RunPipelineOptions["onProgress"] {
  const { history: isKept, clock, onProgress } = options;
  if (!isKept) return onProgress;
  if (!clock) throw new TypeError("run: clock must be given where a history is kept, got none");
  const history = new RunHistory(folder, plannedSteps(pipeline));
  return (progress) => {
    history.note(progress, clock());
    onProgress?.(progress);
  };
}

/** Counts a model whose result looks as if training had hardly begun, and documents that it passed over: for the run, and in its own ledger. */
function noteLearned(node: PipelineNode, value: unknown, ledger: Ledger): void {
  if (!isModel(node)) return;
  const hardlyMoved = node.makes.hardlyMoved?.(value as never) ?? false;
  const passedOver = node.makes.passedOver?.(value as never) ?? 0;
  for (const each of [ledger, ledger.child(nameOf(node))]) {
    if (hardlyMoved) each.add(HARDLY_MOVED, 1);
    if (passedOver > 0) each.add(PASSED_OVER, passedOver);
  }
}

/** The counters' names. */
export const HARDLY_MOVED = "modelsHardlyMoved";
export const PASSED_OVER = "documentsPassedOver";

const isSink = ({ unit }: PipelineNode) => unit.kind === "sink";

function openSource(root: PipelineNode, options: Readonly<Record<string, unknown>>, cursor: string | undefined) {
  const context = { epoch: 0, start: { from: cursor }, readAtOnce: isReadAtOnce(root) };
  return makeUnit(root.unit, {}, options, context) as Observable<TextBatch>;
}

/** A run that can be stopped: its source is live, and every stage of the pass over it can be gone on with. */
export const canStop = ({ root }: Pipeline): boolean => goesOnInItsSource(root);

function choresOf({ config }: Pipeline, optionsOf: SnapshotOptions["optionsOf"], options: RunPipelineOptions): Chore[] {
  const { every, keep } = config.snapshot;
  const { clock, publish } = options;
  const chores = publish ? [publish] : [];
  if (every === undefined) return chores;
  if (!clock) throw new TypeError("run: clock must be given where the config asks for snapshots, got none");
  const write: Chore["run"] = async (node, take) => {
    const result = await take();
    if (result !== undefined) await writeSnapshot(node, result, { keep, clock, optionsOf });
  };
  return [...chores, { every: () => millisecondsOf(every), run: write }];
}

/** What a model's vectors came from, as hashes: the corpus, which is the first of the inputs, and the vectors that it began with. */
function originOf(
  node: PipelineNode,
  configFolder: string,
  inputs: readonly FileRecord[],
  corpus: number,
): ReadonlyMap<string, string> {
  const hashOf = (path: string) => inputs.find((input) => resolve(input.path) === resolve(path))!.sha256;
  const begun = inputsOf(node, configFolder).map(({ option, path }) => [option, hashOf(path)] as const);
  return new Map([["corpus", corpusHash(inputs.slice(0, corpus))], ...begun]);
}

/** One hash for the whole corpus: of the files' hashes, in order. */
function corpusHash(inputs: readonly FileRecord[]): string {
  return createHash("sha256")
    .update(inputs.map(({ sha256 }) => sha256).join("\n"))
    .digest("hex");
}

/** Every file that a sink said it wrote, in a branch or not. */
async function recordOutputs(directory: RunDirectory, ledger: Ledger): Promise<FileRecord[]> {
  const written = [...writtenFiles(ledger)].sort(([a], [b]) => (a < b ? -1 : 1));
  return Promise.all(written.map(([path, rows]) => directory.record(path, rows)));
}

async function describeOutputs(
  { config: { name, about } }: Pipeline,
  directory: RunDirectory,
  inputs: readonly FileRecord[],
  outputs: readonly FileRecord[],
): Promise<FileRecord> {
  const path = directory.resolve(CROISSANT);
  const run = { name, about, inputs, lexstream: lexstreamVersion() };
  directory.writeJson(CROISSANT, await makeCroissant(run, directory.folder, outputs));
  return directory.record(path, undefined);
}

async function readReports(pipeline: Pipeline, directory: RunDirectory): Promise<string[]> {
  const reports = nodesOf(pipeline.root).filter(({ unit }) => unit.isReport);
  const paths = reports.flatMap((node) => outputPaths(node).map(([, path]) => directory.resolve(path)));
  return Promise.all(paths.map((path) => readFile(path, "utf8")));
}
