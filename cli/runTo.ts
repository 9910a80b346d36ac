import { printableLine } from "../kernels/text/printable.js";
import type { Pipeline } from "../pipelines/graph/pipeline.js";
import { type Manifest, originsIn } from "../pipelines/record/manifest.js";
import { inputPlace } from "../pipelines/record/readManifest.js";
import { formatConservation } from "../pipelines/running/conservation.js";
import { faultsIn, inputFaults } from "../pipelines/running/inputFaults.js";
import { plannedSteps } from "../pipelines/running/plannedSteps.js";
import { canStop, HARDLY_MOVED, PASSED_OVER, runPipeline } from "../pipelines/running/runPipeline.js";
import { RunStopped } from "../pipelines/running/runStopped.js";
import { Ledger } from "../runtime/ledger.js";
import { didYouMean, plural } from "../schemas/index.js";
import { LEFT_OUT } from "../sources/documents/leftOut.js";
import { STEPS_LOST, stepsLost } from "../storage/fasttext/fastTextLosses.js";
import { inWords } from "./amounts.js";
import { type CommandOption, EndedEarly, INTERRUPTED, type Io, type Parsed, UsageError } from "./command.js";
import { urlOf } from "./listenOptions.js";
import { PROGRESS_MODES, type ProgressMode, showProgress } from "./progress.js";
import type { ThreadOptions } from "./serveOnThread.js";
import { type RunServer, serveRun } from "./serveRun.js";
import { wayOn } from "./wayOn.js";

export const forceOption: CommandOption = {
  type: "boolean",
  short: "f",
  description: "Replace an earlier run in that folder",
};
export const resumeOption: CommandOption = {
  type: "boolean",
  description: "Go on with the unfinished run in that folder; begin one if there is none",
};
export const progressOption: CommandOption = {
  type: "string",
  value: "MODE",
  description: `How to show progress: ${PROGRESS_MODES.join(", ")}`,
};

/** How a run is to go, as the command line says. */
export interface RunWay {
  readonly mode: ProgressMode;
  readonly force: boolean;
  readonly resume: boolean;
  readonly finish: boolean;
  readonly json: boolean;
  /** The command line, to tell how to go on. */
  readonly parsed: Parsed;
  /** Where questions about what was learned so far are answered, if anywhere. */
  readonly serving?: ThreadOptions | undefined;
}

/** @throws UsageError if the options contradict each other */
export function wayOf(parsed: Parsed): RunWay {
  const who = parsed.argv[0]!;
  const [force, finish] = [parsed.flag("force"), parsed.flag("finish")];
  const resume = parsed.flag("resume") || finish;
  if (force && resume)
    throw new UsageError(`${who}: --${finish ? "finish" : "resume"} must not be combined with --force, got both`);
  return { mode: progressMode(who, parsed.text("progress")), force, resume, finish, json: parsed.flag("json"), parsed };
}

/** @throws UsageError if somebody sits before standard input, who would not know that it is waited for */
export function requirePipe(who: string, stdin: Io["stdin"]): void {
  if (stdin?.isTTY)
    throw new UsageError(`${who}: standard input must be text from a pipe or file, got a terminal; name a FILE`);
}

/**
 * Runs a pipeline into a folder, shows how far it is, and tells what came out.
 * Rejects with EndedEarly where the user, or whoever ends the process, has stopped it.
 */
export async function runTo(pipeline: Pipeline, out: string, way: RunWay, io: Io): Promise<void> {
  const started = performance.now();
  const { mode, force, resume, finish, json, serving, parsed } = way;
  for (const [name, value] of pipeline.defaulted)
    io.stderr.write(`note: ${name} is not set, so that the config's own ${printableLine(value)} is taken\n`);
  for (const { message } of pipeline.warnings) io.stderr.write(`warning: ${printableLine(message)}\n`);
  const progress = showProgress(mode, plannedSteps(pipeline), io.stderr, io.env);
  const ledger = new Ledger();
  let server: RunServer | undefined;
  try {
    server = serving && (await serveRun(pipeline, out, ledger, serving, io));
    if (server) io.stderr.write(`serving ${printableLine(server.models.join(", "))} at ${urlOf(server.address)}\n`);
    const { manifest, reports } = await runPipeline(pipeline, {
      out,
      force,
      resume,
      finish,
      ...(canStop(pipeline) ? { signal: io.interrupted, stop: io.terminated } : { signal: io.signal }),
      clock: () => new Date(),
      history: true,
      onProgress: (latest) => {
        progress.update(latest);
        server?.update(latest);
      },
      onNotice: (notice) => {
        progress.end(); // a bar is drawn again behind it
        io.stderr.write(`note: ${printableLine(notice)}\n`);
      },
      ledger,
      ...(server ? { publish: server.publish, onLearned: server.onLearned, onPass: server.onPass } : {}),
    });
    progress.end();
    const seconds = (performance.now() - started) / 1000;
    io.out(json ? `${JSON.stringify(manifest)}\n` : summary(manifest, reports, warnings(ledger), out, seconds));
  } catch (error) {
    throw endedEarly(error as Error, pipeline, wayOn(parsed, out));
  } finally {
    progress.end();
    await server?.close();
  }
}

