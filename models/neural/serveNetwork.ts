import { parentPort, workerData } from "node:worker_threads";
import type { Network } from "../../kernels/neural/network.js";
import { type NetworkJob, type NetworkTask, networkWorker } from "../../kernels/neural/networkThread.js";

/**
 * What a thread of `threadStepper` runs: the script of a model calls it with what makes its network.
 * @param make from the settings that the stepper was given
 */
export function serveNetwork<Settings>(make: (settings: Settings) => Network): void {
  const job = workerData as NetworkJob;
  const work = networkWorker(job, make(job.settings as Settings));
  parentPort!.on("message", async (task: NetworkTask) => parentPort!.postMessage(await work(task)));
}
