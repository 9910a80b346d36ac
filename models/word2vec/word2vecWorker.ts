/** A thread of `word2vec`. It ends by itself once it is told to stop. */
import { parentPort, workerData } from "node:worker_threads";
import { trainSlots, type Word2vecJob } from "../../kernels/embedding/word2vecThread.js";

trainSlots(workerData as Word2vecJob, (slot) => parentPort!.postMessage(slot));