/** An error as it is told: of a run that was stopped, with the way to go on. */
function endedEarly(error: Error, pipeline: Pipeline, goOn: string): Error {
  if (error instanceof RunStopped) return new EndedEarly(`run: stopped${goOn}`, 0);
  if (error.name !== "AbortError") return error;
  const lacksSnapshot = canStop(pipeline) && pipeline.config.snapshot.every !== undefined;
  return new EndedEarly(`run: interrupted${lacksSnapshot ? ", without a snapshot" : ""}${goOn}`, INTERRUPTED);
}

function progressMode(who: string, text = "auto"): ProgressMode {
  const mode = PROGRESS_MODES.find((candidate) => candidate === text);
  if (mode) return mode;
  const hint = didYouMean(text, PROGRESS_MODES);
  throw new UsageError(
    `${who}: --progress must be one of ${PROGRESS_MODES.join(", ")}, got ${JSON.stringify(text)}${hint}`,
  );
}

/** What the user should know of a run that did what it was told. */
function warnings(ledger: Ledger): string[] {
  return [...leftOut(ledger), ...hardlyMoved(ledger), ...passedOver(ledger), ...lostSteps(ledger)];
}

function lostSteps({ children }: Ledger): string[] {
  return [...children].filter(([, part]) => part.get(STEPS_LOST) > 0).map(([path]) => `warning: ${stepsLost(path)}`);
}

function hardlyMoved({ children }: Ledger): string[] {
  return [...children]
    .filter(([, part]) => part.get(HARDLY_MOVED) > 0)
    .map(
      ([model]) =>
        `warning: ${model}: vectors hardly moved apart: those of frequent terms all point the same way; more epochs`,
    );
}

function passedOver({ children }: Ledger): string[] {
  return [...children].flatMap(([model, part]) => {
    const texts = part.get(PASSED_OVER);
    return texts > 0
      ? [
          `warning: ${model}: ${plural(texts, "text")} passed over, without a label or word; lexstream inspect tells more`,
        ]
      : [];
  });
}

/** Of the first epoch and of the last. */
function byEpoch(losses: readonly number[]): string {
  const told = (epoch: number) => `${losses[epoch - 1]!.toFixed(4)} in epoch ${epoch}`;
  return losses.length > 1 ? `${told(1)}, ${told(losses.length)}` : told(1);
}

function heldOutLine(model: string, epochs: Manifest["losses"][string]): string[] {
  const losses = epochs.flatMap(({ heldOutLoss }) => heldOutLoss ?? []);
  const names = Object.keys(epochs.at(-1)?.heldOutScores ?? {});
  const scores = names.map((name) => {
    const values = epochs.flatMap(({ heldOutScores }) => heldOutScores?.[name] ?? []);
    return `${model}: held-out ${inWords(name)} ${byEpoch(values)}`;
  });
  return losses.length > 0 ? [`${model}: held-out loss ${byEpoch(losses)}`, ...scores] : [];
}

/** A folder that was read held the folders of runs, perhaps of this one before. */
function leftOut({ children }: Ledger): string[] {
  return [...children]
    .filter(([, part]) => part.get(LEFT_OUT) > 0)
    .map(([folder]) => `warning: ${folder} was left out, since a run has written it`);
}

function summary(
  manifest: Manifest,
  reports: readonly string[],
  warnings: readonly string[],
  out: string,
  seconds: number,
): string {
  const losses = Object.entries(manifest.losses).flatMap(([model, epochs]) => [
    `${model}: mean loss ${byEpoch(epochs.map(({ meanLoss }) => meanLoss))}`,
    ...heldOutLine(model, epochs),
  ]);
  const begun = originsIn(manifest)
    .filter(([, { initialTerms }]) => initialTerms !== undefined)
    .map(([model, { initialTerms }]) => `${model}: began with ${initialTerms} initial vectors`);
  // Files that are followed are not listed as inputs.
  const told =
    manifest.inputs.length > 0
      ? manifest.inputs.map(({ path, counts }) => ({ path: inputPlace(out, manifest, path), counts }))
      : [{ path: Object.keys(manifest.config.source)[0]!, counts: manifest.counts }];
  const faults = told.flatMap(({ path, counts }) =>
    Object.entries(faultsIn(new Map(Object.entries(counts)))).map(
      ([counter, amount]) => `warning: ${path}: ${amount} ${inputFaults[counter]}`,
    ),
  );
  const outputs = manifest.outputs.map(
    ({ path, bytes, rows }) =>
      `  ${path}  ${rows === undefined ? "" : `${plural(rows, "row")}, `}${formatBytes(bytes)}`,
  );
  return [
    ...reports,
    ...manifest.conservation.map(formatConservation),
    ...begun,
    ...losses,
    ...warnings,
    ...faults,
    `wrote ${out}/manifest.json and ${plural(manifest.outputs.length, "file")} in ${seconds.toFixed(1)} s`,
    ...outputs,
    "",
  ].join("\n");
}

function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
