/** A thread of online variational Bayes. It answers each phase once its pieces are all taken. */
import { parentPort, workerData } from "node:worker_threads";
import {
  type VariationalJob,
  type VariationalPhase,
  variationalWorker,
} from "../../kernels/topics/variationalThread.js";

const work = variationalWorker(workerData as VariationalJob);
parentPort!.on("message", (phase: VariationalPhase) => parentPort!.postMessage(work(phase)));
