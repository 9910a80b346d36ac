/** A thread of a linear model over bags of features. It ends by itself once it is told to stop. */
import { parentPort, workerData } from "node:worker_threads";
import { type BagJob, trainBags } from "../../kernels/linear/bagThread.js";

trainBags(workerData as BagJob, (slot) => parentPort!.postMessage(slot));
