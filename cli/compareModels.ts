import { existsSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { printableLine } from "../kernels/text/printable.js";
import {
  COMPARISON,
  type ComparedRow,
  type ComparedSet,
  type ComparedTask,
  comparisonCells,
  comparisonIn,
  comparisonMarkdown,
  corpusConfigs,
  faultLines,
  findConfig,
  isRun,
  loadPipeline,
  type ModelComparison,
  manifestOf,
  namesOf,
  type OpenSet,
  openSets,
  type Pipeline,
  plannedSteps,
  type Registry,
  runPipeline,
  scoreRun,
  splitLabelled,
  taskPipeline,
  tasksOfConfig,
  titleOf,
  writeComparison,
} from "../pipelines/index.js";
import { MANIFEST } from "../schemas/runFolder.js";
import { makeFolder } from "../storage/files/makeFolder.js";
import { writeJson } from "../storage/files/writeJson.js";
import { duration } from "./amounts.js";
import { type Io, type Parsed, UsageError } from "./command.js";
import { registryOf } from "./pluginOptions.js";
import { showProgress } from "./progress.js";
import { type RunWay, wayOf } from "./runTo.js";
import { textTable } from "./textTable.js";
import { trainApart } from "./trainApart.js";

export const DEFAULT_MINUTES = 3;
const WIDTH = 160;
const CONFIGS = [".yaml", ".yml", ".json"];

/** What is compared, where to. */
interface Asked {
  readonly corpus: string;
  readonly out: string;
  readonly way: RunWay;
  readonly registry: Registry;
}

interface Training {
  readonly task: ComparedTask;
  readonly pipeline: Pipeline;
}

/** Trains models over one text, each in a process of its own, scores them all, and writes one table. */
export async function compareModels(parsed: Parsed, io: Io): Promise<number> {
  const [corpus] = parsed.positionals as [string];
  const out = parsed.text("out") ?? "runs/compare";
  const asked: Asked = { corpus, out, way: wayOf(parsed), registry: await registryOf(parsed) };
  requireFresh(asked);
  makeFolder(out);
  const { tasks, sets } = await tasksAndSets(asked, parsed, io);
  const trainings: Training[] = []; // faults are told before all the work
  for (const task of tasks) trainings.push({ task, pipeline: await taskPipeline(task, io.env) });
  const opened = await openSets(sets, asked.registry, io.signal);
  const columns = opened.map(({ column }) => column);
  const earlier = asked.way.force ? [] : (comparisonIn(out)?.rows ?? []);
  const rows: ComparedRow[] = [];
  const started = performance.now();
  for (const [k, training] of trainings.entries()) {
    const { task, pipeline } = training;
    const left =
      k === 0 ? "" : `, about ${duration(((performance.now() - started) / 1000 / k) * (tasks.length - k))} left`;
    io.stderr.write(`model ${k + 1} of ${tasks.length}: ${printableLine(task.name)}${left}\n`);
    const progress = showProgress(asked.way.mode, plannedSteps(pipeline), io.stderr, io.env);
    const before = earlier.find(({ model }) => model === task.name);
    rows.push(await rowOf(training, before, opened, asked, io, progress.update).finally(progress.end));
    const { fault } = rows.at(-1)!;
    if (fault !== undefined) io.stderr.write(`${printableLine(`${task.name}: ${fault}`)}\n`);
    writeJson(join(out, COMPARISON), { corpus, columns, rows });
  }
  const comparison: ModelComparison = { corpus, columns, rows };
  writeFileSync(join(out, "compare.md"), comparisonMarkdown(comparison));
  await writeComparison(comparison, join(out, "compare.arrow"));
  io.out(asked.way.json ? `${JSON.stringify(comparison)}\n` : plain(comparison, out));
  return rows.some(({ fault }) => fault === undefined) ? 0 : 1;
}

/** @throws UsageError if an argument is no text, or an earlier comparison is in the folder and nobody said what becomes of it */
function requireFresh({ corpus, out, way: { force, resume } }: Asked): void {
  if (existsSync(corpus) && isRun(corpus))
    throw new UsageError(
      `compare: one argument must be a text or a config, got a run; two runs are compared with each other`,
    );
  if (existsSync(join(out, COMPARISON)) && !force && !resume)
    throw new UsageError(`compare: ${out} holds a comparison; --resume goes on with it, --force starts anew`);
}

async function tasksAndSets(asked: Asked, parsed: Parsed, io: Io) {
  const given = setsOf(parsed);
  const labelled = given.find(({ scoring }) => scoring === "labelled");
  if (!labelled) return { tasks: await tasksOf(asked, undefined, parsed, io), sets: given };
  const { learned, scored } = await splitLabelled(labelled.file, asked.out);
  const split = { ...labelled, file: scored, besides: { learned } };
  const sets = given.map((set) => (set === labelled ? split : set));
  return { tasks: await tasksOf(asked, learned, parsed, io), sets };
}

async function tasksOf(asked: Asked, labelled: string | undefined, parsed: Parsed, io: Io): Promise<ComparedTask[]> {
  const { corpus } = asked;
  const file = await findConfig(corpus);
  const isConfig = file !== corpus || CONFIGS.includes(extname(corpus));
  const other = (isConfig ? OF_TEXT : OF_CONFIG).find((name) => parsed.value(name) !== undefined);
  if (other !== undefined)
    throw new UsageError(
      `compare: --${other} must go with a ${isConfig ? "text" : "config"}, got ${printableLine(corpus)}`,
    );
  return isConfig ? modelsOfConfig(file, parsed, io) : modelsOverText(asked, labelled, parsed, io);
}

/** Options for a text alone, and for a config alone. */
const OF_TEXT = ["budget", "language", "plugin"];
const OF_CONFIG = ["set", "plugins"];

async function modelsOfConfig(file: string, parsed: Parsed, { env }: Io): Promise<ComparedTask[]> {
  const seed = parsed.integer("seed", 0);
  const set = [...parsed.texts("set"), ...(seed === undefined ? [] : [`seed=${seed}`])];
  const load = { set, plugins: parsed.flag("plugins") };
  return tasksOfConfig(await loadPipeline(file, { ...load, env }), { file, load }, namesIn(parsed));
}

/** Writes the config of each that takes part. */
async function modelsOverText(
  { corpus, out, registry }: Asked,
  labelled: string | undefined,
  parsed: Parsed,
  { stderr }: Io,
): Promise<ComparedTask[]> {
  const [models, language] = [namesIn(parsed), parsed.text("language")];
  const request = { corpus, models, labelled, language, minutes: minutesOf(parsed), seed: parsed.integer("seed", 0) };
  const { configs, withoutLabels } = await corpusConfigs(request, registry, out);
  for (const name of withoutLabels) stderr.write(`note: ${name} takes part with --labelled alone\n`);
  return configs.map(({ name, text }) => {
    const path = join(out, `${name}.yaml`);
    writeFileSync(path, text);
    return { name, file: path, load: { plugins: true } };
  });
}

const namesIn = (parsed: Parsed) => parsed.text("models")?.split(",");

function minutesOf(parsed: Parsed): number {
  const written = parsed.text("budget") ?? String(DEFAULT_MINUTES);
  const minutes = Number(written);
  if (minutes > 0 && Number.isFinite(minutes)) return minutes;
  throw new UsageError(`compare: --budget must be minutes, a number above 0, got ${JSON.stringify(written)}`);
}

/** The sets by the options of their scorings' names. */
function setsOf(parsed: Parsed): ComparedSet[] {
  const relevance = parsed.text("relevance");
  if ((relevance === undefined) !== (parsed.text("retrieval") === undefined))
    throw new UsageError("compare: --retrieval must go with --relevance, got one of them alone");
  const given = scoredOptions.flatMap((scoring) =>
    [parsed.value(scoring) ?? []].flat().map((file) => ({ scoring, file: String(file) })),
  );
  const titles = new Map(namesOf(given.map(({ file }) => file)).map(([name, path]) => [path, withoutEnding(name)]));
  const besides = relevance === undefined ? {} : { besides: { relevance } };
  return given.map((set) => ({ ...set, title: titles.get(set.file)!, ...besides }));
}

const withoutEnding = (name: string) => name.replace(/(\.\w+)+$/, "");

/** Options that name sets, as the scorings of kinds do. */
export const scoredOptions = [
  "similarity",
  "analogies",
  "labelled",
  "retrieval",
  "word-in-context",
  "keyphrases",
] as const;

async function rowOf(
  { task, pipeline }: Training,
  before: ComparedRow | undefined,
  sets: readonly OpenSet[],
  { out, way: { force }, registry }: Asked,
  { signal }: Io,
  onProgress: Parameters<typeof trainApart>[2],
): Promise<ComparedRow> {
  const folder = join(out, task.name);
  const row: { -readonly [Key in keyof ComparedRow]: ComparedRow[Key] } = { model: task.name, scores: {} };
  try {
    const isDone = !force && existsSync(join(folder, MANIFEST));
    if (isDone) await runPipeline(pipeline, { out: folder, resume: true, signal }); // makes sure that it is this one
    const cost = isDone ? before?.cost : await trainApart({ task, out: folder, force }, signal, onProgress);
    if (cost) row.cost = cost;
    row.bytes = manifestOf(folder).outputs.reduce((sum, { bytes }) => sum + bytes, 0);
    const scores = await scoreRun(folder, sets, registry);
    const named = sets.flatMap(({ column }, k) => (Number.isNaN(scores[k]) ? [] : [[column.name, scores[k]!]]));
    row.scores = Object.fromEntries(named);
  } catch (error) {
    signal.throwIfAborted();
    row.fault = (error as Error).message;
  }
  return row;
}

function plain(comparison: ModelComparison, out: string): string {
  const cells = comparisonCells(comparison);
  const right = cells[0]!.map((_, k) => k).slice(1);
  const meanings = comparison.columns.map(
    (column) => `${printableLine(titleOf(column))}: ${column.about}; ${column.items} ${column.unit}`,
  );
  const parts = [
    textTable(cells, { right, width: WIDTH }),
    meanings.join("\n"),
    faultLines(comparison).map(printableLine).join("\n"),
  ];
  const written = `wrote compare.md, compare.arrow, ${COMPARISON} and the runs; lexstream page ${printableLine(out)} shows them`;
  return `${[...parts.filter((part) => part !== ""), written].join("\n\n")}\n`;
}
