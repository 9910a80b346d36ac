import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { type GloveJob, startEpoch } from "../../kernels/embedding/gloveThread.js";
import { compileKernel, type WasmMemory, type WasmModule } from "../../kernels/numbers/webAssembly.js";

/** What a thread is given. */
export interface GloveThreadData {
  readonly module: WasmModule;
  readonly memory: WasmMemory;
  readonly job: Omit<GloveJob, "memory">;
  /** Cells in shared memory, or the file that holds them. */
  readonly cells: Uint32Array | string;
  readonly thread: number;
}

export interface GloveThreads {
  /** Resolves once every thread has done its part of the epoch; rejects if one fails or they are closed. */
  train(epoch: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts the threads of a job, which wait to be told to train an epoch. */
export function startThreads(memory: WasmMemory, shared: GloveJob, cells: Uint32Array | string): GloveThreads {
  const { memory: _, ...job } = shared; // it goes to the threads as what it is the buffer of
  const module = compileKernel(readFileSync(new URL("../../kernels/assembly/glove.wasm", import.meta.url)));
  const script = new URL("./gloveWorker.js", import.meta.url);
  const workers = Array.from({ length: job.threads }, (_, thread) => {
    const workerData: GloveThreadData = { module, memory, job, cells, thread };
    return new Worker(script, { workerData, execArgv: [] });
  });
  let isLost = false;
  for (const worker of workers) {
    worker.once("exit", () => {
      isLost = true;
    });
  }
  return {
    async train(epoch) {
      if (isLost) throw stopped(epoch);
      startEpoch(shared);
      await Promise.all(workers.map((worker) => trainOn(worker, epoch)));
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function trainOn(worker: Worker, epoch: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const exited = () => reject(stopped(epoch));
    worker.once("error", reject);
    worker.once("exit", exited);
    worker.once("message", () => {
      worker.off("error", reject);
      worker.off("exit", exited);
      resolve();
    });
    worker.postMessage(epoch);
  });
}

const stopped = (epoch: number): Error =>
  new Error(`glove: threads must live until training ends, got stopped in epoch ${epoch}`);
