import {
  type Chore,
  canStop,
  isUpdated,
  nameOf,
  nodesOf,
  type Pipeline,
  type PipelineNode,
  type Progress,
} from "../pipelines/index.js";
import type { Ledger } from "../runtime/ledger.js";
import type { StatusCounters } from "../serve/index.js";
import { type Io, UsageError } from "./command.js";
import { printableLine } from "./printable.js";
import { meanLossesBetween } from "./progress.js";
import { type QueryThread, serveOnThread, type ThreadOptions } from "./serveOnThread.js";

/** Learning waits while a snapshot is taken: a twentieth of the time, or less. */
const LEAST_INTERVAL_MS = 1000;
const INTERVAL_PER_COST = 20;
const STATUS_EVERY_MS = 500;

export interface RunServer {
  readonly address: QueryThread["address"];
  /** Who is asked: the first model of the config. */
  readonly model: string;
  readonly publish: Chore;
  readonly update: (progress: Progress) => void;
  readonly close: () => Promise<void>;
}

/**
 * Answers questions about what a run has learned so far. The run goes on without answers if the thread that gives
 * them fails.
 *
 * State: two snapshots of what the model has learned.
 * @throws UsageError if no model learns while text flows, or nothing can be asked of what the first one makes; Error if the address
 * cannot be listened on
 */
export async function serveRun(
  pipeline: Pipeline,
  ledger: Ledger,
  options: ThreadOptions,
  { stderr }: Io,
): Promise<RunServer> {
  const node = askedModel(pipeline);
  const isLive = canStop(pipeline);
  let hasFailed = false;
  const fail = ({ message }: Error) => {
    hasFailed = true;
    stderr.write(`serve: ${printableLine(message)}; the run goes on without answers\n`);
  };
  const thread = await serveOnThread(node.makes.name, pipeline.registry, options, fail);
  const status = statusOf(node, ledger);
  const report = () => thread.setStatus(status.counters());
  const timer = setInterval(report, STATUS_EVERY_MS).unref();
  report();
  let sequence = 0;
  let cost = 0;
  const publish: Chore = {
    every: () => Math.max(LEAST_INTERVAL_MS, INTERVAL_PER_COST * cost),
    of: (other) => other === node,
    run: async (_, take) => {
      if (hasFailed) return;
      const began = performance.now();
      const result = await take();
      if (result === undefined) return;
      const from = isLive ? { tokens: ledger.get("read"), documents: ledger.get("documents") } : {};
      try {
        thread.publish({ sequence: ++sequence, ...from, value: result });
      } catch (error) {
        return fail(error as Error); // it cannot be copied
      }
      report();
      cost = performance.now() - began;
    },
  };
  return {
    address: thread.address,
    model: nameOf(node),
    publish,
    update: status.update,
    close: () => {
      clearInterval(timer);
      return thread.close();
    },
  };
}

/** The first model that learns while text flows. */
function askedModel({ root, config, registry }: Pipeline): PipelineNode {
  const node = nodesOf(root).find(isUpdated);
  if (!node)
    throw new UsageError(`run: --serve needs a model that learns while text flows, got none in ${config.name}`);
  if (node.makes.answers) return node;
  const asked = [...registry.kinds.values()].filter(({ answers }) => answers).map(({ name }) => name);
  throw new UsageError(
    `run: --serve needs a first model that makes what can be asked (${asked.join(", ")}), but ${nameOf(node)} makes ${node.makes.name}`,
  );
}

/** What `/status` and `/metrics` tell of the run: where it stands, and what it has counted, all branches besides the model's left out. */
function statusOf(node: PipelineNode, ledger: Ledger) {
  const began = performance.now();
  const meanLosses = meanLossesBetween();
  let progress: Progress | undefined;
  let meanLoss: number | undefined;
  return {
    update: (latest: Progress) => {
      progress = latest;
    },
    counters: (): StatusCounters => {
      if (progress) meanLoss = meanLosses(progress).get(nameOf(node)) ?? meanLoss;
      const { stage = "starting", done, total, unit, live } = progress ?? {};
      const branch = node.branch === undefined ? undefined : ledger.children.get(node.branch);
      return {
        model: nameOf(node),
        stage,
        ...(done === undefined || live ? {} : { [`${unit}Done`]: done, ...(total ? { [`${unit}InAll`]: total } : {}) }),
        secondsRunning: Math.round((performance.now() - began) / 1000),
        ...Object.fromEntries([...ledger.counts, ...(branch?.counts ?? [])]),
        ...(live?.vocabulary === undefined ? {} : { vocabulary: live.vocabulary }),
        ...(meanLoss === undefined ? {} : { meanLoss }),
      };
    },
  };
}
