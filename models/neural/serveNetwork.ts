import { parentPort, workerData } from "node:worker_threads";
import type { Network } from "../../kernels/neural/network.js";
import { textHead } from "../../kernels/neural/networks/textHead.js";
import { type NetworkJob, type NetworkTask, networkWorker } from "../../kernels/neural/networkThread.js";
import type { NetworkJobSettings } from "./makeStepper.js";

/**
 * What a thread of `threadStepper` runs: the script of a model calls it with what makes its network.
 * Where the settings tell of a head, that learns behind it.
 * @param make from the settings that the stepper was given
 */
export function serveNetwork<Settings>(make: (settings: Settings) => Network): void {
  const job = workerData as NetworkJob;
  const network = make(job.settings as Settings);
  const { head } = job.settings as Partial<NetworkJobSettings>;
  const work = networkWorker(job, head ? textHead(network, head) : network);
  parentPort!.on("message", async (task: NetworkTask) => parentPort!.postMessage(await work(task)));
}
