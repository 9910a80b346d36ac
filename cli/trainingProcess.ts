/** A process that trains one model into a folder and ends: what it takes is that model's, and where it fails nobody else does. */

import { runPipeline, taskPipeline } from "../pipelines/index.js";
import type { TrainingOrder, TrainingReport } from "./trainApart.js";

const PROGRESS_MS = 100;

const stop = new AbortController();
process.once("disconnect", () => stop.abort());
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort());
process.once("message", (order: TrainingOrder) => void train(order).finally(() => process.disconnect()));

const report = (told: TrainingReport) =>
  new Promise<void>(
    (resolve) => void (process.connected ? process.send!(told, undefined, undefined, () => resolve()) : resolve()),
  );

async function train({ task, out, force }: TrainingOrder): Promise<void> {
  let shown = Number.NEGATIVE_INFINITY;
  try {
    await runPipeline(await taskPipeline(task, process.env), {
      ...{ out, force, resume: !force, signal: stop.signal, clock: () => new Date(), history: true },
      onProgress(progress) {
        const now = performance.now();
        if (now - shown < PROGRESS_MS && progress.share !== 1) return;
        shown = now;
        void report({ progress });
      },
    });
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const seconds = performance.now() / 1000;
    await report({
      cost: { seconds, processorSeconds: (userCPUTime + systemCPUTime) / 1e6, memoryBytes: 1024 * maxRSS },
    });
  } catch (error) {
    await report({ fault: (error as Error).message });
  }
}
