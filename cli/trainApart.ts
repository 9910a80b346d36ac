import { once } from "node:events";
import type { ComparedTask, Progress, TrainingCost } from "../pipelines/index.js";

/** What the process is to train, and where to. */
export interface TrainingOrder {
  readonly task: ComparedTask;
  readonly out: string;
  /** Replace an earlier run, in the place of going on with it. */
  readonly force: boolean;
}

/** What the process tells. */
export type TrainingReport =
  | { readonly progress: Progress }
  | { readonly cost: TrainingCost }
  | { readonly fault: string };

const script = new URL("./trainingProcess.js", import.meta.url);

/**
 * Trains a model in a process of its own.
 * Rejects with the fault of the training, or one that says how its process ended; with the signal's reason once that aborts.
 */
export async function trainApart(
  order: TrainingOrder,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
): Promise<TrainingCost> {
  signal.throwIfAborted();
  const { fork } = process.getBuiltinModule("node:child_process"); // it loads what other commands do without
  const child = fork(script, {
    serialization: "advanced",
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const told: { cost?: TrainingCost; fault?: string } = {};
  child.on("message", (report: TrainingReport) => {
    if ("progress" in report) onProgress(report.progress);
    else Object.assign(told, report);
  });
  const stop = () => child.connected && child.disconnect();
  signal.addEventListener("abort", stop, { once: true });
  child.send(order);
  const [code, killedBy] = await once(child, "exit");
  signal.removeEventListener("abort", stop);
  signal.throwIfAborted();
  if (told.cost) return told.cost;
  throw new Error(told.fault ?? `its process must end by itself, got ${killedBy ?? `exit code ${code}`}`);
}
