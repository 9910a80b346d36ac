import { resolve } from "node:path";
import { printableLine } from "../kernels/text/printable.js";
import { isModel, isUpdated, nameOf, nodesOf, type PipelineNode } from "../pipelines/graph/nodes.js";
import type { Pipeline } from "../pipelines/graph/pipeline.js";
import { pipelineGraph } from "../pipelines/graph/pipelineGraph.js";
import type { Chore, PassView, Progress } from "../pipelines/running/progress.js";
import { canStop } from "../pipelines/running/runPipeline.js";
import type { Ledger } from "../runtime/ledger.js";
import type { StatusCounters } from "../serve/snapshot.js";
import { type Io, UsageError } from "./command.js";
import { passesUnderWay } from "./passesUnderWay.js";
import { meanLossesBetween, speedOf } from "./progress.js";
import { type QueryThread, serveOnThread, type ThreadOptions } from "./serveOnThread.js";

/** Learning waits while a snapshot is taken: a twentieth of the time, or less. */
const LEAST_INTERVAL_MS = 1000;
const INTERVAL_PER_COST = 20;
const STATUS_EVERY_MS = 1000;

export interface RunServer {
  readonly address: QueryThread["address"];
  /** Who is asked, the first where no name is given: the models of the config that make what can be asked. */
  readonly models: readonly string[];
  readonly publish: Chore;
  readonly onLearned: (node: PipelineNode, value: unknown) => void;
  readonly onPass: (pass: PassView) => void;
  readonly update: (progress: Progress) => void;
  readonly close: () => Promise<void>;
}

/**
 * Answers questions about what a run has learned so far, and shows how it goes as a page. A model that learns while text flows answers
 * before it is finished, the others once they are. The run goes on without answers if the thread that gives them fails.
 *
 * State: two snapshots of what each model has learned.
 * @throws UsageError if no model makes what can be asked; Error if the address cannot be listened on
 */
export async function serveRun(
  pipeline: Pipeline,
  out: string,
  ledger: Ledger,
  options: ThreadOptions,
  { stderr }: Io,
): Promise<RunServer> {
  const nodes = askedModels(pipeline);
  const isLive = canStop(pipeline);
  let hasFailed = false;
  const fail = ({ message }: Error) => {
    hasFailed = true;
    stderr.write(`serve: ${printableLine(message)}; the run goes on without answers\n`);
  };
  const models = nodes.map((node) => ({ name: nameOf(node), kind: node.makes.name }));
  const runs = [{ id: pipeline.config.name, folder: resolve(out), graph: pipelineGraph(pipeline) }];
  const shown = { runs, reading: { plugins: false } };
  const thread = await serveOnThread(models, pipeline.registry, { ...options, shown }, fail);
  const status = statusOf(ledger);
  const passes = passesUnderWay();
  const report = () => {
    for (const node of nodes) thread.setStatus(nameOf(node), status.counters(node));
    thread.tell("run", { run: runs[0]!.id, ...status.moment(), ...passes.moment(performance.now()) });
  };
  const timer = setInterval(report, STATUS_EVERY_MS).unref();
  report();
  let sequence = 0;
  let cost = 0;
  const publish = async (node: PipelineNode, value: unknown): Promise<void> => {
    if (hasFailed || value === undefined) return;
    const from = isLive ? { tokens: ledger.get("read"), documents: ledger.get("documents") } : {};
    try {
      await thread.publish(nameOf(node), { sequence: ++sequence, ...from, value });
    } catch (error) {
      return fail(error as Error); // it cannot be copied
    }
    report();
  };
  return {
    address: thread.address,
    models: models.map(({ name }) => name),
    publish: {
      every: () => Math.max(LEAST_INTERVAL_MS, INTERVAL_PER_COST * cost),
      of: (other) => nodes.includes(other),
      run: async (node, take) => {
        const began = performance.now();
        if (!hasFailed) await publish(node, await take());
        cost = performance.now() - began;
      },
    },
    onLearned: (node, value) => {
      if (nodes.includes(node)) void publish(node, value);
    },
    onPass: passes.add,
    update: status.update,
    close: () => {
      clearInterval(timer);
      return thread.close();
    },
  };
}

/** Those that make what can be asked, each by a name of its own; first those that learn while text flows. */
function askedModels({ root, config, registry }: Pipeline): PipelineNode[] {
  const models = nodesOf(root).filter(isModel);
  const asked = models.filter(({ makes }) => makes.answers);
  const inOrder = [...asked.filter(isUpdated), ...asked.filter((node) => !isUpdated(node))];
  if (asked.length > 0) return [...new Map(inOrder.map((node) => [nameOf(node), node])).values()];
  const kinds = [...registry.kinds.values()].filter(({ answers }) => answers).map(({ name }) => name);
  const made = models.map((node) => `${nameOf(node)} makes ${node.makes.name}`).join(", ");
  throw new UsageError(
    `run: --serve needs a model that makes what can be asked (${kinds.join(", ")}), got ${made || "none"} in ${config.name}`,
  );
}

/** What `/status`, `/metrics` and `/events` tell of the run: where it stands, and what it has counted, all branches besides the model's left out. */
function statusOf(ledger: Ledger) {
  const began = performance.now();
  const meanLosses = meanLossesBetween();
  const speed = speedOf();
  let progress: Progress | undefined;
  let perSecond: number | undefined;
  const means = new Map<string, number>();
  const secondsRunning = () => Math.round((performance.now() - began) / 1000);
  return {
    update: (latest: Progress) => {
      progress = latest;
      perSecond = speed(latest, performance.now());
    },
    /** How the whole run stands. */
    moment: () => {
      if (progress) for (const [model, loss] of meanLosses(progress)) means.set(model, loss);
      const { step, stage = "starting", share, done, total, unit, live } = progress ?? {};
      return {
        ...{ step, stage, share, done, total, unit, perSecond, secondsRunning: secondsRunning() },
        ...{ losses: Object.fromEntries(means), ledger: amountsIn(ledger), live },
      };
    },
    counters: (node: PipelineNode): StatusCounters => {
      if (progress) for (const [model, loss] of meanLosses(progress)) means.set(model, loss);
      const { stage = "starting", done, total, unit, live } = progress ?? {};
      const branch = node.branch === undefined ? undefined : ledger.children.get(node.branch);
      const meanLoss = means.get(nameOf(node));
      return {
        model: nameOf(node),
        stage,
        ...(done === undefined || live ? {} : { [`${unit}Done`]: done, ...(total ? { [`${unit}InAll`]: total } : {}) }),
        secondsRunning: secondsRunning(),
        ...Object.fromEntries([...ledger.counts, ...(branch?.counts ?? [])]),
        ...(live?.vocabulary === undefined ? {} : { vocabulary: live.vocabulary }),
        ...(meanLoss === undefined ? {} : { meanLoss }),
      };
    },
  };
}

/** A ledger as plain data: its counters, and those of its parts by name. */
function amountsIn({ counts, children }: Ledger): Readonly<Record<string, unknown>> {
  const parts = [...children].map(([name, part]) => [name, Object.fromEntries(part.counts)] as const);
  return { counts: Object.fromEntries(counts), parts: Object.fromEntries(parts) };
}
